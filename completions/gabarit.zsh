#compdef gabarit db config expand-template signal-event
# Completion for zsh: eval "$(gabarit completion zsh)", after compinit; or this file as _gabarit in a folder of $fpath.

_gabarit() {
  local -a found
  found=("${(@f)$(gabarit complete -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  found=(${found:#})
  # A folder goes on without a space.
  compadd -S '' -- ${(M)found:#*/}
  compadd -- ${found:#*/}
}

if [[ $funcstack[1] == _gabarit ]]; then _gabarit; else compdef _gabarit gabarit db config expand-template signal-event; fi

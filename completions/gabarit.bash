# shellcheck shell=bash
# Completion for bash: eval "$(gabarit completion bash)"

# bash also cuts words at : = and @. Pieces without a blank between them are joined again, and what bash keeps of the last word
# is taken from its candidates: a : or =, but not an @.
_gabarit() {
  local rest=${COMP_LINE:0:COMP_POINT} words=() piece kept i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=${COMP_WORDS[i]}
    if ((i > 0)) && [[ -n $rest && $rest != [[:blank:]]* ]]; then
      words[-1]+=$piece
    else
      rest=${rest#"${rest%%[![:blank:]]*}"}
      words+=("$piece")
    fi
    rest=${rest#"$piece"}
  done
  piece=${piece##[:=]}
  kept=${words[-1]%"$piece"}
  kept=${kept%@}
  COMPREPLY=()
  while IFS= read -r piece; do
    COMPREPLY+=("$(printf '%q' "${piece#"$kept"}")")
  done < <(gabarit complete -- "${words[@]}" 2>/dev/null)
  [[ ${COMPREPLY[0]-} != */ ]] || compopt -o nospace
}
complete -F _gabarit gabarit db config expand-template signal-event

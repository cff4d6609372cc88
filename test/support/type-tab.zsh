# type-tab.zsh SHELL LINE...: types each line into an interactive bash or zsh of its own terminal, with the Tab key for each %, and
# prints the words that the shell made of it: <word><word>.
zmodload zsh/zpty
tab=$'\t' home=$'\x01' start=
case $1 in
  bash)
    zpty shell 'bash --norc --noprofile -i'
    start='bind "set enable-bracketed-paste off"'
    ;;
  zsh)
    zpty shell 'zsh -f -i'
    start='bindkey -e; unsetopt zle_bracketed_paste; PROMPT_EOL_MARK=; autoload -U compinit; compinit -u -D'
    ;;
esac
# The quotes in the middle keep what is echoed while it is typed from being taken for the answer.
show='show() { printf "<%s>" "$@"; echo "E""ND"; }'
zpty -w shell "PS1=; $show; $start; eval \"\$(gabarit completion $1)\"; echo \"REA\"\"DY\""
zpty -r shell said $'*READY*'
for line in "${@[2,-1]}"; do
  zpty -n -w shell "${line//\%/$tab}${home}show "$'\n'
  zpty -r shell said $'*>END*'
  print -r -- "<${${said##*$'\n'<}%%END*}"
done
zpty -d shell

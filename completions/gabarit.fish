# Completion for fish: gabarit completion fish | source

function __gabarit_complete
    set -l words (commandline -opc)
    gabarit complete -- $words "$(commandline -ct)" 2>/dev/null
end

for program in gabarit db config expand-template signal-event
    complete -c $program -f -a '(__gabarit_complete)'
end

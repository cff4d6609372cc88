import { EXIT } from '../base/failure.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit completion`: bash asks `gabarit complete` for every word. */
export async function run({ print }: Invocation): Promise<number> {
  print(`_gabarit() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do COMPREPLY+=("$(printf '%q' "$word")"); done < <(
    gabarit complete -- "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null
  )
}
complete -F _gabarit gabarit db config expand-template signal-event`)
  return EXIT.done
}

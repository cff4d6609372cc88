import { EXIT } from '../base/failure.ts'
import { listEvents } from '../event/load.ts'
import type { Places } from '../system/places.ts'
import { findTemplate, listTemplates, searchList } from '../template/tree.ts'
import { COMMON_OPTIONS, type Command, type Invocation } from '../terminal/command.ts'
import { completeDb } from './db/complete.ts'

/** `gabarit complete -- PROGRAM [WORD...]`: candidates for the last word, one per line. */
export async function run({ args, commands, places, print }: Invocation): Promise<number> {
  const [path = '', ...words] = args
  const program = path.slice(path.lastIndexOf('/') + 1)
  const last = words.at(-1) ?? ''
  const found =
    program === 'db' || program === 'config'
      ? completeDb([program, ...words], places)
      : await candidates(
          program === 'gabarit' ? words : [program, ...words],
          await withInstalled(commands, places),
          places,
        )
  const fitting = found.filter(word => word.startsWith(last))
  if (fitting.length > 0) print(fitting.join('\n'))
  return EXIT.done
}

async function withInstalled(commands: readonly Command[], places: Places): Promise<readonly Command[]> {
  if (places.modules.length === 0) return commands
  return [...commands, ...(await import('./installed/module.ts')).installedCommands(places, commands)]
}

/** Candidates for the last of these words: a command, a verb, an option or an argument. */
async function candidates(
  [name = '', ...words]: readonly string[],
  commands: readonly Command[],
  places: Places,
): Promise<readonly string[]> {
  if (words.length === 0) return commands.map(command => command.name)
  if (name === 'db' || name === 'config') return completeDb([name, ...words], places)
  const command = commands.find(known => known.name === name)
  if (command?.verbs !== undefined) return candidates(words, command.verbs, places)
  if (words.at(-1)?.startsWith('-'))
    return [...(command?.options ?? []), ...COMMON_OPTIONS].map(option => `--${option.name}`)
  const typed = words.filter(word => !word.startsWith('-'))
  return (await command?.complete?.(typed, places)) ?? []
}

/** An event. */
export function eventNames(args: readonly string[], places: Places): readonly string[] {
  return args.length <= 1 ? listEvents(places) : []
}

/** Templates. */
export function templates(_: readonly string[], places: Places): readonly string[] {
  return listTemplates(searchList(places)).map(name => `/${name}`)
}

/** A template, and one of its fragments. */
export function fragments([template = '', ...more]: readonly string[], places: Places): readonly string[] {
  if (more.length === 0) return templates([], places)
  return findTemplate(searchList(places), template)?.fragments.map(({ name }) => name) ?? []
}

/** A verb of `gabarit overrides`, and a template. */
export function overrides(args: readonly string[], places: Places): readonly string[] {
  return args.length <= 1 ? ['diff', 'merge', 'keep'] : args.length === 2 ? templates([], places) : []
}

/** A database, and one of its records. */
export function records([database = '', ...keys]: readonly string[], places: Places): readonly string[] {
  return completeDb(keys.length === 0 ? ['db', database] : ['db', database, 'show', keys[0] ?? ''], places)
}

/** `gabarit completion`: bash asks `gabarit complete` for every word. */
export async function script({ print }: Invocation): Promise<number> {
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

import { EXIT } from '../base/failure.ts'
import { listEvents } from '../event/load.ts'
import type { Places } from '../system/places.ts'
import { findTemplate, listTemplates, searchList } from '../template/tree.ts'
import { COMMON_OPTIONS, type Command, type Invocation } from '../terminal/command.ts'
import { completeDb } from './db/complete.ts'

/** `gabarit complete -- PROGRAM [WORD...]`: candidates for the last word, one per line. */
export async function run({ args, commands, places, print }: Invocation): Promise<number> {
  const [program = '', ...words] = args
  const last = words.at(-1) ?? ''
  const fitting = candidates(program.slice(program.lastIndexOf('/') + 1), words, places, commands).filter(word =>
    word.startsWith(last),
  )
  if (fitting.length > 0) print(fitting.join('\n'))
  return EXIT.done
}

function candidates(
  program: string,
  words: readonly string[],
  places: Places,
  commands: readonly Command[],
): readonly string[] {
  if (program === 'db' || program === 'config') return completeDb([program, ...words], places)
  if (program === 'gabarit') {
    const [name = '', ...rest] = words
    if (rest.length === 0) return commands.map(command => command.name)
    return candidates(name, rest, places, commands)
  }
  const found = commands.find(({ name }) => name === program)
  if (found === undefined) return []
  if (found.verbs !== undefined && words.length <= 1) return found.verbs.map(({ name }) => name)
  const command = found.verbs?.find(({ name }) => name === words[0]) ?? found
  const last = words.at(-1) ?? ''
  if (last.startsWith('-')) return [...command.options, ...COMMON_OPTIONS].map(({ name }) => `--${name}`)
  return argumentsOf(
    program,
    words.filter(word => !word.startsWith('-')),
    places,
  )
}

/** Candidates for the arguments of the engine's commands. */
function argumentsOf(program: string, words: readonly string[], places: Places): readonly string[] {
  const templates = () => listTemplates(searchList(places)).map(name => `/${name}`)
  switch (program) {
    case 'signal-event':
      return words.length <= 1 ? listEvents(places) : []
    case 'expand-template':
    case 'explain':
      return templates()
    case 'customize':
      if (words.length <= 1) return templates()
      return findTemplate(searchList(places), words[0] ?? '')?.fragments.map(({ name }) => name) ?? []
    case 'overrides':
      return words.length <= 1 ? ['diff', 'merge', 'keep'] : words.length === 2 ? templates() : []
    case 'vpn':
      if (words[0] === 'restart')
        return completeDb(['config', 'show', words[1] ?? ''], places).filter(key => /^openvpn(-|$)/.test(key))
      return completeDb(['db', 'vpn', 'show', words[1] ?? ''], places)
    case 'proxy':
      return completeDb(['db', 'proxies', 'show', words[1] ?? ''], places)
    case 'impact':
      return completeDb(['db', ...(words.length <= 1 ? words : [words[0] ?? '', 'show', words[1] ?? ''])], places)
    default:
      return []
  }
}

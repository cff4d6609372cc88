import { EXIT } from '../base/failure.ts'
import { findPlaces, type Places } from '../system/places.ts'
import { argumentsSoFar, optionsOf, splitOptions, valueOption } from '../terminal/arguments.ts'
import { type Command, type Invocation, type Option, shown } from '../terminal/command.ts'
import { completeDb } from './db/complete.ts'

type Candidates = readonly string[] | Promise<readonly string[]>

/** `gabarit complete -- PROGRAM [WORD...]`: candidates for the last word, one per line. */
export async function run({ args, commands, io, places: own, print }: Invocation): Promise<number> {
  const [path = '', ...words] = args
  const program = path.slice(path.lastIndexOf('/') + 1)
  const last = words.at(-1) ?? ''
  const root = rootIn(words)
  const places = root === undefined ? own : findPlaces(io.shipped, io.env, root, io.resolve)
  const found = await candidates(program, words, commands, places)
  // A key may hold anything; a line break would make two words of it.
  const fitting = found.filter(word => word.startsWith(last) && !/\p{Cc}/u.test(word))
  if (fitting.length > 0) print(fitting.join('\n'))
  return EXIT.done
}

function rootIn(words: readonly string[]): string | undefined {
  const complete = words.slice(0, -1)
  const at = complete.findLastIndex(word => word === '--root' || word.startsWith('--root='))
  return complete[at] === '--root' ? complete[at + 1] : complete[at]?.slice('--root='.length)
}

async function candidates(
  program: string,
  words: readonly string[],
  commands: readonly Command[],
  places: Places,
): Promise<readonly string[]> {
  if (program === 'db' || program === 'config') return completeDb([program, ...words], places)
  const own = commands.find(({ name }) => name === program)
  if (own !== undefined) return ofCommand(own, words, places)
  const all = [...commands, ...(await installed(places, commands))]
  return [...(words.length === 1 ? ['help'] : []), ...(await ofProgram(all, words, places))]
}

async function installed(places: Places, commands: readonly Command[]): Promise<readonly Command[]> {
  return places.modules.length === 0 ? [] : (await import('./installed/module.ts')).installedCommands(places, commands)
}

/** The name of a command, or what comes after it. */
function ofProgram(commands: readonly Command[], words: readonly string[], places: Places): Candidates {
  const { before, name, rest } = splitOptions(words, commands)
  const command = commands.find(known => known.name === name)
  if (command !== undefined && rest.length > 0) return ofCommand(command, [...before, ...rest], places)
  if (name === 'help' && rest.length > 0) return ofProgram(commands, [...before, ...rest], places)
  if (name === undefined) return ofOption(optionsOf(commands), before, places) ?? []
  return rest.length > 0 ? [] : shown(commands).map(known => known.name)
}

function ofCommand(command: Command, words: readonly string[], places: Places): Candidates {
  if (command.verbs !== undefined) return ofProgram(command.verbs, words, places)
  const options = optionsOf([command])
  const { args, isData } = argumentsSoFar(words, options)
  const option = isData ? undefined : ofOption(options, words, places)
  return option ?? command.complete?.(args, places) ?? []
}

/** The name of an option, or its value; undefined if the last word is neither. */
function ofOption(options: readonly Option[], words: readonly string[], places: Places): Candidates | undefined {
  const last = words.at(-1) ?? ''
  const before = valueOption(options, words.at(-2) ?? '')
  if (before !== undefined) return before.complete?.([last], places) ?? []
  const [name = '', ...value] = last.split('=')
  const joined = value.length > 0 ? valueOption(options, name) : undefined
  if (joined !== undefined)
    return Promise.resolve(joined.complete?.([value.join('=')], places) ?? []).then(words =>
      words.map(word => `${name}=${word}`),
    )
  return last.startsWith('-') ? [...new Set(options.map(option => `--${option.name}`))] : undefined
}

import { basename } from 'node:path'
import { EXIT, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { registerActions } from '../event/actions.ts'
import type { Io } from '../system/io.ts'
import { findPlaces, needRoot, placesOn, versionOf } from '../system/places.ts'
import { DryRunSystem, RealSystem } from '../system/real-system.ts'
import type { System } from '../system/system.ts'
import { checkArity, parseArguments } from '../terminal/arguments.ts'
import { COMMON_OPTIONS, type Command, type Invocation } from '../terminal/command.ts'
import { Messages } from '../terminal/messages.ts'
import { MODULES } from './modules.ts'
import { COMMANDS } from './table.ts'

/**
 * The program `gabarit`, also called as `expand-template` and `signal-event`. It can be called many times in one process.
 * @param argv the program's name, then the words of the command line
 * @returns the exit status
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  for (const { actions = {} } of MODULES) registerActions(actions)
  const messages = new Messages(io)
  return messages.finish(await runWords(argv, io, messages).catch(error => messages.explain(error)))
}

async function runWords(argv: readonly string[], io: Io, messages: Messages): Promise<number> {
  const print = (text: string) => {
    messages.print(text)
    return EXIT.done
  }
  const run = (command: Command, words: readonly string[], program: string) =>
    runCommand(command, words, program, io, messages)
  const [script = 'gabarit', ...typed] = argv
  const data = typed.includes('--') ? typed.indexOf('--') : typed.length
  const words = typed.map((word, at) => (word === '-h' && at < data ? '--help' : word))
  const program = basename(script)
  const own = COMMANDS.find(({ name }) => name === program)
  if (own !== undefined) return run(own, words, program)
  const { common, name, rest } = splitCommon(words)
  if (common.includes('--version')) return print(versionOf(io.shipped))
  const find = (wanted: string) => findCommand(wanted, words, io)
  const asked = name === 'help' ? rest[0] : common.includes('--help') ? name : undefined
  const more = name === 'help' ? rest.slice(1) : rest
  if (asked !== undefined) return run(await find(asked), [...more, '--help'], `gabarit ${asked}`)
  if (name === 'help' || common.includes('--help'))
    return print(await (await import('../terminal/help.apart.ts')).overview(await allCommands(words, io)))
  if (name === undefined) throw usageFailure('missing command', listOfCommands(COMMANDS))
  return run(await find(name), [...common, ...rest], `gabarit ${name}`)
}

/** The options of every command can also come before it. */
function splitCommon(words: readonly string[]): { common: string[]; name: string | undefined; rest: string[] } {
  const names = COMMON_OPTIONS.map(option => `--${option.name}`)
  let at = 0
  while (names.includes((words[at] ?? '').replace(/=.*/s, ''))) at += words[at] === '--root' ? 2 : 1
  return { common: words.slice(0, at), name: words[at], rest: words.slice(at + 1) }
}

async function findCommand(name: string, words: readonly string[], io: Io): Promise<Command> {
  const own = COMMANDS.find(known => known.name === name)
  if (own !== undefined) return own
  const commands = await allCommands(words, io)
  const command = commands.find(known => known.name === name)
  if (command !== undefined) return command
  if (name === 'db' || name === 'config')
    throw usageFailure(`${name} is a program of its own`, `Without gabarit in front: ${name} --help`)
  const names = commands.map(known => known.name)
  const hint = name.startsWith('-') ? 'Options come after the command: gabarit lint --json' : listOfCommands(commands)
  throw usageFailure(`unknown command "${name}"${didYouMean(name, names)}`, hint)
}

/** Those of installed modules too, which depend on the root. */
async function allCommands(words: readonly string[], io: Io): Promise<readonly Command[]> {
  const { root } = parseArguments(words, { passesOptions: true }).values
  const places = findPlaces(io.shipped, io.env, typeof root === 'string' ? root : undefined, io.resolve)
  if (places.modules.length === 0) return COMMANDS
  return [...COMMANDS, ...(await import('./installed/module.ts')).installedCommands(places, COMMANDS)]
}

function listOfCommands(commands: readonly Command[]): string {
  return `Commands: ${commands.map(({ name }) => name).join(' ')}\nFor details, run gabarit help COMMAND.`
}

async function runCommand(
  command: Command,
  words: readonly string[],
  program: string,
  io: Io,
  messages: Messages,
): Promise<number> {
  const { common, name, rest } = splitCommon(words)
  const verb = command.verbs?.find(known => known.name === name)
  if (verb !== undefined) return runCommand(verb, [...common, ...rest], `${program} ${verb.name}`, io, messages)
  const { args, values } = parseArguments(words, command)
  if (values.help === true || values.version === true) {
    messages.print(
      values.help === true
        ? await (await import('../terminal/help.apart.ts')).commandHelp(command, program)
        : versionOf(io.shipped),
    )
    return EXIT.done
  }
  checkArity(command, args, program)
  const invocation = putTogether(command, args, values, io, messages)
  if (command.forEverybody !== true) needRoot(invocation.places, [program, ...words])
  return command.run(invocation)
}

/** The one place where a command's invocation is put together. */
function putTogether(
  command: Command,
  args: readonly string[],
  values: Readonly<Record<string, unknown>>,
  io: Io,
  messages: Messages,
): Invocation {
  const value = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined)
  const places = findPlaces(io.shipped, io.env, value('root'), io.resolve)
  messages.of(places)
  const invocation = (system: System): Invocation => ({
    args,
    flag: name => values[name] === true || (system.dryRun && name === 'dry-run'),
    value,
    commands: COMMANDS,
    io,
    places: placesOn(places, system),
    system,
    asDryRun: () => invocation(new DryRunSystem(places.root, io.env)),
    colour: messages.colour,
    print: text => messages.print(text),
    answer: (data, text, well = true) => {
      if (values.json === true) messages.print(JSON.stringify(data, null, 2))
      else if (text !== '') messages.print(text)
      return well ? EXIT.done : EXIT.failed
    },
    printExact: text => messages.printExact(text),
    printError: text => messages.printError(text),
    warn: text => messages.printError(`warning: ${text}`),
    progress: step => messages.progress(step),
    log: (level, text) => (system.dryRun ? undefined : messages.log(level, text)),
  })
  const looks = command.onlyLooks === true || values['dry-run'] === true || values.check === true
  return invocation(looks ? new DryRunSystem(places.root, io.env) : new RealSystem(places.root, io.env))
}

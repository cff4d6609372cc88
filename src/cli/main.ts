import { basename } from 'node:path'
import { EXIT, Failure, usageFailure } from '../base/failure.ts'
import { registerActions } from '../event/actions.ts'
import type { Io } from '../system/io.ts'
import { findPlaces, needRoot, placesOn, versionOf } from '../system/places.ts'
import { DryRunSystem, RealSystem } from '../system/real-system.ts'
import type { System } from '../system/system.ts'
import { checkArity, parseArguments, splitOptions } from '../terminal/arguments.ts'
import type { Command, Invocation } from '../terminal/command.ts'
import { commandHelp, overview, synopsis } from '../terminal/help.ts'
import { Messages } from '../terminal/messages.ts'
import { allGroups, findCommand, USAGE } from './find-command.ts'
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
  const { before, name, rest } = splitOptions(words, COMMANDS)
  if (before.includes('--version') || name === 'version') return print(versionOf(io.shipped))
  if (name === 'help') return runWords([script, ...before, ...rest, '--help'], io, messages)
  if (name === undefined && before.includes('--help')) return print(overview(await allGroups(words, io)))
  if (name === undefined) throw usageFailure('missing command', USAGE)
  return run(await findCommand(name, words, io), [...before, ...rest], `gabarit ${name}`)
}

async function runCommand(
  command: Command,
  words: readonly string[],
  program: string,
  io: Io,
  messages: Messages,
): Promise<number> {
  const { verbs = [] } = command
  const { before, name, rest } = splitOptions(words, verbs)
  const verb = verbs.find(known => known.name === name)
  if (verb !== undefined) return runCommand(verb, [...before, ...rest], `${program} ${verb.name}`, io, messages)
  if (name === 'help' && (verbs.length > 0 || words.length === 1))
    return runCommand(command, [...before, ...rest, '--help'], program, io, messages)
  try {
    const { args, values } = parseArguments(words, command)
    const isHelp = values.help === true && (verbs.length === 0 || args.length === 0)
    if (isHelp || values.version === true) {
      messages.print(isHelp ? commandHelp(command, program) : versionOf(io.shipped))
      return EXIT.done
    }
    checkArity(command, args, program)
    const invocation = putTogether(command, args, values, io, messages)
    if (command.forEverybody !== true) needRoot(invocation.places, [program, ...words])
    return await command.run(invocation)
  } catch (error) {
    if (!(error instanceof Failure) || error.status !== EXIT.usage || error.hint !== undefined) throw error
    throw usageFailure(error.describe(), `Usage: ${synopsis(command, program)}\nDetails: ${program} --help`)
  }
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

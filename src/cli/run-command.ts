import { EXIT, Failure, usageFailure } from '../base/failure.ts'
import type { Io } from '../system/io.ts'
import { findPlaces, needRoot, placesOn, versionOf } from '../system/places.ts'
import { DryRunSystem, RealSystem } from '../system/real-system.ts'
import type { System } from '../system/system.ts'
import { checkArity, parseArguments, splitOptions } from '../terminal/arguments.ts'
import type { Command, Invocation } from '../terminal/command.ts'
import { commandHelp, synopsis } from '../terminal/help.ts'
import type { Messages } from '../terminal/messages.ts'

/** What a command runs with. */
export interface Means {
  readonly io: Io
  readonly messages: Messages
  /** All commands of the program. */
  readonly commands: readonly Command[]
}

/**
 * Runs a command, or the one of its subcommands that the words name.
 * @param program the words that name it
 * @returns the exit status
 */
export async function runCommand(
  command: Command,
  words: readonly string[],
  program: string,
  means: Means,
): Promise<number> {
  const { io, messages } = means
  const { verbs = [] } = command
  const { before, name, rest } = splitOptions(words, verbs)
  const verb = verbs.find(known => known.name === name)
  if (verb !== undefined) return runCommand(verb, [...before, ...rest], `${program} ${verb.name}`, means)
  if (name === 'help' && (verbs.length > 0 || words.length === 1))
    return runCommand(command, [...before, ...rest, '--help'], program, means)
  try {
    const { args, values } = parseArguments(words, command)
    const isHelp = values.help === true && (verbs.length === 0 || args.length === 0)
    if (isHelp || values.version === true) {
      messages.print(isHelp ? commandHelp(command, program) : versionOf(io.shipped))
      return EXIT.done
    }
    checkArity(command, args, program)
    const invocation = putTogether(command, args, values, means)
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
  { io, messages, commands }: Means,
): Invocation {
  const value = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined)
  const places = findPlaces(io.shipped, io.env, value('root'), io.resolve)
  messages.of(places)
  const invocation = (system: System): Invocation => ({
    args,
    flag: name => values[name] === true || (system.dryRun && name === 'dry-run'),
    value,
    commands,
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

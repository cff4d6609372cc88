import { readFileSync, statSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { EXIT, Failure, hasCode, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { readableDatabase } from '../db/store.ts'
import type { Redact } from '../plan/diff.ts'
import { makeRedact } from '../plan/redact.ts'
import { systemReason } from '../system/atomic-write.ts'
import { stoppedBy } from '../system/interruption.ts'
import { LogStream } from '../system/log-stream.ts'
import { findPlaces, type Places, packageFolder } from '../system/places.ts'
import { checkArity, parseArguments } from '../terminal/arguments.ts'
import { COMMON_OPTIONS, type Command } from '../terminal/command.ts'
import { Progress } from '../terminal/progress.ts'
import { COMMANDS } from './table.ts'

const SHIPPED = packageFolder(__filename)

async function main(argv: readonly string[]): Promise<number> {
  const [script = 'gabarit', ...words] = argv
  const program = basename(script)
  const own = COMMANDS.find(({ name }) => name === program)
  if (own !== undefined) return runCommand(own, words, program)
  const { common, name, rest } = splitCommon(words)
  if (common.includes('--version')) return print(version())
  const asked = name === 'help' ? rest[0] : common.includes('--help') ? name : undefined
  if (asked !== undefined) return runCommand(findCommand(asked), ['--help'], `gabarit ${asked}`)
  if (name === 'help' || common.includes('--help'))
    return print((await import('../terminal/help.ts')).overview(COMMANDS))
  if (name === undefined) throw usageFailure('which command?', listOfCommands())
  return runCommand(findCommand(name), [...common, ...rest], `gabarit ${name}`)
}

/** The options that every command has may stand before it too. */
function splitCommon(words: readonly string[]): { common: string[]; name: string | undefined; rest: string[] } {
  const names = COMMON_OPTIONS.map(option => `--${option.name}`)
  let at = 0
  while (names.includes((words[at] ?? '').replace(/=.*/s, ''))) at += words[at] === '--root' ? 2 : 1
  return { common: words.slice(0, at), name: words[at], rest: words.slice(at + 1) }
}

function findCommand(name: string): Command {
  const command = COMMANDS.find(known => known.name === name)
  if (command !== undefined) return command
  const names = COMMANDS.map(known => known.name)
  const hint = name.startsWith('-') ? 'The options of a command stand behind it: gabarit lint --json' : listOfCommands()
  throw usageFailure(`there is no command "${name}"${didYouMean(name, names)}`, hint)
}

function listOfCommands(): string {
  return `Commands: ${COMMANDS.map(({ name }) => name).join(' ')}\ngabarit help COMMAND tells more.`
}

async function runCommand(command: Command, words: readonly string[], program: string): Promise<number> {
  const verb = command.verbs?.find(({ name }) => name === words[0])
  if (verb !== undefined) return runCommand(verb, words.slice(1), `${program} ${verb.name}`)
  const { args, values } = parseArguments(words, command.options)
  if (values.help === true) return print(await (await import('../terminal/help.ts')).commandHelp(command, program))
  if (values.version === true) return print(version())
  try {
    checkArity(command, args, program)
  } catch (error) {
    throw error instanceof Failure ? usageFailure(error.message, `Usage: ${program} ${command.usage}`) : error
  }
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined)
  const places = findPlaces(SHIPPED, process.env, text('root'))
  conceal = concealer(places)
  return command.run({
    args,
    flag: name => values[name] === true,
    value: text,
    commands: COMMANDS,
    places,
    colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
    print: line => print(line),
    printExact: text => write(1, text),
    printError,
    progress: step => progress.show(step),
    // A sandbox is no part of this server.
    log: (level, text) => (places.root === '/' ? log.write(level, conceal(text)) : undefined),
  })
}

const log = new LogStream('gabarit')

const progress = new Progress(process.stderr.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb')

function version(): string {
  return JSON.parse(readFileSync(join(SHIPPED, 'package.json'), 'utf8')).version
}

function print(text: string): number {
  write(1, text.endsWith('\n') ? text : `${text}\n`)
  return EXIT.done
}

/** Outputs that take nothing any more, and why. */
const closed = new Map<1 | 2, unknown>()

/**
 * Written at once: nothing is lost when the process ends. An output that takes no more is left alone and never thrown about: an
 * event must not stop half-way because nobody reads what it says.
 */
function write(descriptor: 1 | 2, text: string): void {
  progress.clear()
  let bytes = Buffer.from(text)
  while (bytes.length > 0 && !closed.has(descriptor)) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes))
    } catch (error) {
      if (!hasCode(error, 'EAGAIN')) closed.set(descriptor, error)
    }
  }
}

/** The exit status, when what was to be printed may be lost. A reader that went away (`| head`) is no error. */
function afterPrinting(status: number): number {
  const problem = closed.get(1)
  if (problem === undefined || hasCode(problem, 'EPIPE')) return status
  printError(`cannot write to standard output: ${systemReason(problem)}`)
  return status === EXIT.done ? EXIT.failed : status
}

/** What a user can mend is shown in words; a bug with its stack. */
function explain(error: unknown): number {
  if (error instanceof Failure) {
    printError(error.describe())
    if (log.isOpen) log.write('error', conceal(error.describe()))
    return error.status
  }
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    printError(error.message)
    return EXIT.failed
  }
  printError(`${error instanceof Error ? error.stack : String(error)}\nThis is a bug in gabarit. Please report it.`)
  return EXIT.failed
}

/**
 * Takes secrets out of a message: a fragment or a checker may quote one. Worked out when something is said at all, and again when
 * an action has changed a database since: it may have set a secret, and print it.
 */
let conceal = (message: string) => message

function printError(message: string): void {
  write(2, `${conceal(message)}\n`)
}

function concealer(places: Places): (message: string) => string {
  let show: Redact | undefined
  let seen: bigint | undefined
  return message => {
    try {
      // Whoever changes a database puts a new file into the folder.
      const changed = statSync(places.databases, { bigint: true, throwIfNoEntry: false })?.mtimeNs
      if (show === undefined || changed !== seen) show = makeRedact(places, readableDatabase)
      seen = changed
      return show(message)
    } catch {
      // A description is damaged: that must be told, too.
      return message
    }
  }
}

main(process.argv.slice(1))
  .catch(explain)
  .then(status => {
    progress.clear()
    process.exitCode = afterPrinting(status)
    return log.close()
  })
  .then(() => {
    const signal = stoppedBy()
    if (signal !== undefined) process.kill(process.pid, signal)
  })

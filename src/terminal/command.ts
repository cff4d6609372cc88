import { usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { readableDatabase } from '../db/store.ts'
import type { Io } from '../system/io.ts'
import { databaseFile, type Places } from '../system/places.ts'
import { kindOf, namesIn } from '../system/read-files.ts'
import type { System } from '../system/system.ts'

export interface Option {
  readonly name: string
  readonly type: 'boolean' | 'string'
  readonly describe: string
  /** What stands for its value in the help: `NUMBER`. */
  readonly word?: string
  /** Other names, such as SME Server's. */
  readonly alias: readonly string[]
  /** What its value can be. */
  readonly complete?: Complete
}

/** An option that is given or not. */
export function flag(name: string, describe: string, alias: readonly string[] = []): Option {
  return { name, type: 'boolean', describe, alias }
}

/** An option with a value. @param usage its name, and the word for its value: `limit NUMBER` */
export function value(usage: string, describe: string, more: Partial<Pick<Option, 'alias' | 'complete'>> = {}): Option {
  const [name = '', word = 'VALUE'] = usage.split(' ')
  return { name, type: 'string', describe, word, alias: [], ...more }
}

/** What a command receives. */
export interface Invocation {
  readonly args: readonly string[]
  readonly flag: (name: string) => boolean
  readonly value: (name: string) => string | undefined
  /** All commands of the program, for completion. */
  readonly commands: readonly Command[]
  readonly io: Io
  readonly places: Places
  /** Changes nothing with `--dry-run` or `--check`, and for commands that only read. */
  readonly system: System
  /** The same, for `--dry-run`. */
  readonly asDryRun: () => Invocation
  /** Whether to use colours and progress: on a terminal, unless NO_COLOR is set. */
  readonly colour: boolean
  /** Prints text and ends its last line. */
  readonly print: (text: string) => void
  /**
   * Prints what a command has found: as JSON with `--json`, else as text, if it is not empty.
   * @param well whether all is well, by default it is
   * @returns the exit status
   */
  readonly answer: (data: unknown, text: string, well?: boolean) => number
  /** Prints text unchanged. */
  readonly printExact: (text: string) => void
  readonly printError: (text: string) => void
  /** Prints a warning to standard error. */
  readonly warn: (message: string) => void
  /** Writes a line to the server's journal or syslog, without secrets. */
  readonly log: (level: 'error' | 'warning' | 'info', text: string) => void
  /** On a terminal, shows what is happening until something else is printed. Undefined: it is over. */
  readonly progress: (step: string | undefined) => void
}

/** What the last of the arguments, perhaps not finished, can become. */
export type Complete = (args: readonly string[], places: Places) => readonly string[] | Promise<readonly string[]>

/** The first argument is the key of a record. */
export function keysOf(database: string, isMeant = (_key: string) => true): Complete {
  return (args, places) => {
    const records = args.length > 1 ? undefined : readableDatabase(databaseFile(places, database))
    return [...(records?.keys() ?? [])].filter(isMeant)
  }
}

/** A path on this machine; that of a folder ends with a slash. */
export function paths(args: readonly string[]): readonly string[] {
  const typed = args.at(-1) ?? ''
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1)
  return namesIn(folder === '' ? '.' : folder)
    .filter(name => !name.startsWith('.') || typed.slice(folder.length).startsWith('.'))
    .map(name => `${folder}${name}${kindOf(`${folder}${name}`) === 'folder' ? '/' : ''}`)
}

/** A list separated by commas, whose last word is not finished. */
export function listed([typed = '']: readonly string[], words: readonly string[]): readonly string[] {
  const before = typed.slice(0, typed.lastIndexOf(',') + 1)
  const given = before.split(',')
  return words.filter(word => !given.includes(word)).map(word => `${before}${word}`)
}

/** What the console may do with a command: `read` what it prints; `change` something; `dangerous`: only with a fresh proof. */
export type Access = 'read' | 'change' | 'dangerous'

/** The option of every command that carries out a plan. */
export const MAKES_PLANS = 'plan'

/** One command; help, completion and usage errors come from this. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** Its arguments as help shows them: `TEMPLATE...`; absent: none. */
  readonly usage?: string
  readonly options?: readonly Option[]
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** How many arguments it takes; absent: as many as its usage shows. */
  readonly arity?: readonly [least: number, most: number]
  /** Whether it changes nothing, whatever its options. */
  readonly onlyLooks?: true
  /** Whether only programs call it: not shown in help, and not completed. */
  readonly hidden?: true
  /** Absent: the console may not run it. */
  readonly console?: Access
  /** Whether it only reads when it has no argument: it lists then. */
  readonly listsAlone?: true
  /** Whether the console waits for what it prints, which is kept nowhere. */
  readonly printsSecrets?: true
  /** Whether it works without root: it reads nothing that only root can read. */
  readonly forEverybody?: true
  /** Its subcommands, selected by the first argument: `gabarit letsencrypt setup`. */
  readonly verbs?: readonly Command[]
  /** Options that it does not know are arguments. */
  readonly passesOptions?: true
  /** Absent: its arguments are not completed. */
  readonly complete?: Complete
  /** Only loaded when the command runs. Resolves to the exit status. */
  readonly run: (invocation: Invocation) => Promise<number>
}

/** Those that people call. */
export function shown(commands: readonly Command[]): readonly Command[] {
  return commands.filter(({ hidden }) => hidden !== true)
}

/** A command that does nothing itself: its first argument selects a subcommand. */
export function withVerbs(name: string, summary: string, verbs: readonly Command[]): Command {
  return {
    name,
    summary,
    usage: 'SUBCOMMAND [ARGUMENT...]',
    arity: [0, Number.POSITIVE_INFINITY],
    examples: shown(verbs).flatMap(({ examples }) => examples.slice(0, 1)),
    forEverybody: true,
    verbs,
    run: async ({ args }) => whichVerb(`gabarit ${name}`, args[0], verbs),
  }
}

/** @throws Failure (usage) because the subcommand is missing or unknown */
function whichVerb(program: string, word: string | undefined, verbs: readonly Command[]): never {
  const names = shown(verbs).map(({ name }) => name)
  const hint = `Subcommands: ${names.join(' ')}\nFor details, run ${program} SUBCOMMAND --help.`
  if (word === undefined) throw usageFailure(`missing subcommand: ${program} SUBCOMMAND`, hint)
  throw usageFailure(`unknown subcommand "${word}" of ${program}${didYouMean(word, ['help', ...names])}`, hint)
}

/** Options of every command. */
export const COMMON_OPTIONS: readonly Option[] = [
  value('root FOLDER', 'folder to use as / (GABARIT_ROOT)', { complete: paths }),
  flag('help', 'show this help'),
  flag('version', 'show the version'),
]

export const JSON_OPTION = flag('json', 'print JSON, for scripts')
export const JSON_LINES_OPTION = flag('json-lines', 'print what happens at once, each time as a line of JSON')

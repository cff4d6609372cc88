import { readableDatabase } from '../db/store.ts'
import type { Io } from '../system/io.ts'
import { databaseFile, type Places } from '../system/places.ts'
import type { System } from '../system/system.ts'

/** An option of a command. */
export interface Option {
  readonly name: string
  readonly type: 'boolean' | 'string'
  readonly describe: string
  /** Other names, such as SME Server's. */
  readonly alias?: readonly string[]
}

/** What a command is called with. */
export interface Invocation {
  readonly args: readonly string[]
  readonly flag: (name: string) => boolean
  readonly value: (name: string) => string | undefined
  /** All commands of the program, for completion. */
  readonly commands: readonly Command[]
  readonly io: Io
  readonly places: Places
  /** With `--dry-run` or `--check`, and for a command that only looks, one that changes nothing. */
  readonly system: System
  /** The same, with `--dry-run`. */
  readonly asDryRun: () => Invocation
  /** Colours and progress are wanted: a terminal, and NO_COLOR is not set. */
  readonly colour: boolean
  /** Prints text and ends its last line. */
  readonly print: (text: string) => void
  /** Prints text exactly as it is. */
  readonly printExact: (text: string) => void
  readonly printError: (text: string) => void
  /** Prints a warning to standard error. */
  readonly warn: (message: string) => void
  /** A line for the journal or syslog of the server, secrets taken out. */
  readonly log: (level: 'error' | 'warning' | 'info', text: string) => void
  /** Says on a terminal what goes on, until something else is printed; elsewhere nothing. Undefined: it is over. */
  readonly progress: (step: string | undefined) => void
}

/** What the last of the arguments, perhaps not finished, can become. */
type Complete = (args: readonly string[], places: Places) => readonly string[] | Promise<readonly string[]>

/** The first argument is the key of a record. */
export function keysOf(database: string, isMeant = (_key: string) => true): Complete {
  return (args, places) => {
    const records = args.length > 1 ? undefined : readableDatabase(databaseFile(places, database))
    return [...(records?.keys() ?? [])].filter(isMeant)
  }
}

/** One command; help, completion and usage errors come from this. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** Its arguments as help shows them: `TEMPLATE...`. */
  readonly usage: string
  readonly options: readonly Option[]
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** How many arguments it takes. */
  readonly arity: readonly [least: number, most: number]
  /** It changes nothing, whatever its options. */
  readonly onlyLooks?: true
  /** Commands of its own, the first argument says which: `gabarit letsencrypt setup`. */
  readonly verbs?: readonly Command[]
  /** Options that it does not know are arguments. */
  readonly passesOptions?: true
  /** Absent: its arguments are not completed. */
  readonly complete?: Complete
  /** Loaded only when the command runs. Resolves to the exit status. */
  readonly run: (invocation: Invocation) => Promise<number>
}

/** Options of every command. */
export const COMMON_OPTIONS: readonly Option[] = [
  { name: 'root', type: 'string', describe: 'folder that stands for / (GABARIT_ROOT)' },
  { name: 'help', type: 'boolean', describe: 'this help' },
  { name: 'version', type: 'boolean', describe: 'the version' },
]

export const JSON_OPTION: Option = { name: 'json', type: 'boolean', describe: 'print JSON, for scripts' }

export const OVERWRITE_OPTION: Option = {
  name: 'overwrite',
  type: 'string',
  describe: 'sshd, network and firewall files, parted by commas, that may be overwritten although edited by hand',
}

export const CHECK_OPTION: Option = {
  name: 'check',
  type: 'boolean',
  describe: 'as --dry-run, and ask the site’s checks and the daemons’ checkers too',
}

/** What the history notes beside a run. */
export const NOTE_OPTIONS: readonly Option[] = [{ name: 'comment', type: 'string', describe: 'a note for the history' }]

/** Options of every command that makes changes. */
export const CONFIRM_OPTIONS: readonly Option[] = [
  { name: 'confirm', type: 'boolean', describe: 'show what would happen and ask before doing it' },
  {
    name: 'confirm-within',
    type: 'string',
    describe: 'go back by itself after 10m, 90s … unless confirmed; no: not so',
  },
]

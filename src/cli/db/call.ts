import { EXIT } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { allDatabases } from '../../db/all-databases.ts'
import type { Layer } from '../../db/layers.ts'
import type { Records } from '../../db/record.ts'
import { readDatabase } from '../../db/store.ts'
import type { Io } from '../../system/io.ts'
import { databaseFile, type Paths } from '../../system/places.ts'
import { exists } from '../../system/read-files.ts'
import { FORMATS, type FormatName, type Reply } from './format.ts'

export type Program = 'db' | 'config'

/** How a verb prints. */
export interface CallOutput {
  /** Prints text unchanged. */
  readonly print: (text: string) => void
  /** Prints one message to standard error. */
  readonly printError: (message: string) => void
}

/** Everything a verb needs apart from its arguments. */
export interface Call extends CallOutput {
  readonly program: Program
  readonly io: Io
  readonly places: Paths
  /** Name of the database. */
  readonly database: string
  readonly format: FormatName
  /** The part of a fleet whose records these are; undefined: those of this machine. */
  readonly layer: Layer | undefined
  /** Print secrets in clear. */
  readonly reveal: boolean
}

/** Prints an answer. @returns the exit status: 1 for an answer that is empty */
export function answer(call: Call, reply: Reply, found = true): number {
  call.print(FORMATS[call.format](reply))
  return found ? EXIT.done : EXIT.failed
}

/** The records of the database; none if it does not exist, as in SME Server. */
export function readRecords(call: Call): Records {
  const records = readDatabase(databaseFile(call.places, call.database))
  if (records !== undefined) return records
  // It counts as empty, and what is described may not have any record yet. Anything else deserves a note.
  if (!allDatabases(call.places).includes(call.database)) call.printError(missing(call, typoHint(call)))
  return new Map()
}

/** Runs a change. If it creates a database whose name looks like a typo, prints a note. */
export function notingNew<Result>(call: Call, change: () => Result): Result {
  const { path } = databaseFile(call.places, call.database)
  const hint = exists(path) ? '' : typoHint(call)
  if (hint === '') return change()
  try {
    return change()
  } finally {
    const made = exists(path)
    call.printError(made ? `note: the database "${call.database}" is new${hint}` : missing(call, hint))
  }
}

/** `; did you mean "hosts"?` for a database that neither exists nor is described. */
function typoHint({ places, database }: Call): string {
  if (database.startsWith('/')) return ''
  const known = allDatabases(places)
  return known.includes(database) ? '' : didYouMean(database, known)
}

function missing({ program, database }: Call, hint: string): string {
  return `${program}: there is no database "${database}"${hint}`
}

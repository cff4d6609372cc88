import { didYouMean } from '../../base/nearest.ts'
import { describedDatabases } from '../../db/describe.ts'
import { listDatabases } from '../../db/list.ts'
import type { Records } from '../../db/record.ts'
import { readDatabase } from '../../db/store.ts'
import type { Io } from '../../system/io.ts'
import { databaseFile, type Paths } from '../../system/places.ts'
import { exists } from '../../system/read-files.ts'
import type { FormatName } from './format.ts'

export type Program = 'db' | 'config'

/** How a verb prints. */
export interface Printer {
  /** Prints text unchanged. */
  readonly print: (text: string) => void
  readonly printLines: (lines: readonly string[]) => void
  /** Prints one message to standard error. */
  readonly printError: (message: string) => void
}

/** Everything a verb needs apart from its arguments. */
export interface Context extends Printer {
  readonly program: Program
  readonly io: Io
  readonly places: Paths
  /** Name of the database. */
  readonly database: string
  readonly format: FormatName
  /** Print secrets in clear. */
  readonly reveal: boolean
}

/** The records of the database; none if it does not exist, as in SME Server. */
export function readRecords(context: Context): Records {
  const records = readDatabase(databaseFile(context.places, context.database))
  if (records === undefined) noteMissing(context)
  return records ?? new Map()
}

/** A missing database counts as empty, but a likely typo deserves a note. */
function noteMissing(context: Context): void {
  const hint = slipHint(context)
  if (hint !== '') context.printError(missing(context, hint))
}

/** Runs a change. If it creates a database whose name looks like a typo, prints a note. */
export function notingNew<Result>(context: Context, change: () => Result): Result {
  const file = databaseFile(context.places, context.database)
  const hint = exists(file) ? '' : slipHint(context)
  if (hint === '') return change()
  try {
    return change()
  } finally {
    const made = exists(file)
    context.printError(made ? `note: the database "${context.database}" is new${hint}` : missing(context, hint))
  }
}

/** `; did you mean "hosts"?` for a database that neither exists nor is described. */
function slipHint({ places, database }: Context): string {
  if (database.startsWith('/')) return ''
  const known = new Set([...listDatabases(places), ...describedDatabases(places)])
  return known.has(database) ? '' : didYouMean(database, known)
}

function missing({ program, database }: Context, hint: string): string {
  return `${program}: there is no database "${database}"${hint}`
}

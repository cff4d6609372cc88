import { describedDatabases } from '../../db/description.ts'
import { listDatabases } from '../../db/list.ts'
import type { Records } from '../../db/record.ts'
import { readDatabase } from '../../db/store.ts'
import { didYouMean } from '../../system/nearest.ts'
import { databaseFile, type Places } from '../../system/places.ts'
import { printError } from './output.ts'

export type Program = 'db' | 'config'

/** Everything a verb needs besides its arguments. */
export interface Context {
  readonly program: Program
  readonly places: Places
  /** Name of the database. */
  readonly database: string
  /** Print JSON. */
  readonly json: boolean
  /** Print secrets in clear. */
  readonly reveal: boolean
}

/** The records of the database; none when it does not exist, as in SME Server. */
export function readRecords(context: Context): Records {
  const records = readDatabase(databaseFile(context.places, context.database))
  if (records === undefined) noteMissing(context)
  return records ?? new Map()
}

/** A missing database is an empty one, but a slip of the finger deserves a word. */
export function noteMissing({ program, places, database }: Context): void {
  if (database.startsWith('/')) return
  const known = new Set([...listDatabases(places), ...describedDatabases(places)])
  const hint = known.has(database) ? '' : didYouMean(database, known)
  if (hint !== '') printError(`${program}: there is no database "${database}"${hint}`)
}

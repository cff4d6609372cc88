import { type DbRecord, makeRecord, type Records } from '../record.ts'
import type { Say } from './remark.ts'

/** A record with the database that it goes into. */
export interface Placed {
  readonly database: string
  readonly record: DbRecord
}

/** What the meaning of a record can depend on. */
export interface World {
  /** The records that are on this machine now. */
  readonly present: (database: string) => Records
  /** All records of the old server, as they were. */
  readonly there: (database: string) => Records
}

/** What an old system means by some of its records. */
export interface Meaning {
  readonly database: string
  readonly of: (record: DbRecord) => boolean
  /** The records that express it here; none: it stays behind. */
  readonly become: (record: DbRecord, world: World, say: Say) => readonly DbRecord[] | readonly Placed[]
}

/** A record with other values of some properties. */
export function changed({ key, type, properties }: DbRecord, values: Readonly<Record<string, string>>): DbRecord {
  return makeRecord(key, type, [...properties, ...Object.entries(values)])
}

/** A record without some properties. */
export function without({ key, type, properties }: DbRecord, names: readonly string[]): DbRecord {
  return makeRecord(
    key,
    type,
    [...properties].filter(([name]) => !names.includes(name)),
  )
}

/** Those of some properties that a record has. */
export function only({ properties }: DbRecord, names: readonly string[]): [string, string][] {
  return [...properties].filter(([name]) => names.includes(name))
}

/** A property; empty if it is absent. */
export function textIn({ properties }: DbRecord, name: string): string {
  return properties.get(name) ?? ''
}

/** The elements of a list, however it is separated. */
export function elements(record: DbRecord, name: string): string[] {
  return textIn(record, name)
    .split(/[\s,]+/)
    .filter(element => element !== '')
}

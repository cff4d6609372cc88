import { compareBytes } from '../base/byte-order.ts'
import { inClear, propertiesOf, type Stored, storedIn } from './stored.ts'

/** One record of a database. A "scalar" such as DomainName has its value as its type, and no properties. */
export interface DbRecord {
  readonly key: string
  readonly type: string
  /** Properties by name, in byte order of the names. */
  readonly properties: ReadonlyMap<string, string>
}

/** A database: its records by key, in byte order of the keys. */
export type Records = ReadonlyMap<string, DbRecord>

/** A copy with its entries in byte order of the names. */
export function sortedMap<Value>(entries: Iterable<readonly [string, Value]>): Map<string, Value> {
  return new Map([...entries].sort(([a], [b]) => compareBytes(a, b)))
}

/** A record with its properties sorted. */
export function makeRecord(key: string, type: Stored, properties: Iterable<readonly [string, Stored]> = []): DbRecord {
  return recordOf(key, type, sortedMap(properties))
}

/** A record of values as they are stored, whose properties are sorted already. */
export function recordOf(key: string, type: Stored, stored: ReadonlyMap<string, Stored>): DbRecord {
  const properties = propertiesOf(stored)
  if (typeof type === 'string') return { key, type, properties }
  const record: DbRecord = {
    key,
    get type() {
      return inClear(type)
    },
    properties,
  }
  SEALED_TYPES.set(record, type)
  return record
}

/** The encrypted values of scalars. */
const SEALED_TYPES = new WeakMap<DbRecord, Stored>()

/** The type of a record as it is stored. */
export function storedType(record: DbRecord): Stored {
  return SEALED_TYPES.get(record) ?? record.type
}

/** The values of a record as they are stored; null: its type. */
export function storedValues(record: DbRecord): (readonly [string | null, Stored])[] {
  return [[null, storedType(record)], ...storedIn(record.properties)]
}

/** Whether one of its values is encrypted. */
export function isSealed(record: DbRecord): boolean {
  return storedIn(record.properties) !== record.properties || SEALED_TYPES.has(record)
}

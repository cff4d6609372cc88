import { compareBytes } from '../base/byte-order.ts'

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
export function makeRecord(key: string, type: string, properties: Iterable<readonly [string, string]> = []): DbRecord {
  return { key, type, properties: sortedMap(properties) }
}

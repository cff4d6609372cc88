import { type DbRecord, type Records, sortedMap } from './record.ts'

/** The key of a record; a host name in lower case, since the DNS does not distinguish case (RFC 4343). */
export function nameOf({ key, type }: DbRecord): string {
  return ['domain', 'host', 'proxy'].includes(type) ? key.toLowerCase() : key
}

/** The records by {@link nameOf}. */
export function byName(records: Records): Records {
  return sortedMap([...records.values()].map(record => [nameOf(record), record]))
}

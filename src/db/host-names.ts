import { type DbRecord, type Records, sortedMap } from './record.ts'

/** The key of a record; a host name in lower case, since the DNS does not distinguish case (RFC 4343). */
export function nameOf({ key, type }: DbRecord): string {
  return ['domain', 'host', 'proxy'].includes(type) ? key.toLowerCase() : key
}

/** The records by {@link nameOf}. */
export function byName(records: Records): Records {
  for (const record of records.values())
    if (nameOf(record) !== record.key) return sortedMap([...records.values()].map(one => [nameOf(one), one]))
  return records
}

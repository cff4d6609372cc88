import { cached } from '../../base/cached.ts'
import { listDatabases } from '../../db/all-databases.ts'
import { parse, serialize } from '../../db/json.ts'
import { type DbRecord, isSealed, type Records, recordOf, storedType, storedValues } from '../../db/record.ts'
import { readDatabase } from '../../db/store.ts'
import { ifOpens, type Stored, storedIn } from '../../db/stored.ts'
import { databaseFile, type Places } from '../../system/places.ts'
import { recordChanges } from './changes.ts'
import type { HistoryEntry, PropertyChange } from './entry.ts'
import { type Masking, maskingWith, showMasked } from './masking.ts'
import { Objects } from './objects.ts'

/** All databases at one point in time. */
export type Snapshot = ReadonlyMap<string, Records>

/** The databases as they are now. */
export function takeSnapshot(places: Places): Snapshot {
  return new Map(
    listDatabases(places).flatMap(name => {
      const records = readDatabase(databaseFile(places, name))
      return records === undefined ? [] : [[name, records] as const]
    }),
  )
}

/** Stores a snapshot with secrets masked. @returns the hashes by database name */
export function storeSnapshot(snapshot: Snapshot, objects: Objects, masking: Masking): Record<string, string> {
  return Object.fromEntries(
    [...maskSnapshot(snapshot, masking)].map(([name, records]) => [name, objects.stage(serialize(records))] as const),
  )
}

/** A stored snapshot, with secrets still masked. Without databases that are lost or damaged: they count as unknown. */
export function loadSnapshot(hashes: Readonly<Record<string, string>>, objects: Objects): Snapshot {
  return new Map(
    Object.entries(hashes).flatMap(([name, hash]) => {
      const content = objects.find(hash)
      return content === undefined ? [] : [[name, parse(content.toString('utf8'))] as const]
    }),
  )
}

/** A run masks the same databases for its note and for its entry. */
const MASKED = new WeakMap<Masking, WeakMap<Records, Records>>()

/** A snapshot as it would be stored, to compare with a stored one. */
export function maskSnapshot(snapshot: Snapshot, masking: Masking): Snapshot {
  const known = cached(MASKED, masking, () => new WeakMap<Records, Records>())
  const maskAll = (records: Records) => {
    const text = serialize(records)
    // Most databases hold no secret. Without escapes, their text shows that as well as each value.
    if (!text.includes('\\') && masking.hide(text) === text) return records
    return cached(known, records, () => mapValues(records, value => masking.hide(value)))
  }
  return new Map([...snapshot].map(([name, records]) => [name, maskAll(records)] as const))
}

/**
 * The records with a function applied to every type (property null) and value: names contain no secrets. The same records, if that
 * changes nothing.
 */
export function mapValues(
  records: Records,
  change: (text: string, key: string, property: string | null) => string,
): Records {
  const mapped = new Map([...records].map(([key, record]) => [key, mapRecord(record, change)]))
  return [...mapped].every(([key, record]) => records.get(key) === record) ? records : mapped
}

/** One record with a function applied to its type and values. The same record, if that changes nothing. */
export function mapRecord(
  record: DbRecord,
  change: (text: string, key: string, property: string | null) => string,
): DbRecord {
  const { key } = record
  const values = [...record.properties].map(([name, value]) => [name, change(value, key, name)] as const)
  const type = change(record.type, key, null)
  const isSame = type === record.type && values.every(([name, value]) => record.properties.get(name) === value)
  return isSame ? record : { key, type, properties: new Map(values) }
}

/** The changes from one masked snapshot to another, safe to show. */
export function snapshotChanges(before: Snapshot, after: Snapshot): PropertyChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])]
  return names
    .flatMap(name => recordChanges(name, before.get(name) ?? new Map(), after.get(name) ?? new Map()))
    .map(change => ({ ...change, old: shown(change.old), new: shown(change.new) }))
}

/** One value: a property, or the type of a record. Null: it does not exist. */
export function valueIn(
  snapshot: Snapshot,
  change: Pick<PropertyChange, 'database' | 'key' | 'property'>,
): string | null {
  const record = snapshot.get(change.database)?.get(change.key)
  return (change.property === null ? record?.type : record?.properties.get(change.property)) ?? null
}

/** The properties that changed since an entry (all of them, if there is none), with secrets as asterisks. */
export function changesSince(places: Places, since: Pick<HistoryEntry, 'databases'> | undefined): PropertyChange[] {
  const before = loadSnapshot(since?.databases ?? {}, new Objects(places.state))
  const present = [...takeSnapshot(places)].map(
    ([name, records]) => [name, openable(records, before.get(name))] as const,
  )
  return snapshotChanges(before, maskSnapshot(new Map(present), maskingWith(places, [], ifOpens)))
}

/** What nobody can open counts as unchanged: those who only look have no use for it. */
export function openable(records: Records, before: Records | undefined): Records {
  if (![...records.values()].some(isSealed)) return records
  return new Map(
    [...records].map(([key, record]) => {
      const former = before?.get(key)
      const open = (stored: Stored, was: string | undefined) => ifOpens(stored) ?? was ?? '********'
      if (storedValues(record).every(([, stored]) => ifOpens(stored) !== undefined)) return [key, record]
      const values = [...storedIn(record.properties)].map(
        ([name, stored]) => [name, open(stored, former?.properties.get(name))] as const,
      )
      return [key, recordOf(key, open(storedType(record), former?.type), new Map(values))]
    }),
  )
}

function shown(value: string | null): string | null {
  return value === null ? null : showMasked(value)
}

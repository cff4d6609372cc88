import { compareBytes } from '../../../base/byte-order.ts'
import { Draft } from '../../../db/draft.ts'
import { type OwnedByFleet, type OwnedValue, partId } from '../../../db/owned.ts'
import type { DbRecord, Records } from '../../../db/record.ts'
import { recordChanges } from '../../../state/history/changes.ts'
import type { PropertyChange } from '../../../state/history/entry.ts'
import { type Snapshot, valueIn } from '../../../state/history/snapshot.ts'
import type { ResolvedValue } from './resolve.ts'

/** The databases of a host at one moment. */
export interface HostRecords {
  /** As they are in effect: as the last event left them. */
  readonly applied: Snapshot
  /** As they are on the disk, with what somebody has set since. */
  readonly present: Snapshot
  readonly owned: OwnedByFleet
}

/** What identifies a property. */
type Place = Pick<ResolvedValue, 'database' | 'key' | 'property'>
const idOf = ({ database, key, property }: Place) => `${database}\0${partId(key, property)}`

/**
 * The databases in effect with a release, without what else is pending on the host: the release does not bring that to life. What
 * the fleet no longer names has its former value again, if nobody has changed it meanwhile.
 */
export function goalOf(
  values: readonly ResolvedValue[],
  { applied, present, owned }: HostRecords,
  isDefault: IsDefault,
): Snapshot {
  const drafts = new Map([...applied].map(([name, records]) => [name, new Draft(records)]))
  const draftOf = (name: string) => {
    const draft = drafts.get(name) ?? new Draft(new Map())
    drafts.set(name, draft)
    return draft
  }
  const dropped = droppedBy(values, owned)
  // Properties first: a record is only removed if nothing of anybody else is in it.
  for (const value of [...dropped].sort((a, b) => Number(a.property === null) - Number(b.property === null))) {
    const draft = draftOf(value.database)
    const record = draft.get(value.key)
    if (record === undefined) continue
    const { database, key, property, former } = value
    if (property !== null) {
      if (record.properties.get(property) !== value.value) continue
      if (former === null) draft.delprop(key, property)
      else draft.setprop(key, property, former)
    } else if (record.type === value.value) {
      const here = present.get(database)?.get(key)
      const isUsed = [record, here].some(one => one !== undefined && hasOwn(database, one, dropped, isDefault))
      if (former !== null) draft.settype(key, former)
      else if (!isUsed) draft.delete(key)
    }
  }
  for (const { database, key, property, value } of values) {
    const draft = draftOf(database)
    if (property !== null) draft.setprop(key, property, value)
    else if (draft.has(key)) draft.settype(key, value)
    else draft.set(key, value)
  }
  return new Map([...drafts].map(([name, draft]) => [name, draft.records()]))
}

/** Whether a property has the value that its description gives to new records. */
export type IsDefault = (database: string, record: DbRecord, property: string) => boolean

/** Whether a record that the fleet has made has something that somebody else has set. */
function hasOwn(database: string, record: DbRecord, dropped: readonly OwnedValue[], isDefault: IsDefault): boolean {
  return [...record.properties].some(([property, value]) => {
    const ours = dropped.some(one => one.value === value && idOf(one) === idOf({ database, key: record.key, property }))
    return !ours && !isDefault(database, record, property)
  })
}

/** What the fleet owned, and no longer names. */
function droppedBy(values: readonly ResolvedValue[], { values: former }: OwnedByFleet): readonly OwnedValue[] {
  const named = new Set(values.map(idOf))
  return former.filter(value => !named.has(idOf(value)))
}

/** What becomes of the databases on the disk. */
export interface RecordChanges {
  readonly changes: readonly PropertyChange[]
  /** What somebody has set here and the release sets otherwise: it comes back if the release does not stay. */
  readonly replaced: readonly PropertyChange[]
  readonly values: readonly OwnedValue[]
}

/**
 * The changes on the disk that lead to the goal. What is pending stays as it is, unless the fleet owns it.
 * @param goal as it will be in effect, with defaults of new records
 */
export function changesTo(
  goal: ReadonlyMap<string, Records>,
  values: readonly ResolvedValue[],
  { applied, present, owned }: HostRecords,
): RecordChanges {
  const before = new Map(owned.values.map(value => [idOf(value), value]))
  const changes = new Map<string, PropertyChange>()
  for (const [name, records] of goal)
    for (const change of recordChanges(name, applied.get(name) ?? new Map(), records)) changes.set(idOf(change), change)
  for (const value of values) {
    const { database, key, property } = value
    const old = valueIn(present, value)
    changes.set(idOf(value), { database, key, property, old, new: value.value })
  }
  const wanted = [...changes.values()].filter(change => change.old !== change.new)
  const replaced = values.flatMap((value): PropertyChange[] => {
    const [now, effective] = [valueIn(present, value), valueIn(applied, value)]
    if (now === effective || now === value.value) return []
    return [{ database: value.database, key: value.key, property: value.property, old: effective, new: now }]
  })
  return {
    changes: wanted.sort(inOrder),
    replaced,
    values: values.map(value => ({ ...value, former: formerOf(value, before.get(idOf(value)), present) })),
  }
}

/** What comes back when the fleet no longer names it: what the host had itself, or what somebody has set there since. */
function formerOf(value: ResolvedValue, before: OwnedValue | undefined, present: Snapshot): string | null {
  const now = valueIn(present, value)
  return before !== undefined && now === before.value ? before.former : now
}

/** A record before its properties. */
function inOrder(a: PropertyChange, b: PropertyChange): number {
  return (
    compareBytes(a.database, b.database) ||
    compareBytes(a.key, b.key) ||
    (a.property === null ? -1 : b.property === null ? 1 : compareBytes(a.property, b.property))
  )
}

import { refusal } from '../base/failure.ts'
import { Draft } from '../db/draft.ts'
import type { Records } from '../db/record.ts'
import { applyChange } from '../state/history/databases.ts'
import { commandLine, type HistoryEntry, type PropertyChange, tookEffect } from '../state/history/entry.ts'
import type { History } from '../state/history/history.ts'
import { type Masking, maskingWith } from '../state/history/masking.ts'
import { changesSince, loadSnapshot, type Snapshot, takeSnapshot, valueIn } from '../state/history/snapshot.ts'
import type { Places } from '../system/places.ts'
import { lostSecret } from './restore-entry.ts'

/** The databases without what one entry changed. */
export interface Reverted {
  /** The changes that undo it, with secrets in clear. Empty: all of it has been undone already. */
  readonly changes: readonly PropertyChange[]
  readonly databases: ReadonlyMap<string, Records>
  /** Other changes that no event has applied yet, with secrets as asterisks. */
  readonly pending: readonly PropertyChange[]
}

/**
 * Determines how to undo one entry and keep everything later.
 * @throws Failure (refused) if the entry changed no property, a later change depends on it, or a secret is no longer known
 */
export function revertEntry(entry: HistoryEntry, history: History, places: Places): Reverted {
  const what = `entry ${entry.id} (${commandLine(entry)})`
  if (!tookEffect(entry)) throw refusal(`${what} was ${entry.outcome}, so there is nothing to revert`)
  if (entry.properties.length === 0)
    throw refusal(`${what} changed no property`, {
      hint: 'Only properties can be reverted, with the files made from them. To return to the state before it: gabarit rollback ID',
    })
  const present = takeSnapshot(places)
  const changes = inverse(entry, present, history, maskingWith(places))
  const pending = changesSince(places, history.lastApplied())
  const later = history.after(entry.id).filter(tookEffect)
  const obstacles = [
    ...later.map(one => ({ name: `entry ${one.id} (${commandLine(one)})`, properties: one.properties })),
    { name: 'a change that no event has applied yet', properties: pending },
  ].flatMap(({ name, properties }) => {
    const touched = properties.filter(one => changes.some(change => depends(one, change)))
    return touched.length === 0 ? [] : `${name}: ${touched.map(nameOf).join(', ')}`
  })
  if (obstacles.length > 0)
    throw refusal(
      `${what} cannot be reverted alone, because its properties were changed again:\n${obstacles.join('\n')}`,
      {
        hint: 'Nothing was changed. Revert the later ones first, newest first, or set the properties yourself.',
      },
    )
  return { changes, databases: changed(present, changes), pending }
}

/** What takes the properties of an entry from their present values back to the previous ones. */
function inverse(entry: HistoryEntry, present: Snapshot, history: History, masking: Masking): PropertyChange[] {
  const before = loadSnapshot(history.before(entry.id).databases, history.objects)
  return entry.properties.flatMap(change => {
    // The entry shows secrets as asterisks; the stored databases have marks that can be revealed.
    const hidden = change.old === null || !change.old.includes('********') ? change.old : valueIn(before, change)
    const old = valueIn(present, change)
    const wanted = hidden === null ? null : (masking.reveal(hidden) ?? lostSecret(nameOf(change)))
    return old === wanted ? [] : { ...change, old, new: wanted }
  })
}

/** Whether undoing a change would undo the other one, too, or miss the record it needs. */
function depends(later: PropertyChange, change: PropertyChange): boolean {
  if (later.database !== change.database || later.key !== change.key) return false
  return later.property === change.property || isWhole(later) || isWhole(change)
}

/** A record that appears or disappears, with all its properties. */
function isWhole({ property, old, new: value }: PropertyChange): boolean {
  return property === null && (old === null || value === null)
}

function nameOf({ database, key, property }: PropertyChange): string {
  return [database, key, ...(property === null ? [] : [property])].join(' ')
}

function changed(present: Snapshot, changes: readonly PropertyChange[]): ReadonlyMap<string, Records> {
  const drafts = new Map([...present].map(([name, records]) => [name, new Draft(records)] as const))
  for (const change of changes) {
    const draft = drafts.get(change.database) ?? new Draft(new Map())
    drafts.set(change.database, draft)
    applyChange(draft, change)
  }
  return new Map([...drafts].map(([name, draft]) => [name, draft.records()] as const))
}

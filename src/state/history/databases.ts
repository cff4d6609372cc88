import { compareBytes } from '../../base/byte-order.ts'
import { Failure, messageOf, refusal } from '../../base/failure.ts'
import { listOf, objectOf, text } from '../../base/shape.ts'
import { ownsFolder } from '../../db/change.ts'
import type { Draft } from '../../db/draft.ts'
import type { Records } from '../../db/record.ts'
import { prepareTransaction } from '../../db/store.ts'
import { systemReason } from '../../system/atomic-write.ts'
import { databaseFile, type Places } from '../../system/places.ts'
import { COVER } from '../../system/secrets/cover.ts'
import { StateFile } from '../../system/state-file.ts'
import { recordChanges } from './changes.ts'
import { type PropertyChange, propertyChange } from './entry.ts'
import type { Snapshot } from './snapshot.ts'

/** The changes that take databases from one state to another, property by property, with secrets in clear. */
export function databaseChanges(from: Snapshot, to: ReadonlyMap<string, Records | undefined>): PropertyChange[] {
  return [...to].flatMap(([name, wanted]) => recordChanges(name, from.get(name) ?? new Map(), wanted ?? new Map()))
}

/** The changes that undo others. */
export function reversed(changes: readonly PropertyChange[]): PropertyChange[] {
  return changes.map(change => ({ ...change, old: change.new, new: change.old }))
}

/** Prepared changes of several databases, which stay locked until they are committed or aborted. */
export interface PreparedChanges {
  commit(): void
  abort(): void
}

/**
 * Changes databases property by property. A property that no longer has its `old` value was changed by somebody meanwhile, and
 * is kept. So doing it twice does no harm.
 */
export function changeDatabases(places: Places, changes: readonly PropertyChange[], command: string): void {
  prepareChanges(places, changes, command).commit()
}

/** As {@link changeDatabases}, but stops before the first database changes. */
export function prepareChanges(places: Places, changes: readonly PropertyChange[], command: string): PreparedChanges {
  // In a fixed order, so that two processes do not wait for each other.
  const names = [...new Set(changes.map(({ database }) => database))].sort(compareBytes)
  const prepared: PreparedChanges[] = []
  const abort = () => {
    for (const one of prepared.splice(0)) one.abort()
  }
  try {
    for (const name of names) {
      const mine = changes.filter(({ database }) => database === name)
      const change = (draft: Draft) => {
        for (const one of mine) applyChange(draft, one)
      }
      const makeFolder = ownsFolder(places, name)
      prepared.push(prepareTransaction(databaseFile(places, name), { command, makeFolder }, change))
    }
  } catch (error) {
    abort()
    throw error
  }
  const commit = () => {
    try {
      for (let one = prepared.shift(); one !== undefined; one = prepared.shift()) one.commit()
    } finally {
      abort()
    }
  }
  return { commit, abort }
}

/**
 * Changes a property, if it still has its `old` value. Records come before their properties in the list, so removing the record
 * is enough.
 */
export function applyChange(draft: Draft, { key, property, old, new: wanted }: PropertyChange): void {
  if (property === null) {
    const present = draft.get(key)?.type ?? null
    if (present !== old) return
    if (wanted === null) draft.delete(key)
    else if (present === null) draft.set(key, wanted)
    else draft.settype(key, wanted)
    return
  }
  if (!draft.has(key) || (draft.getprop(key, property) ?? null) !== old) return
  if (wanted === null) draft.delprop(key, property)
  else draft.setprop(key, property, wanted)
}

/** Changes to make in several databases. Contains secrets in clear. */
const note = objectOf({ command: text, changes: listOf(propertyChange) })

/** The note that exists while {@link changeDatabasesAtOnce} runs. */
export const DATABASE_CHANGES = new StateFile('database-changes.json', {
  what: 'the note of interrupted changes',
  shape: note,
  cover: COVER,
  wayOut: 'Move it away. Some databases may have been changed and others not: see gabarit status.',
})

/**
 * Changes several databases, all or none: if it is interrupted, {@link finishDatabaseChanges} completes it from a note written
 * first. The caller holds the event lock.
 * @throws Failure if nothing could be changed, or not everything yet
 */
export function changeDatabasesAtOnce(places: Places, changes: readonly PropertyChange[], command: string): void {
  const prepared = prepareChanges(places, changes, command)
  try {
    DATABASE_CHANGES.write(places, { command, changes })
  } catch (error) {
    prepared.abort()
    throw refusal(`could not be written: ${systemReason(error)}`, {
      where: DATABASE_CHANGES.path(places),
      hint: 'Nothing was changed.',
      cause: error,
    })
  }
  try {
    prepared.commit()
  } catch (error) {
    throw new Failure(`not everything has been changed yet: ${messageOf(error)}`, {
      hint: 'The next gabarit command that changes files does the rest.',
      cause: error,
    })
  }
  places.state.removeDurably(DATABASE_CHANGES.name)
}

/**
 * Completes interrupted changes, keeping what somebody has changed meanwhile. Repeatable. The caller holds the event lock.
 * @returns the interrupted command; undefined if there is none
 * @throws Failure (refused) if the note is damaged
 */
export function finishDatabaseChanges(places: Places): string | undefined {
  const note = DATABASE_CHANGES.read(places)
  if (note === undefined) return undefined
  changeDatabases(places, note.changes, note.command)
  places.state.removeDurably(DATABASE_CHANGES.name)
  return note.command
}

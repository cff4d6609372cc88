import { Failure, messageOf, refusal } from '../../base/failure.ts'
import { listOf, objectOf, text } from '../../base/shape.ts'
import { systemReason } from '../../system/atomic-write.ts'
import type { Places } from '../../system/places.ts'
import { StateFile } from '../../system/state-file.ts'
import { changeDatabases, prepareChanges } from './databases.ts'
import { type PropertyChange, propertyChange } from './entry.ts'

/** Changes to make in several databases. Contains secrets in clear. */
interface Note {
  readonly command: string
  readonly changes: readonly PropertyChange[]
}

/** The note that exists while {@link changeDatabasesAtOnce} runs. */
export const DATABASE_CHANGES = new StateFile<Note>('database-changes.json', {
  what: 'the note of interrupted changes',
  shape: objectOf<Note>({ command: text, changes: listOf(propertyChange) }),
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

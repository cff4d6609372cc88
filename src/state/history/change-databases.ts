import { Failure, messageOf, refusal } from '../../base/failure.ts'
import { listOf, objectOf, text } from '../../base/shape.ts'
import { systemReason } from '../../system/atomic-write.ts'
import type { Places } from '../../system/places.ts'
import { StateFile } from '../../system/state-file.ts'
import { changeDatabases, prepareChanges } from './databases.ts'
import { type PropertyChange, propertyChange } from './entry.ts'

/** What was to be done to several databases. Secrets stand in clear. */
interface Note {
  readonly command: string
  readonly changes: readonly PropertyChange[]
}

/** The note that is there while {@link changeDatabasesAtOnce} is at it. */
export const DATABASE_CHANGES = new StateFile<Note>('database-changes.json', {
  what: 'the note of changes that were cut off',
  shape: objectOf<Note>({ command: text, changes: listOf(propertyChange) }),
  wayOut: 'Move it away. Some databases may be changed and others not: gabarit status shows what.',
})

/**
 * Changes several databases, all or none: a note written before the first lets {@link finishDatabaseChanges} do the rest when this is
 * cut off. The caller has the turn.
 * @throws Failure when nothing could be changed, or not yet all
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
    throw new Failure(`not everything is changed yet: ${messageOf(error)}`, {
      hint: 'The next gabarit command that changes files does the rest.',
      cause: error,
    })
  }
  places.state.removeDurably(DATABASE_CHANGES.name)
}

/**
 * Does the rest of what was cut off: what somebody has changed meanwhile stays. Repeatable. The caller has the turn.
 * @returns the command that was cut off; undefined when none was
 * @throws Failure (refused) when the note is damaged
 */
export function finishDatabaseChanges(places: Places): string | undefined {
  const note = DATABASE_CHANGES.read(places)
  if (note === undefined) return undefined
  changeDatabases(places, note.changes, note.command)
  places.state.removeDurably(DATABASE_CHANGES.name)
  return note.command
}

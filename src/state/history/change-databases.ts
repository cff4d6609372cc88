import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, hasCode, messageOf, refusal } from '../../base/failure.ts'
import { syncFolder, systemReason, writeFileAtomically } from '../../system/atomic-write.ts'
import type { Places } from '../../system/places.ts'
import { changeDatabases, prepareChanges } from './databases.ts'
import type { PropertyChange } from './entry.ts'

/** Changes to make in several databases. Contains secrets in clear. */
interface Note {
  readonly command: string
  readonly changes: readonly PropertyChange[]
}

/** The note that exists while {@link changeDatabasesAtOnce} runs. */
function noteFile(places: Places): string {
  return join(places.state, 'database-changes.json')
}

/**
 * Changes several databases, all or none: if it is interrupted, {@link finishDatabaseChanges} completes it from a note written
 * first. The caller holds the event lock.
 * @throws Failure if nothing could be changed, or not everything yet
 */
export function changeDatabasesAtOnce(places: Places, changes: readonly PropertyChange[], command: string): void {
  const prepared = prepareChanges(places, changes, command)
  const note: Note = { command, changes }
  try {
    writeFileAtomically(noteFile(places), JSON.stringify(note), { mode: 0o600, locked: true })
  } catch (error) {
    prepared.abort()
    throw refusal(`could not be written: ${systemReason(error)}`, {
      where: noteFile(places),
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
  removeNote(places)
}

/**
 * Completes interrupted changes, keeping what somebody has changed meanwhile. Repeatable. The caller holds the event lock.
 * @returns the interrupted command; undefined if there is none
 * @throws Failure (refused) if the note is damaged
 */
export function finishDatabaseChanges(places: Places): string | undefined {
  const note = readNote(places)
  if (note === undefined) return undefined
  changeDatabases(places, note.changes, note.command)
  removeNote(places)
  return note.command
}

function removeNote(places: Places): void {
  rmSync(noteFile(places), { force: true })
  syncFolder(places.state)
}

function readNote(places: Places): Note | undefined {
  try {
    const note: Note = JSON.parse(readFileSync(noteFile(places), 'utf8'))
    if (typeof note.command !== 'string' || !Array.isArray(note.changes)) throw new Error('it has no changes')
    return note
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw refusal(`the note of interrupted changes is damaged: ${messageOf(error)}`, {
      where: noteFile(places),
      hint: 'Move it away. Some databases may have been changed and others not: see gabarit status.',
    })
  }
}

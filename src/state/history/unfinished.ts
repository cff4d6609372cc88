import { rmSync } from 'node:fs'
import { secretValues } from '../../db/secrets.ts'
import type { Places } from '../../system/places.ts'
import { changeDatabases } from './databases.ts'
import type { Asked, HistoryEntry, PropertyChange } from './entry.ts'
import { History } from './history.ts'
import { type MaskedEntry, rememberMasked } from './masked-files.ts'
import { Masking } from './masking.ts'
import { loadSnapshot, snapshotChanges, storeSnapshot, takeSnapshot } from './snapshot.ts'
import { readUnfinished, unfinishedFile, unfinishedIds } from './unfinished-names.ts'

/**
 * What is known about an entry when its files are about to be put in place. It is written in the same commit: so a run that is
 * interrupted after its commit still has an entry, and what belongs to its files is done later.
 */
export type Unfinished = Asked &
  Pick<HistoryEntry, 'time' | 'outcome' | 'problems' | 'paths' | 'files' | 'folders' | 'manifest'> & {
    /** The databases that the files were generated from; null: those found when the entry is made. */
    readonly databases: HistoryEntry['databases'] | null
    /** Property changes that belong to the files and are made right after them. Contains secrets in clear. */
    readonly changes: readonly PropertyChange[]
    /** The files with secrets that were written. */
    readonly masked: readonly MaskedEntry[]
    /** The confirmation that this run ends, by its token; null: none. */
    readonly closes: string | null
  }

/**
 * Makes entries for interrupted runs, and completes them. The caller holds the event lock, so none of them is still running.
 * Can itself be interrupted and repeated.
 * @param finish completes each run before its note is removed
 */
export function recordUnfinished(places: Places, finish: (entry: Unfinished) => void): void {
  for (const id of unfinishedIds(places)) {
    const file = unfinishedFile(places, id)
    const entry = readUnfinished<Unfinished>(places, id)
    changeDatabases(places, entry.changes, 'gabarit')
    if (entry.outcome !== 'rolled back') rememberMasked(places, entry.masked)
    const history = new History(places)
    // Otherwise it was interrupted between adding the entry and removing this file.
    if (!history.ids().includes(id)) history.add(id, complete(id, entry, history, places))
    finish(entry)
    rmSync(file, { force: true })
  }
}

function complete(id: number, unfinished: Unfinished, history: History, places: Places): Omit<HistoryEntry, 'id'> {
  const { databases: stored, changes: _changes, masked: _masked, closes: _closes, ...entry } = unfinished
  const masking = new Masking(places, secretValues(places))
  const databases = stored ?? storeSnapshot(takeSnapshot(places), history.objects, masking)
  const before = loadSnapshot(history.databasesBefore(id), history.objects)
  return {
    ...entry,
    problems: [
      ...entry.problems,
      'it was interrupted after its files were in place: later steps may not have been done',
    ],
    properties: snapshotChanges(before, loadSnapshot(databases, history.objects)),
    databases,
    validators: [],
    adjustments: [],
  }
}

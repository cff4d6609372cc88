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
 * What is known of an entry when its files are about to be put in place. It is written with them, in the same commit: a
 * run that is cut off behind its commit has an entry all the same, and what belongs to its files is done later.
 */
export type Unfinished = Asked &
  Pick<HistoryEntry, 'time' | 'outcome' | 'problems' | 'paths' | 'files' | 'manifest'> & {
    /** The databases that the files were made from; null: those that are found when the entry is made. */
    readonly databases: HistoryEntry['databases'] | null
    /** Changes of properties that belong to the files and are made right behind them. Secrets stand in clear. */
    readonly changes: readonly PropertyChange[]
    /** The files with secrets that were written. */
    readonly masked: readonly MaskedEntry[]
    /** The confirmation that this run ends, by its token; null: none. */
    readonly closes: string | null
  }

/**
 * Makes entries of what was cut off, and does what was still to be done. The caller has the turn, so that nobody is still at
 * it. Repeatable: being cut off here as well does no harm.
 * @param finish does the rest of each, before it is forgotten
 */
export function recordUnfinished(places: Places, finish: (entry: Unfinished) => void): void {
  for (const id of unfinishedIds(places)) {
    const file = unfinishedFile(places, id)
    const entry = readUnfinished<Unfinished>(places, id)
    changeDatabases(places, entry.changes, 'gabarit')
    if (entry.outcome !== 'rolled back') rememberMasked(places, entry.masked)
    const history = new History(places)
    // Else it was cut off between adding the entry and removing this file.
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
      'it was cut off when its files were in place: what it does after that may not be done',
    ],
    properties: snapshotChanges(before, loadSnapshot(databases, history.objects)),
    databases,
    validators: [],
    adjustments: [],
  }
}

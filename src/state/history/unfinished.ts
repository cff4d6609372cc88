import type { Places } from '../../system/places.ts'
import { changeDatabases } from './databases.ts'
import type { HistoryEntry } from './entry.ts'
import { History } from './history.ts'
import { rememberMasked } from './masked-files.ts'
import { maskingWith } from './masking.ts'
import { loadSnapshot, snapshotChanges, storeSnapshot, takeSnapshot } from './snapshot.ts'
import { type Unfinished, unfinishedFile, unfinishedIds } from './unfinished-names.ts'

/**
 * Makes entries for interrupted runs, and completes them. The caller holds the event lock, so none of them is still running.
 * Can itself be interrupted and repeated.
 * @param finish completes each run before its note is removed
 */
export function recordUnfinished(places: Places, finish: (entry: Unfinished) => void): void {
  for (const id of unfinishedIds(places)) {
    const file = unfinishedFile(id)
    const entry = file.read(places)
    if (entry === undefined) continue
    changeDatabases(places, entry.changes, 'gabarit')
    if (entry.outcome !== 'rolled back') rememberMasked(places, entry.masked)
    const history = new History(places)
    // Otherwise it was interrupted between adding the entry and removing this file.
    if (!history.ids().includes(id)) history.add(id, complete(id, entry, AFTER_COMMIT, history, places))
    finish(entry)
    file.remove(places)
  }
}

const AFTER_COMMIT = 'it was interrupted after its files were in place: later steps may not have been done'

/**
 * The entry of a run that cannot make it itself.
 * @param problem what happened to it
 * @param history to which it will be added: what it stores is made durable with it
 */
export function complete(
  id: number,
  unfinished: Unfinished,
  problem: string,
  history: History,
  places: Places,
): Omit<HistoryEntry, 'id'> {
  const { databases: stored, changes: _changes, masked: _masked, closes: _closes, ...entry } = unfinished
  const masking = maskingWith(places)
  const databases = stored ?? storeSnapshot(takeSnapshot(places), history.objects, masking)
  const before = loadSnapshot(history.before(id).databases, history.objects)
  return {
    ...entry,
    problems: [...entry.problems, problem],
    properties: snapshotChanges(before, loadSnapshot(databases, history.objects)),
    databases,
    validators: [],
    adjustments: [],
  }
}

import { secretValues } from '../../db/secrets.ts'
import type { Places } from '../../system/places.ts'
import type { HistoryEntry, PropertyChange } from './entry.ts'
import type { History } from './history.ts'
import { Masking } from './masking.ts'
import { loadSnapshot, maskSnapshot, snapshotChanges, takeSnapshot } from './snapshot.ts'

/** The properties that changed since an entry (all of them, if there is none), with secrets as asterisks. */
export function changesSince(places: Places, history: History, since: HistoryEntry | undefined): PropertyChange[] {
  const before = loadSnapshot(since?.databases ?? {}, history.objects)
  return snapshotChanges(before, maskSnapshot(takeSnapshot(places), new Masking(places, secretValues(places))))
}

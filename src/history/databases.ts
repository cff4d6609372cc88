import type { Draft } from '../db/draft.ts'
import type { Records } from '../db/record.ts'
import { writeTransaction } from '../db/store.ts'
import { databaseFile, type Places } from '../system/places.ts'
import { recordChanges } from './changes.ts'
import type { PropertyChange } from './entry.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * Takes databases from one state to another, property by property: what somebody has changed meanwhile, so that it is no
 * longer as in `from`, stays.
 * @returns the properties that were changed
 */
export function changeDatabases(
  places: Places,
  from: Snapshot,
  to: ReadonlyMap<string, Records | undefined>,
  command: string,
): PropertyChange[] {
  return [...to].flatMap(([name, wanted]) => {
    const changes = recordChanges(name, from.get(name) ?? new Map(), wanted ?? new Map())
    if (changes.length === 0) return []
    return writeTransaction(databaseFile(places, name), { command }, draft =>
      changes.filter(change => applyChange(draft, change)),
    )
  })
}

/** Records come before their properties in the list, so a removed record needs no more than its removal. */
function applyChange(draft: Draft, { key, property, old, new: wanted }: PropertyChange): boolean {
  if (property === null) {
    const present = draft.get(key)?.type ?? null
    if (present !== old) return false
    if (wanted === null) draft.delete(key)
    else if (present === null) draft.set(key, wanted)
    else draft.settype(key, wanted)
    return true
  }
  if (!draft.has(key) || (draft.getprop(key, property) ?? null) !== old) return false
  if (wanted === null) draft.delprop(key, property)
  else draft.setprop(key, property, wanted)
  return true
}

import type { Places } from '../../../system/places.ts'
import { turnState } from '../release/turn.ts'
import type { Status } from '../rollout/status.ts'
import { readNotes } from './notes.ts'

/** What became of the last order, without what the services say. */
export type Stand = Omit<Status, 'health' | 'drift'>

/** What this host can say of itself. @param notes of the agent, which it may not have been able to write */
export function standOf(places: Places, notes = readNotes(places)): Stand {
  const { at, release, attempt, state, reason, entry } = turnState(places)
  const { refused, doubt } = notes
  if (refused !== null) return { at, ...refused, state: 'refused', entry: null }
  const why = state === 'went back' && doubt !== '' ? doubt : reason
  return { at, release, attempt, state, reason: why, entry }
}

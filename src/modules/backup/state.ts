import type { Places } from '../../system/places.ts'
import type { State } from '../../system/state.ts'

/** What the module keeps. */
export function backupState({ state }: Places): State {
  return state.within('backup')
}

import { Failure, orFailure } from '../base/failure.ts'
import { objectOf, oneOf, text } from '../base/shape.ts'
import { type Confirmation, removeConfirmation } from '../state/confirmation.ts'
import type { Places } from '../system/places.ts'
import { StateFile } from '../system/state-file.ts'
import { userName } from './history-record.ts'

/** How the last confirmation ended, for whoever comes too late. */
export interface Ended {
  readonly how: 'confirmed' | 'went back'
  readonly time: string
  readonly user: string
  readonly what: string
}

export const LAST_CONFIRMATION = new StateFile<Ended>('confirmation-last.json', {
  what: 'the note of how the last confirmation ended',
  shape: objectOf<Ended>({ how: oneOf('confirmed', 'went back'), time: text, user: text, what: text }),
  wayOut: 'Remove it. It costs no more than a less exact message.',
})

/** Ends a confirmation for good, and remembers how. The caller has the turn. */
export function endConfirmation(places: Places, { command, args, token }: Confirmation, how: Ended['how']): void {
  removeConfirmation(places, token)
  const what = [command, ...args].join(' ')
  LAST_CONFIRMATION.write(places, { how, time: new Date().toISOString(), user: userName(), what })
}

/** How the last one ended; undefined when there was none. */
export function readEnd(places: Places): Ended | undefined {
  const ended = orFailure(() => LAST_CONFIRMATION.read(places))
  return ended instanceof Failure ? undefined : ended
}

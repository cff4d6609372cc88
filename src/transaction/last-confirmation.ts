import { unlessFailed } from '../base/failure.ts'
import { objectOf, oneOf, text } from '../base/shape.ts'
import type { Context } from '../plan/context.ts'
import { type Confirmation, removeConfirmation } from '../state/confirmation.ts'
import { commandLine } from '../state/history/entry.ts'
import { caller } from '../system/accounts.ts'
import type { Places } from '../system/places.ts'
import { StateFile } from '../system/state-file.ts'

/** How the last confirmation ended, for those who come too late. */
interface EndedConfirmation {
  readonly how: 'confirmed' | 'went back'
  readonly time: string
  readonly user: string
  readonly what: string
}

const LAST_CONFIRMATION = new StateFile<EndedConfirmation>('confirmation-last.json', {
  what: 'the note of how the last confirmation ended',
  shape: objectOf<EndedConfirmation>({ how: oneOf('confirmed', 'went back'), time: text, user: text, what: text }),
  wayOut: 'Remove it. Then a message is less exact.',
})

/** Ends a confirmation, and records how. The caller holds the event lock. */
export function endConfirmation(
  { places, system }: Pick<Context, 'places' | 'system'>,
  open: Confirmation,
  how: EndedConfirmation['how'],
): void {
  removeConfirmation(places, open.token)
  const { user } = caller(system.env)
  LAST_CONFIRMATION.write(places, { how, time: new Date().toISOString(), user, what: commandLine(open) })
}

/** How the last one ended; undefined if there was none. */
export function readEnd(places: Places): EndedConfirmation | undefined {
  return unlessFailed(() => LAST_CONFIRMATION.read(places))
}

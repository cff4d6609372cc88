import { uptime } from 'node:os'
import { Failure, orFailure, unlessFailed } from '../base/failure.ts'
import { shell } from '../base/quote.ts'
import { integer, listOf, matching, number, objectOf, oneOf, orNull, text } from '../base/shape.ts'
import { caller } from '../system/accounts.ts'
import { bootId } from '../system/lock-holder.ts'
import type { Places } from '../system/places.ts'
import { type Request, serviceRequest } from '../system/service/adjustment.ts'
import { StateFile } from '../system/state-file.ts'
import type { System } from '../system/system.ts'
import { ASKED_PARTS, type Asked, commandLine, noteOf } from './history/entry.ts'

/** When a window opens and ends. Within one boot, only the time since boot counts, which clock changes do not affect. */
export interface Window {
  /** For people: the wall clock, ISO 8601. Not used for decisions. */
  readonly until: string
  /** Seconds since boot. */
  readonly opened: number
  readonly ends: number
  /** The id of the boot; null if the system does not provide it. */
  readonly boot: string | null
}

/** A change that is rolled back automatically unless confirmed. */
export interface Confirmation extends Asked {
  readonly token: string
  /** The history entry to roll back to: its id, never "the previous one". */
  readonly base: number
  /** Length of the window in seconds. */
  readonly within: number
  readonly window: Window
  /** What was requested of services, to request again on rollback. */
  readonly requests: readonly Request[]
  /** The secrets at the time: they allow restoring files even if somebody changes a secret meanwhile. */
  readonly secrets: readonly string[]
  /** Why it could not be rolled back when it expired. */
  readonly problem: string | null
}

export const CONFIRMATION = new StateFile<Confirmation>('confirmation.json', {
  what: 'the pending confirmation',
  // Everything that going back needs.
  shape: objectOf<Confirmation>({
    ...{ ...ASKED_PARTS, token: matching(/^[0-9a-f]+$/, 'a token'), base: integer, within: number },
    ...{ requests: listOf(serviceRequest), secrets: listOf(text) },
    window: objectOf<Window>({ until: text, opened: number, ends: number, boot: orNull(text) }),
    problem: orNull(text),
  }),
  wayOut: (_, places) =>
    [
      'The change is in effect and will not be rolled back automatically. To keep it:',
      moveAside(places),
      'To roll back afterwards: gabarit history, then gabarit rollback ID',
    ].join('\n'),
  format: confirmation => JSON.stringify(confirmation, null, 1),
})

/** Held by the guard while it runs. */
export function guardLock(places: Places, token: string): string {
  return places.state.path(guardLockName(token))
}

function guardLockName(token: string): string {
  return `confirmation-guard-${token}.lock`
}

/** A window of this many seconds that opens now. */
export function windowOf(seconds: number): Window {
  const opened = uptime()
  const until = new Date(Date.now() + seconds * 1000).toISOString()
  return { until, opened, ends: opened + seconds, boot: bootId() ?? null }
}

/** Remaining seconds; none after a reboot, whatever the clock says. */
export function secondsLeft({ window }: Confirmation): number {
  const now = uptime()
  // A smaller uptime with the same boot id: a restarted container.
  if ((bootId() ?? null) !== window.boot || now < window.opened - 1) return 0
  return Math.max(0, window.ends - now)
}

/** The command that ends a damaged confirmation: its change is kept. */
export function moveAside(places: Places): string {
  const file = CONFIRMATION.path(places)
  return `mv ${shell(file)} ${shell(`${file}.damaged`)}`
}

/** The entry that the history must keep as long as a change may be rolled back to it. */
export function openBase(places: Places): number | undefined {
  const open = orFailure(() => CONFIRMATION.read(places))
  // It is damaged, which is reported where it matters. Until then the whole history is kept.
  return open instanceof Failure ? 0 : open?.base
}

/** Removes the pending confirmation; its guard notices that and ends. */
export function removeConfirmation(places: Places, token: string): void {
  CONFIRMATION.remove(places)
  places.state.removeDurably(guardLockName(token))
}

/** The waiting change, for people: `signal-event console-save by root, else back to entry 41`. */
export function describeConfirmation(open: Confirmation): string {
  return `${commandLine(open)}${noteOf(open)} by ${open.user}, else back to entry ${open.base}`
}

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
  { places, system }: { readonly places: Places; readonly system: System },
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

import { uptime } from 'node:os'
import { Failure, orFailure, unlessFailed } from '../base/failure.ts'
import { shell } from '../base/quote.ts'
import {
  integer,
  listOf,
  matching,
  number,
  objectOf,
  oneOf,
  optional,
  orNull,
  type TypeOf,
  text,
} from '../base/shape.ts'
import { caller } from '../system/accounts.ts'
import { bootId } from '../system/lock-holder.ts'
import type { Places } from '../system/places.ts'
import { COVER } from '../system/secrets/cover.ts'
import { serviceRequest } from '../system/service/adjustment.ts'
import { StateFile } from '../system/state-file.ts'
import type { System } from '../system/system.ts'
import { formerState } from './alongside.ts'
import { ASKED_PARTS, commandLine, noteOf, propertyChange } from './history/entry.ts'
import { formerPinsShape } from './pins.ts'

/** When a window opens and ends. Within one boot, only the time since boot counts, which clock changes do not affect. */
type Window = TypeOf<typeof window>
const window = objectOf({
  /** For people: the wall clock, ISO 8601. Not used for decisions. */
  until: text,
  /** Seconds since boot. */
  opened: number,
  ends: number,
  /** The id of the boot; null if the system does not provide it. */
  boot: orNull(text),
})

/** A change that is rolled back automatically unless confirmed: everything that going back needs. */
export type Confirmation = TypeOf<typeof confirmation>
const confirmation = objectOf({
  ...ASKED_PARTS,
  token: matching(/^[0-9a-f]+$/, 'a token'),
  /** The history entry to roll back to: its id, never "the previous one". */
  base: integer,
  /** Length of the window in seconds. */
  within: number,
  window,
  /** What was requested of services, to request again on rollback. */
  requests: listOf(serviceRequest),
  /**
   * The secrets at the time, by {@link keptSecrets}: they allow restoring files even if somebody changes a secret meanwhile. Only
   * they are covered: the guard reads the rest for hours, and shall not have them in its memory.
   */
  secrets: text,
  /** The pins that it changed, as they were before. */
  pins: optional(formerPinsShape),
  /** Files of gabarit's own state that go back with it, as they were before. */
  alongside: optional(listOf(formerState)),
  /** Properties that somebody had set, and it sets otherwise: they are set again after going back. */
  replaced: optional(listOf(propertyChange)),
  /** Why it could not be rolled back when it expired. */
  problem: orNull(text),
})

/** The pending confirmation. */
export const CONFIRMATION = new StateFile('confirmation.json', {
  what: 'the pending confirmation',
  shape: confirmation,
  wayOut: (_, places) =>
    [
      'The change is in effect and will not be rolled back automatically. To keep it:',
      moveAside(places),
      'To roll back afterwards: gabarit history, then gabarit rollback ID',
    ].join('\n'),
  format: open => JSON.stringify(open, null, 1),
})

/** Secrets for a confirmation: encrypted, if those of the databases are. */
export function keptSecrets(secrets: readonly string[], places: Places): string {
  return COVER.seal(JSON.stringify(secrets), CONFIRMATION.name, places)
}

/** The secrets of a confirmation. @throws Failure (refused) if they cannot be opened */
export function secretsOf(open: Confirmation, places: Places): readonly string[] {
  return listOf(text)(JSON.parse(COVER.open(open.secrets, CONFIRMATION.name, places)))
}

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
type EndedConfirmation = TypeOf<typeof ended>
const ended = objectOf({ how: oneOf('confirmed', 'went back'), time: text, user: text, what: text })

export const LAST_CONFIRMATION = new StateFile('confirmation-last.json', {
  what: 'the note of how the last confirmation ended',
  shape: ended,
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

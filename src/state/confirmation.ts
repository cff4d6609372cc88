import { readFileSync, rmSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { Failure, hasCode, messageOf, orFailure, refusal } from '../base/failure.ts'
import { isObject } from '../base/is-object.ts'
import { shell } from '../base/quote.ts'
import { syncFolder, writeFileAtomically } from '../system/atomic-write.ts'
import { bootId } from '../system/lock-holder.ts'
import type { Places } from '../system/places.ts'
import type { Request } from '../system/service/adjustment.ts'
import { type Asked, commandLine, noteOf } from './history/entry.ts'

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

/** The file of the pending confirmation, readable by root only. */
export function confirmationFile(places: Places): string {
  return join(places.state, 'confirmation.json')
}

/** Held by the guard while it runs. */
export function guardLock(places: Places, token: string): string {
  return join(places.state, `confirmation-guard-${token}.lock`)
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

/** @throws Failure (refused) if the file is damaged */
export function readConfirmation(places: Places): Confirmation | undefined {
  const file = confirmationFile(places)
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (isConfirmation(read)) return read
    throw new Error('it is incomplete')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw refusal(`the pending confirmation is damaged: ${messageOf(error)}`, {
      where: file,
      hint: [
        'The change is in effect and will not be rolled back automatically. To keep it:',
        moveAside(places),
        'To roll back afterwards: gabarit history, then gabarit rollback ID',
      ].join('\n'),
    })
  }
}

/** The command that ends a damaged confirmation: its change is kept. */
export function moveAside(places: Places): string {
  const file = confirmationFile(places)
  return `mv ${shell(file)} ${shell(`${file}.damaged`)}`
}

/** Whether it has everything that a rollback needs. */
function isConfirmation(value: unknown): value is Confirmation {
  if (!isObject(value) || !isObject(value.window)) return false
  const { token, base, command, args, user, within, window, requests, secrets, problem } = value
  return (
    typeof token === 'string' &&
    /^[0-9a-f]+$/.test(token) &&
    Number.isInteger(base) &&
    [command, user, window.until].every(text => typeof text === 'string') &&
    [within, window.opened, window.ends].every(Number.isFinite) &&
    [args, requests, secrets].every(Array.isArray) &&
    (problem === null || typeof problem === 'string')
  )
}

/** The entry that the history must keep as long as a change may be rolled back to it. */
export function openBase(places: Places): number | undefined {
  const open = orFailure(() => readConfirmation(places))
  // It is damaged, which is reported where it matters. Until then the whole history is kept.
  return open instanceof Failure ? 0 : open?.base
}

/** The text of the file. */
export function formatConfirmation(confirmation: Confirmation): string {
  return `${JSON.stringify(confirmation, null, 1)}\n`
}

/** Replaces the pending confirmation. The caller holds the event lock. */
export function writeConfirmation(places: Places, confirmation: Confirmation): void {
  writeFileAtomically(confirmationFile(places), formatConfirmation(confirmation), { mode: 0o600, locked: true })
}

/** Removes the pending confirmation; its guard notices that and ends. */
export function removeConfirmation(places: Places, token: string): void {
  rmSync(confirmationFile(places), { force: true })
  rmSync(guardLock(places, token), { force: true })
  syncFolder(places.state)
}

/** The waiting change, for people: `signal-event console-save by root, else back to entry 41`. */
export function describeConfirmation(open: Confirmation): string {
  return `${commandLine(open)}${noteOf(open)} by ${open.user}, else back to entry ${open.base}`
}

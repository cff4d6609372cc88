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

/** When a window opens and ends. Within one run of the machine only the time since its start counts, which no clock change moves. */
export interface Window {
  /** For people: the wall clock, ISO 8601. It decides nothing. */
  readonly until: string
  /** Seconds since the start of the machine. */
  readonly opened: number
  readonly ends: number
  /** The run of the machine; null where the system does not tell. */
  readonly boot: string | null
}

/** A change that goes back by itself unless it is confirmed. */
export interface Confirmation extends Asked {
  readonly token: string
  /** The entry of the history to go back to: its id, never "the one before". */
  readonly base: number
  /** Length of the window in seconds. */
  readonly within: number
  readonly window: Window
  /** What was asked of services, and is asked again when it goes back. */
  readonly requests: readonly Request[]
  /** The secrets when it was armed: with them files can be put back although somebody changes one meanwhile. */
  readonly secrets: readonly string[]
  /** Why it could not go back when its time was over. */
  readonly problem: string | null
}

/** The file of the pending confirmation, readable for root only. */
export function confirmationFile(places: Places): string {
  return join(places.state, 'confirmation.json')
}

/** Held by the guard while it lives. */
export function guardLock(places: Places, token: string): string {
  return join(places.state, `confirmation-guard-${token}.lock`)
}

/** A window of so many seconds that opens now. */
export function windowOf(seconds: number): Window {
  const opened = uptime()
  const until = new Date(Date.now() + seconds * 1000).toISOString()
  return { until, opened, ends: opened + seconds, boot: bootId() ?? null }
}

/** Seconds that are left; none after a restart of the machine, whatever its clock says. */
export function secondsLeft({ window }: Confirmation): number {
  const now = uptime()
  // A smaller time since the start without another boot id: a container that was started anew.
  if ((bootId() ?? null) !== window.boot || now < window.opened - 1) return 0
  return Math.max(0, window.ends - now)
}

/** @throws Failure (refused) when the file is damaged */
export function readConfirmation(places: Places): Confirmation | undefined {
  const file = confirmationFile(places)
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (isConfirmation(read)) return read
    throw new Error('parts of it are missing')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw refusal(`the pending confirmation is damaged: ${messageOf(error)}`, {
      where: file,
      hint: [
        'The change that waits is in force, and does not go back by itself any more. Keep it:',
        moveAside(places),
        'To go back by hand, then: gabarit history, and gabarit rollback ID',
      ].join('\n'),
    })
  }
}

/** The command that ends a damaged confirmation: its change stays. */
export function moveAside(places: Places): string {
  const file = confirmationFile(places)
  return `mv ${shell(file)} ${shell(`${file}.damaged`)}`
}

/** Whether everything is there that going back needs. */
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

/** The entry that must stay in the history as long as something may go back to it. */
export function openBase(places: Places): number | undefined {
  const open = orFailure(() => readConfirmation(places))
  // It is damaged, which is told wherever it matters: the whole history stays meanwhile.
  return open instanceof Failure ? 0 : open?.base
}

/** The text of the file. */
export function formatConfirmation(confirmation: Confirmation): string {
  return `${JSON.stringify(confirmation, null, 1)}\n`
}

/** Replaces the pending confirmation. The caller has the turn. */
export function writeConfirmation(places: Places, confirmation: Confirmation): void {
  writeFileAtomically(confirmationFile(places), formatConfirmation(confirmation), { mode: 0o600, locked: true })
}

/** Removes the pending confirmation for good; its guard sees that and ends. */
export function removeConfirmation(places: Places, token: string): void {
  rmSync(confirmationFile(places), { force: true })
  rmSync(guardLock(places, token), { force: true })
  syncFolder(places.state)
}

/** What is waiting, for people: `signal-event console-save by root, back to entry 41`. */
export function describeConfirmation(open: Confirmation): string {
  return `${commandLine(open)}${noteOf(open)} by ${open.user}, else back to entry ${open.base}`
}

import { setTimeout as pause } from 'node:timers/promises'
import { EXIT, Failure, messageOf, orFailure } from '../base/failure.ts'
import { sayDuration, sayTime } from '../base/time.ts'
import { CONFIRMATION, type Confirmation, describeConfirmation, guardLock, secondsLeft } from '../state/confirmation.ts'
import { acquireLock, LockIsHeld } from '../system/lock.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'
import { announce } from './announce.ts'
import { catchUp } from './before-change.ts'
import { holdingEventLock } from './event-lock.ts'
import type { Reporter } from './report.ts'
import { RollbackFailed } from './roll-back-unconfirmed.ts'

/** Seconds between checks, so that the guard ends soon after its confirmation is removed. */
const PAUSE = 0.5
/** Seconds before the end at which everybody gets a last warning. */
const LAST_CALL = 60

/** `gabarit confirm guard TOKEN`: waits, warns, and rolls back if nobody confirms. @returns the exit status */
export async function guard(token: string, places: Places, system: System, report: Reporter): Promise<number> {
  if (CONFIRMATION.read(places)?.token !== token) return EXIT.done
  const lock = acquireLock(guardLock(places, token), { what: 'the confirmation', command: 'gabarit confirm', wait: 0 })
  try {
    const warned = new Set<string>()
    for (;;) {
      const open = await readOrTell(places, system)
      // Confirmed, undone with its commit, or failed with a reported problem.
      if (open?.token !== token || open.problem !== null) return EXIT.done
      const left = secondsLeft(open)
      if (left === 0 && (await goBackWhenFree(places, system, report))) return EXIT.failed
      if (left > 0) await warn(open, left, warned, places, system)
      await pause(Math.min(left || PAUSE, PAUSE) * 1000)
    }
  } finally {
    lock.release()
  }
}

/** Everybody relies on the guard: if it cannot do anything, its log is not enough. */
async function readOrTell(places: Places, system: System): Promise<Confirmation | undefined> {
  const open = orFailure(() => CONFIRMATION.read(places))
  if (!(open instanceof Failure)) return open
  await tellItStays(open.describe(), places, system)
  throw open
}

function tellItStays(why: string, places: Places, system: System): Promise<void> {
  return announce(`NO AUTOMATIC ROLLBACK OF THE WAITING CHANGE: ${why}`, places, system)
}

/** @returns true if the rollback failed and everybody was told; false if somebody holds the event lock for too long */
async function goBackWhenFree(places: Places, system: System, report: Reporter): Promise<boolean> {
  // If the server's folder was removed, it must not be recreated with a lock in it.
  if (!places.state.has('')) return false
  try {
    await holdingEventLock({ places, system, report }, 'gabarit confirm guard', catchUp)
    return false
  } catch (error) {
    if (error instanceof LockIsHeld) {
      report({ kind: 'problem', message: error.describe() })
      return false
    }
    // It may have been rolled back, and something failed afterwards.
    const waits = orFailure(() => CONFIRMATION.read(places)) !== undefined
    if (waits && !(error instanceof RollbackFailed))
      await tellItStays(error instanceof Failure ? error.describe() : messageOf(error), places, system)
    if (!(error instanceof Failure)) throw error
    report({ kind: 'problem', message: error.describe() })
    return true
  }
}

/** Warns on all terminals: at the beginning, at half time and one minute before the end, once per window. */
async function warn(
  open: Confirmation,
  left: number,
  warned: Set<string>,
  places: Places,
  system: System,
): Promise<void> {
  const { opened, ends, until } = open.window
  const due = [
    ['armed', Number.POSITIVE_INFINITY],
    ['half', (ends - opened) / 2],
    ['last', ends - opened > 2 * LAST_CALL ? LAST_CALL : 0],
  ] as const
  const now = due.filter(([name, limit]) => left <= limit && !warned.has(`${name} ${ends}`))
  if (now.length === 0) return
  for (const [name] of now) warned.add(`${name} ${ends}`)
  const text = `${describeConfirmation(open)}, at ${sayTime(until)} (in ${sayDuration(left)}). To keep it: gabarit confirm`
  await announce(text, places, system)
}

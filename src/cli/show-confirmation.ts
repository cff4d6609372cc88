import { Failure, orFailure } from '../base/failure.ts'
import { sayDuration, sayTime } from '../base/time.ts'
import { CONFIRMATION, type Confirmation, describeConfirmation, secondsLeft } from '../state/confirmation.ts'
import type { Places } from '../system/places.ts'
import { guardProcess } from '../transaction/start-guard.ts'

/** A change waiting for confirmation as data, without secrets. */
export function confirmationData(open: Confirmation, places: Places) {
  const { token, via: _via, within: _within, window, requests: _requests, secrets: _secrets, ...shown } = open
  return { ...shown, until: window.until, left: secondsLeft(open), guard: guardProcess(places, token) ?? null }
}

/** The change waiting for confirmation. A damaged record is returned as a failure, so that the rest can still be shown. */
export function lookForConfirmation(places: Places): Confirmation | Failure | undefined {
  return orFailure(() => CONFIRMATION.read(places))
}

/** The same as data; null if nothing is waiting. For a damaged record, only the problem is known. */
export function confirmationOrProblem(found: Confirmation | Failure | undefined, places: Places) {
  if (found instanceof Failure) return { problem: found.describe() }
  return found === undefined ? null : confirmationData(found, places)
}

/** The line of `gabarit status` about the change waiting for confirmation. */
export function confirmationLine(open: Confirmation): string {
  const left = secondsLeft(open)
  const what = `${describeConfirmation(open)}: `
  if (open.problem !== null) return `${what}ROLLBACK FAILED (gabarit confirm keeps the change): ${open.problem}`
  if (left === 0) return `${what}expired; the next command that changes files rolls it back`
  return `${what}until ${sayTime(open.window.until)} (${sayDuration(left)}); to keep it: gabarit confirm`
}

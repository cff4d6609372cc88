import { Failure, orFailure } from '../base/failure.ts'
import { sayDuration, sayTime } from '../base/time.ts'
import { type Confirmation, describeConfirmation, readConfirmation, secondsLeft } from '../state/confirmation.ts'
import type { Places } from '../system/places.ts'
import { guardProcess } from '../transaction/start-guard.ts'

/** An open confirmation as data, without the secrets that it keeps. */
export function confirmationData(open: Confirmation, places: Places) {
  const { token, via: _via, within: _within, window, requests: _requests, secrets: _secrets, ...shown } = open
  return { ...shown, until: window.until, left: secondsLeft(open), guard: guardProcess(places, token) ?? null }
}

/** The confirmation that waits; a damaged one is told, and hides nothing else of what is looked at. */
export function lookForConfirmation(places: Places): Confirmation | Failure | undefined {
  return orFailure(() => readConfirmation(places))
}

/** The same as data: null when nothing waits. Of a damaged one nothing is known but the problem. */
export function confirmationOrProblem(found: Confirmation | Failure | undefined, places: Places) {
  if (found instanceof Failure) return { problem: found.describe() }
  return found === undefined ? null : confirmationData(found, places)
}

/** What `gabarit status` says of the confirmation that waits. */
export function confirmationLine(open: Confirmation): string {
  const left = secondsLeft(open)
  const what = `${describeConfirmation(open)}: `
  if (open.problem !== null) return `${what}COULD NOT GO BACK (gabarit confirm keeps the change): ${open.problem}`
  if (left === 0) return `${what}its time is over; the next command that changes files takes it back`
  return `${what}until ${sayTime(open.window.until)} (${sayDuration(left)}); keep it: gabarit confirm`
}

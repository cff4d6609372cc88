import { sayDuration, sayTime } from '../confirm/announce.ts'
import { type Confirmation, describeConfirmation, readConfirmation, secondsLeft } from '../confirm/record.ts'
import { guardProcess } from '../confirm/start-guard.ts'
import { messageOf } from '../system/failure.ts'
import type { Places } from '../system/places.ts'

/** An open confirmation as data, without the secrets that it keeps. */
export function confirmationData(open: Confirmation, places: Places) {
  const { base, command, args, comment, user, window, problem } = open
  const guard = guardProcess(places, open.token) ?? null
  return { base, command, args, comment, user, until: window.until, left: secondsLeft(open), guard, problem }
}

/** What `gabarit status` says of an open confirmation; nothing when there is none. */
export function confirmationLines(places: Places): string[] {
  try {
    const open = readConfirmation(places)
    if (open === undefined) return []
    const left = secondsLeft(open)
    const what = `${describeConfirmation(open)}: `
    if (open.problem !== null) return [`${what}COULD NOT GO BACK (gabarit confirm keeps the change): ${open.problem}`]
    if (left === 0) return [`${what}its time is over; the next command that changes files takes it back`]
    return [`${what}until ${sayTime(open.window.until)} (${sayDuration(left)}); keep it: gabarit confirm`]
  } catch (error) {
    return [messageOf(error)]
  }
}

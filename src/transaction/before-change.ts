import { refusal } from '../base/failure.ts'
import { sayTime } from '../base/time.ts'
import { recover } from '../commit/journal.ts'
import { type Confirmation, describeConfirmation, readConfirmation, secondsLeft } from '../state/confirmation.ts'
import { finishDatabaseChanges } from '../state/history/change-databases.ts'
import { commandLine } from '../state/history/entry.ts'
import { recordUnfinished } from '../state/history/unfinished.ts'
import { readManifest } from '../state/manifest.ts'
import { keepWritten } from '../state/written.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'
import type { Turn } from './event-lock.ts'
import { goBack, howItWent } from './go-back.ts'
import { endConfirmation } from './last-confirmation.ts'
import type { Reporter } from './report.ts'
import { guardProcess, startGuard } from './start-guard.ts'

/** Undoes or finishes what was cut off: a commit, an entry of the history. */
export function repair(places: Places, system: System, turn: Turn, report: Reporter): void {
  if (turn.joined) return
  const message = recover(places, system)
  if (message !== undefined) report({ kind: 'recovered', message })
  const command = finishDatabaseChanges(places)
  if (command !== undefined) report({ kind: 'recovered', message: `finished ${command}, which was cut off` })
  recordUnfinished(places, entry => {
    const open = readConfirmation(places)
    if (open !== undefined && open.token === entry.closes) endConfirmation({ places, system }, open, 'went back')
    keepWritten(readManifest(places, system), places, system, warning => report({ kind: 'warning', message: warning }))
    report({
      kind: 'recovered',
      message: `finished ${commandLine(entry)}, which was cut off behind its commit`,
    })
  })
}

/**
 * Repairs, and takes a change back whose confirmation did not come in time: also when its guard died, or the machine was
 * started anew.
 * @returns the confirmation that is still open
 * @throws Failure (refused) when it could not be taken back
 */
export async function catchUp(
  places: Places,
  system: System,
  turn: Turn,
  report: Reporter,
): Promise<Confirmation | undefined> {
  repair(places, system, turn, report)
  const open = turn.joined ? undefined : readConfirmation(places)
  if (open === undefined) return undefined
  if (secondsLeft(open) > 0) {
    if (guardProcess(places, open.token) === undefined) startGuard(places, system.env, open.token)
    return open
  }
  const why = `${commandLine(open)} was not confirmed in time and went back`
  // Its files and services are no part of what the present command reports.
  const quiet: Reporter = entry => {
    if (entry.kind === 'problem' || entry.kind === 'warning') report(entry)
  }
  const status = await goBack(open, why, { places, system, turn, report: quiet })
  report({ kind: 'recovered', message: `${why}. ${howItWent(open, status)}` })
  return undefined
}

/**
 * What every command that changes files does first, when it has its turn.
 * @throws Failure (refused) when a change waits for its confirmation
 */
export async function beginChange(places: Places, system: System, turn: Turn, report: Reporter): Promise<void> {
  const open = await catchUp(places, system, turn, report)
  if (open === undefined) return
  throw refusal(
    `a change waits for its confirmation until ${sayTime(open.window.until)}: ${describeConfirmation(open)}`,
    {
      hint: [
        'Nothing was changed. Choose:',
        'gabarit confirm          # keep that change',
        'gabarit confirm cancel   # take it back now',
        'gabarit confirm extend 10m',
      ].join('\n'),
    },
  )
}

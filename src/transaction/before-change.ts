import { refusal } from '../base/failure.ts'
import { sayTime } from '../base/time.ts'
import { recover } from '../commit/journal.ts'
import {
  CONFIRMATION,
  type Confirmation,
  describeConfirmation,
  endConfirmation,
  secondsLeft,
} from '../state/confirmation.ts'
import { finishDatabaseChanges } from '../state/history/databases.ts'
import { commandLine } from '../state/history/entry.ts'
import { recordKilled } from '../state/history/killed.ts'
import { recordUnfinished } from '../state/history/unfinished.ts'
import { keepWritten } from '../state/last-written.ts'
import { readManifest } from '../state/manifest.ts'
import { settleSecrets } from '../state/secrets/settle.ts'
import { reasonOf } from '../system/atomic-write.ts'
import { type Ends, holdingEventLock, type Means } from './event-lock.ts'
import type { Reporter } from './report.ts'
import { guardProcess, startGuard } from './start-guard.ts'

/** Undoes or completes what was interrupted: a commit, a history entry. */
export function repair({ places, system, lock, report }: Means): void {
  if (lock.joined) return
  const recovered = (message: string) => report({ kind: 'recovered', message })
  const message = recover(places)
  if (message !== undefined) recovered(message)
  const command = finishDatabaseChanges(places)
  if (command !== undefined) recovered(`completed ${command}, which was interrupted`)
  recordUnfinished(places, entry => {
    const open = CONFIRMATION.read(places)
    if (open !== undefined && open.token === entry.closes) endConfirmation({ places, system }, open, 'went back')
    keepWritten(readManifest(places), places, system, warning => report({ kind: 'warning', message: warning }))
    recovered(`completed ${commandLine(entry)}, which was interrupted after its commit`)
  })
  const killed = lock.killed && recordKilled(places, lock.killed)
  if (killed !== undefined) recovered(killed)
}

/**
 * Repairs, and rolls back a change that was not confirmed in time, even if its guard died or the machine was rebooted.
 * @returns the confirmation that is still open
 * @throws Failure (refused) if it could not be rolled back
 */
export async function catchUp(means: Means): Promise<Confirmation | undefined> {
  const { places, system, lock, report } = means
  repair(means)
  const open = lock.joined ? undefined : CONFIRMATION.read(places)
  if (open === undefined) return undefined
  if (secondsLeft(open) > 0) {
    if (guardProcess(places, open.token) === undefined) startGuard({ places, system }, open.token)
    return open
  }
  // Loaded on demand: with all that a run needs, while most commands only look whether there is something to roll back.
  const { rollBackUnconfirmed, rollbackResult } = await import('./roll-back-unconfirmed.ts')
  const why = `${commandLine(open)} was not confirmed in time and was rolled back`
  // Its files and services are not part of this command's report.
  const quiet: Reporter = entry => {
    if (entry.kind === 'problem' || entry.kind === 'warning') report(entry)
  }
  const status = await rollBackUnconfirmed(open, why, { ...means, report: quiet })
  report({ kind: 'recovered', message: `${why}. ${rollbackResult(open, status)}` })
  return undefined
}

/** What a description has made secret since, and what was interrupted. What it cannot do yet is only worth a warning. */
function storeSecrets({ places, system, lock, report }: Means, command: string): void {
  if (lock.joined || system.dryRun) return
  const done = settleSecrets(places, command)
  if (done === undefined) return
  report({ kind: 'recovered', message: done.message })
  if (done.problem !== undefined) report({ kind: 'warning', message: done.problem.describe() })
}

/**
 * Runs a command that changes files: with the event lock, and after {@link catchUp}.
 * @throws Failure (refused) if a change is waiting for confirmation
 */
export function changeFiles<Result>(
  ends: Ends,
  command: string,
  run: (means: Means) => Promise<Result>,
): Promise<Result> {
  return holdingEventLock(ends, command, async means => {
    const open = await catchUp(means)
    if (open === undefined) {
      storeSecrets(means, command)
      const result = await run(means)
      // It may have brought descriptions with it. It is done, whatever becomes of them.
      try {
        storeSecrets(means, command)
      } catch (error) {
        means.report({ kind: 'warning', message: reasonOf(error) })
      }
      return result
    }
    const until = sayTime(open.window.until)
    throw refusal(`a change is waiting for confirmation until ${until}: ${describeConfirmation(open)}`, {
      hint: [
        'Nothing was changed. Choose:',
        'gabarit confirm          # keep that change',
        'gabarit confirm cancel   # revert it now',
        'gabarit confirm extend 10m',
      ].join('\n'),
    })
  })
}

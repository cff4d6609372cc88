import { randomBytes } from 'node:crypto'
import { refusal, usageFailure } from '../base/failure.ts'
import { secretValues } from '../db/secrets.ts'
import type { Context } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import {
  CONFIRMATION,
  type Confirmation,
  readConfirmation,
  removeConfirmation,
  windowOf,
} from '../state/confirmation.ts'
import { changesSince } from '../state/history/changes-since.ts'
import type { HistoryEntry } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import type { Places } from '../system/places.ts'
import type { Request } from '../system/service/adjustment.ts'
import type { Companion } from '../system/state-file.ts'
import type { EventLock } from './event-lock.ts'
import type { Reporter } from './report.ts'
import { distinct } from './requests.ts'
import type { RunRequest } from './run-request.ts'
import { startGuard } from './start-guard.ts'

/**
 * Arms a run that is rolled back unless confirmed; undefined for any other.
 * @param first the number of its first history entry: an action may have signalled an event before it
 */
export function armingOf(runRequest: RunRequest, context: Context, turn: EventLock, first: number): Arming | undefined {
  if (runRequest.confirmWithin === undefined) return undefined
  if (turn.joined) throw usageFailure('--confirm-within is for the running event, not for one that its action signals')
  return new Arming(context, runRequest, runRequest.confirmWithin, first)
}

/** Turns one run into a change that is rolled back automatically unless confirmed. */
export class Arming {
  readonly #context: Context
  readonly #places: Places
  readonly #runRequest: RunRequest
  readonly #within: number
  readonly #base: HistoryEntry
  /** Identifies the confirmation. */
  readonly token = randomBytes(8).toString('hex')

  /** @throws Failure (refused) if there is nothing to roll back to */
  constructor(context: Context, runRequest: RunRequest, within: number, first: number) {
    const { places } = context
    const base = new History(places).lastApplied(first)
    if (base === undefined)
      throw refusal('there is no state to roll back to: no event has run yet', {
        hint: 'Signal the first event without --confirm-within.',
      })
    this.#context = context
    this.#places = places
    this.#runRequest = runRequest
    this.#within = within
    this.#base = base
  }

  /**
   * The pending confirmation as a file of the commit; none if nothing changes.
   * @param lost files that could not be restored
   * @throws Failure (refused) if there are such files
   */
  companions(plan: Plan, lost: readonly string[], report: Reporter): Companion[] {
    const places = this.#places
    if (plan.changes.length === 0 && changesSince(places, new History(places), this.#base).length === 0) {
      report({ kind: 'confirmation', message: 'nothing changes, so there is nothing to confirm' })
      return []
    }
    if (lost.length > 0)
      throw refusal(
        lost
          .map(
            path =>
              `${path} could not be rolled back: it contains a secret that has changed since, and secrets are not kept`,
          )
          .join('\n'),
        { hint: 'Nothing was changed. Use --confirm-within no.' },
      )
    const confirmation: Confirmation = {
      ...this.#runRequest.asked,
      ...{ token: this.token, base: this.#base.id, within: this.#within },
      ...{ window: windowOf(this.#within), requests: [], secrets: secretValues(places), problem: null },
    }
    const placed = () => startGuard(this.#context, this.token)
    return [{ ...CONFIRMATION.companion(places, confirmation), placed }]
  }

  /** Records what is requested of services, to request it again on rollback. */
  remember(requests: readonly Request[]): void {
    const open = this.#open()
    if (open !== undefined)
      CONFIRMATION.write(this.#places, { ...open, requests: distinct([...open.requests, ...requests]) })
  }

  /** The run has ended, so the window opens now. @returns when it ends; undefined if nothing is waiting for confirmation */
  openWindow(): { until: string; within: number } | undefined {
    const open = this.#open()
    if (open === undefined) return undefined
    const window = windowOf(this.#within)
    CONFIRMATION.write(this.#places, { ...open, window })
    return { until: window.until, within: this.#within }
  }

  /** The change has already been rolled back. */
  disarm(): void {
    if (this.#open() !== undefined) removeConfirmation(this.#places, this.token)
  }

  #open(): Confirmation | undefined {
    const open = readConfirmation(this.#places)
    return open?.token === this.token ? open : undefined
  }
}

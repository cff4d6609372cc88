import type { Context } from '../plan/context.ts'
import { databaseLoader } from '../plan/expand.ts'
import { finishDespiteSignals } from '../system/interruption.ts'
import type { Request } from '../system/service/adjustment.ts'
import { managersOf } from '../system/service/one-shot.ts'
import { collectAdjustments } from './adjust.ts'
import type { Arming } from './arming.ts'
import type { EventLock } from './event-lock.ts'
import { joinRequests, readPending, takeJoined, writePending } from './pending.ts'
import { distinct, without } from './requests.ts'
import type { RunLog } from './run-log.ts'
import { ServiceRun } from './service-run.ts'

/** What to do when the new files are of no use. */
export interface WayBack {
  readonly arming: Arming | undefined
  /** Files were changed that services read: takes them back, and throws. Absent: there is nothing to take back. */
  readonly takeBack?: (why: string) => Promise<never>
}

/** What one run asks of services, with what earlier events left over and joined ones hand over. */
export class RunServices {
  /** All that were adjusted so far. */
  readonly done: ServiceRun[] = []
  readonly #context: Context
  readonly #turn: EventLock
  readonly #log: RunLog

  constructor(context: Context, turn: EventLock, log: RunLog) {
    this.#context = context
    this.#turn = turn
    this.#log = log
  }

  /** What boots afterwards reads the new files anyway. */
  forget(requests: readonly Request[]): void {
    const { places } = this.#context
    const joined = this.#turn.joined ? [] : takeJoined(places)
    const mine = new Set([...requests, ...joined].map(({ service }) => service))
    writePending(
      places,
      readPending(places).filter(({ service }) => !mine.has(service)),
    )
  }

  /** @param withPending those too that earlier events left over */
  async adjust(asked: readonly Request[], withPending: boolean, { arming, takeBack }: WayBack): Promise<void> {
    const { places, system } = this.#context
    if (this.#turn.joined) return joinRequests(places, asked)
    const joined = takeJoined(places)
    const requests = distinct([...(withPending ? readPending(places) : []), ...asked, ...joined])
    if (requests.length === 0) return
    const configuration = databaseLoader(this.#context)('configuration')
    const { adjustments, warnings, problems } = collectAdjustments(requests, configuration)
    for (const message of warnings) this.#log.report({ kind: 'warning', message })
    for (const message of problems) this.#log.note(message)
    finishDespiteSignals()
    arming?.remember(requests)
    const services = new ServiceRun(adjustments, managersOf(configuration, places, system), places, system, this.#log)
    this.done.push(services)
    const { failed, ill, why } = await services.adjust(configuration, takeBack !== undefined)
    if (why !== undefined) await takeBack?.(why)
    if (ill !== undefined) this.#log.note(ill)
    await services.lookAtStarted(configuration, failed)
    const again = requests.filter(({ service }) => failed.has(service))
    // What waits for longer stays; what has just had its turn (a joined event noted it too) does not.
    const waiting = withPending ? [] : without(readPending(places), requests)
    writePending(places, distinct([...waiting, ...again]))
    if (failed.size > 0) this.#log.report({ kind: 'remembered', services: [...failed] })
  }
}

import { sayDuration } from '../base/time.ts'
import type { Records } from '../db/record.ts'
import type { Context } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import type { Request } from '../system/service/adjustment.ts'
import { type Arming, armingOf } from './arming.ts'
import { opensUnasked, windowOfServices } from './default-window.ts'
import type { Turn } from './event-lock.ts'
import type { Reporter } from './report.ts'
import type { RunRequest } from './run-request.ts'

/**
 * Whether a run waits for a confirmation: when it was asked to, and else, in a remote shell, when it adjusts a service whose
 * description says so.
 */
export class RunWindow {
  readonly #runRequest: RunRequest
  readonly #context: Context
  readonly #turn: Turn
  readonly #first: number
  /** Its services may bring a window along. */
  readonly #byServices: boolean
  #within: number | undefined
  #arming: Arming | undefined

  /**
   * @param first the number that the first entry of this run gets
   * @param byServices the services may bring a window along
   */
  constructor(runRequest: RunRequest, context: Context, turn: Turn, first: number, byServices: boolean) {
    this.#runRequest = runRequest
    this.#context = context
    this.#turn = turn
    this.#within = runRequest.confirmWithin
    this.#first = first
    this.#byServices = byServices && runRequest.confirmWithin === undefined && opensUnasked(context)
    this.#arming = context.system.dryRun ? undefined : armingOf(runRequest, context, turn, first)
  }

  /** Absent: nothing goes back by itself. */
  get arming(): Arming | undefined {
    return this.#arming
  }

  /** The run with the window that it has by now. */
  get runRequest(): RunRequest {
    return this.#within === undefined ? this.#runRequest : { ...this.#runRequest, confirmWithin: this.#within }
  }

  /** Told of the services that will be adjusted, before the files are committed. */
  openFor(requests: readonly Request[], configuration: Records): void {
    if (!this.#byServices) return
    const { places, system } = this.#context
    const services = requests.map(({ service }) => service)
    this.#within = windowOfServices(services, configuration, places)
    if (this.#within !== undefined && !system.dryRun)
      this.#arming = armingOf(this.runRequest, this.#context, this.#turn, this.#first)
  }

  /** In a dry run: says what would wait. */
  announce(plan: Plan, report: Reporter): void {
    if (this.#within === undefined || plan.changes.length === 0) return
    const message = `would go back by itself after ${sayDuration(this.#within)} unless you confirm`
    report({ kind: 'confirmation', message })
  }
}

import type { Context } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import { databaseLoader } from '../plan/run.ts'
import type { Request } from '../system/service/adjustment.ts'
import { managersOf } from '../system/service/one-shot.ts'
import { type Arming, armingOf } from './arming.ts'
import { opensUnasked, windowOfServices } from './default-window.ts'
import type { Turn } from './event-lock.ts'
import type { Reporter } from './report.ts'
import type { RunRequest } from './run-request.ts'
import { suggestConfirmation } from './suggest.ts'

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
    this.#arming = armingOf(runRequest, context, turn, first)
  }

  /** Absent: nothing goes back by itself. */
  get arming(): Arming | undefined {
    return this.#arming
  }

  /** The run with the window that it has by now. */
  get runRequest(): RunRequest {
    return this.#within === undefined ? this.#runRequest : { ...this.#runRequest, confirmWithin: this.#within }
  }

  /**
   * Told of the plan and of the services that will be adjusted, before the files are committed.
   * @throws Failure (refused) for an unknown service manager, before a file changes
   */
  openFor(plan: Plan, requests: readonly Request[], report: Reporter): void {
    const { places, system } = this.#context
    const configuration = databaseLoader(this.#context)('configuration')
    managersOf(configuration, places, system)
    if (this.#byServices) {
      const services = requests.map(({ service }) => service)
      this.#within = windowOfServices(services, configuration, places)
      this.#arming = armingOf(this.runRequest, this.#context, this.#turn, this.#first)
    }
    if (!this.#turn.joined) suggestConfirmation(plan, this.runRequest, system.env, report)
  }
}

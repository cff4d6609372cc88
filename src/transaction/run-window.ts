import type { Context } from '../plan/context.ts'
import { databaseLoader } from '../plan/expand.ts'
import type { Plan } from '../plan/plan.ts'
import type { Request } from '../system/service/adjustment.ts'
import { managersOf } from '../system/service/one-shot.ts'
import { type Arming, armingOf } from './arming.ts'
import { opensByDefault, windowOfServices } from './default-window.ts'
import type { EventLock } from './event-lock.ts'
import type { Reporter } from './report.ts'
import type { RunRequest } from './run-request.ts'
import { suggestConfirmation } from './suggest-confirmation.ts'

/**
 * Whether a run waits for confirmation: if requested, or, in a remote shell, if it adjusts a service whose description says
 * so.
 */
export class RunWindow {
  readonly #runRequest: RunRequest
  readonly #context: Context
  readonly #turn: EventLock
  readonly #first: number
  /** Whether its services can set a window. */
  readonly #byServices: boolean
  #within: number | undefined
  #arming: Arming | undefined

  /**
   * @param first the number of the first entry of this run
   * @param byServices whether its services can set a window
   */
  constructor(runRequest: RunRequest, context: Context, turn: EventLock, first: number, byServices: boolean) {
    this.#runRequest = runRequest
    this.#context = context
    this.#turn = turn
    this.#within = runRequest.confirmWithin
    this.#first = first
    this.#byServices = byServices && runRequest.confirmWithin === undefined && opensByDefault(context)
    this.#arming = armingOf(runRequest, context, turn, first)
  }

  /** Undefined: nothing is rolled back automatically. */
  get arming(): Arming | undefined {
    return this.#arming
  }

  /** The run with its current window. */
  get runRequest(): RunRequest {
    return this.#within === undefined ? this.#runRequest : { ...this.#runRequest, confirmWithin: this.#within }
  }

  /**
   * Receives the plan and the services that will be adjusted, before the files are committed.
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

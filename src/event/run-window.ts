import type { Context } from '../apply/context.ts'
import { sayDuration } from '../confirm/announce.ts'
import { type Arming, armingOf } from '../confirm/arming.ts'
import { opensUnasked, windowOfServices } from '../confirm/usual.ts'
import type { Records } from '../db/record.ts'
import { History } from '../history/history.ts'
import type { Plan } from '../plan/plan.ts'
import type { Request } from './adjustment.ts'
import type { Deed } from './deed.ts'
import type { Turn } from './one-at-a-time.ts'
import type { Reporter } from './report.ts'

/**
 * Whether a run waits for a confirmation: when it was asked to, and else, in a remote shell, when it adjusts a service whose
 * description says so.
 */
export class RunWindow {
  readonly #deed: Deed
  readonly #context: Context
  readonly #turn: Turn
  /** The number that the first entry of this run gets, while its services may bring a window along. */
  readonly #first: number | undefined
  #within: number | undefined
  #arming: Arming | undefined

  /** @param byServices they may bring one along */
  constructor(deed: Deed, context: Context, turn: Turn, byServices: boolean) {
    this.#deed = deed
    this.#context = context
    this.#turn = turn
    this.#within = deed.confirmWithin
    this.#arming = context.system.dryRun ? undefined : armingOf(deed, context.places, turn)
    const unasked = byServices && deed.confirmWithin === undefined && opensUnasked(context.places)
    this.#first = unasked ? new History(context.places).nextId() : undefined
  }

  /** Absent: nothing goes back by itself. */
  get arming(): Arming | undefined {
    return this.#arming
  }

  /** The run with the window that it has by now. */
  get deed(): Deed {
    return this.#within === undefined ? this.#deed : { ...this.#deed, confirmWithin: this.#within }
  }

  /** Told of the services that will be adjusted, before the files are committed. */
  openFor(requests: readonly Request[], configuration: Records): void {
    if (this.#first === undefined) return
    const { places, system } = this.#context
    const services = requests.map(({ service }) => service)
    this.#within = windowOfServices(services, configuration, places)
    if (this.#within !== undefined && !system.dryRun)
      this.#arming = armingOf(this.deed, places, this.#turn, this.#first)
  }

  /** In a dry run: says what would wait. */
  announce(plan: Plan, report: Reporter): void {
    if (this.#within === undefined || plan.changes.length === 0) return
    const message = `would go back by itself after ${sayDuration(this.#within)} unless you confirm`
    report({ kind: 'confirmation', message })
  }
}

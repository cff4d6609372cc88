import type { Records } from '../db/record.ts'
import type { Places } from '../system/places.ts'
import type { Adjustment, Request } from '../system/service/adjustment.ts'
import type { ServiceManager, Unit } from '../system/service/manager.ts'
import type { System } from '../system/system.ts'
import { adjustServices } from './adjust.ts'
import { Health } from './health.ts'
import type { RunLog } from './run-log.ts'

/** How the services of a run are after they were adjusted. */
export interface ServicesAfter {
  /** Those whose adjustment failed. */
  readonly failed: ReadonlySet<string>
  /** What is wrong with the first of those that ran before and are not well now. */
  readonly ill: string | undefined
  /** Why the new files are of no use: that, or a program that could not bring them into force. */
  readonly why: string | undefined
}

/** Adjusts the services of one run, looks whether they are well, and adjusts them again when the files went back. */
export class ServiceRun {
  readonly #adjustments: readonly Adjustment[]
  readonly #managerOf: (unit: Unit) => ServiceManager
  readonly #system: System
  readonly #log: RunLog
  readonly #health: Health
  /** Services that ran before: only those can be ill by what has changed. */
  #well: ReadonlySet<string> = new Set()

  constructor(
    adjustments: readonly Adjustment[],
    managerOf: (unit: Unit) => ServiceManager,
    places: Places,
    system: System,
    log: RunLog,
  ) {
    this.#adjustments = adjustments
    this.#managerOf = managerOf
    this.#system = system
    this.#log = log
    this.#health = new Health(managerOf, places, system)
  }

  /** @param newFiles they are made to read files that have changed */
  async adjust(configuration: Records, newFiles: boolean): Promise<ServicesAfter> {
    this.#well = await this.#health.running(this.#adjustments)
    const failed = await this.#carryOut(this.#adjustments)
    this.#log.report({ kind: 'step', step: 'looking whether the services are well' })
    const ill = await this.#firstIll(this.#ranBefore(this.#adjustments), configuration, newFiles)
    const names = new Set(failed.map(({ service }) => service))
    return { failed: names, ill, why: ill ?? this.#notInForce(failed) }
  }

  /** A service that did not run before and was started must run now. Going back would not help it, so it is only told. */
  async lookAtStarted(configuration: Records, failed: ReadonlySet<string>): Promise<void> {
    const started = this.#adjustments.filter(
      ({ service, unit, actions }) =>
        !(this.#well.has(service) || failed.has(service)) &&
        this.#managerOf(unit).idle !== true &&
        actions.some(action => /start/.test(action)),
    )
    if (started.length === 0) return
    const ill = await this.#health.firstIll(started, configuration, false, () => Promise.resolve())
    if (ill !== undefined) this.#log.note(`${ill}. It did not run before either, so nothing goes back`)
  }

  /**
   * Adjusts them once more, now to the files and databases as they were.
   * @returns what is wrong all the same, and what has to be tried again: such a service may still use the files that went back
   */
  async adjustBack(configuration: () => Records): Promise<{ still: string | undefined; again: Request[] }> {
    const up = await this.#health.running(this.#adjustments)
    const ended = (service: string) => this.#well.has(service) && !up.has(service)
    const again = this.#adjustments.map(
      (adjustment): Adjustment => (ended(adjustment.service) ? startOf(adjustment) : adjustment),
    )
    const failed = await this.#carryOut(again)
    const still = await this.#firstIll(this.#ranBefore(again), configuration(), true)
    const requests = failed.flatMap(({ service, words }) =>
      words.map((word): Request => ({ service, word, source: 'going back' })),
    )
    return { still, again: requests }
  }

  #ranBefore(adjustments: readonly Adjustment[]): Adjustment[] {
    return adjustments.filter(({ service }) => this.#well.has(service))
  }

  #firstIll(
    adjustments: readonly Adjustment[],
    configuration: Records,
    newFiles: boolean,
  ): Promise<string | undefined> {
    const revive = (adjustment: Adjustment) => this.#carryOut([startOf(adjustment)])
    return this.#health.firstIll(adjustments, configuration, newFiles, revive)
  }

  #carryOut(adjustments: readonly Adjustment[]): Promise<Adjustment[]> {
    const begin = (service: string) => this.#log.report({ kind: 'step', step: `adjusting ${service}` })
    return adjustServices(adjustments, this.#managerOf, this.#system, begin, result => this.#log.adjusted(result))
  }

  /** A one-shot service whose program failed: what its new files say is not in force. */
  #notInForce(failed: readonly Adjustment[]): string | undefined {
    const one = failed.find(({ unit }) => this.#managerOf(unit).oneShot === true)
    return one === undefined ? undefined : `${one.service} could not be brought into force`
  }
}

/** A service that has ended cannot be told to read its files again. */
function startOf(adjustment: Adjustment): Adjustment {
  return { ...adjustment, actions: ['start'] }
}

import type { Records } from '../db/record.ts'
import type { Places } from '../system/places.ts'
import type { Adjustment, Request } from '../system/service/adjustment.ts'
import type { ServiceManager, Unit } from '../system/service/manager.ts'
import type { System } from '../system/system.ts'
import { adjustServices } from './adjust.ts'
import { Health } from './health.ts'
import type { RunLog } from './run.ts'

/** The services of a run after they were adjusted. */
interface ServicesAfter {
  /** Those whose adjustment failed. */
  readonly failed: ReadonlySet<string>
  /** What is wrong with the first service that ran before and is unhealthy now. */
  readonly ill: string | undefined
  /** Why the new files must be rolled back: that, or a program that could not apply them. */
  readonly why: string | undefined
}

/** Adjusts the services of one run, checks their health, and adjusts them again after a rollback. */
export class ServiceRun {
  readonly #adjustments: readonly Adjustment[]
  readonly #managerOf: (unit: Unit) => ServiceManager
  readonly #system: System
  readonly #log: RunLog
  readonly #health: Health
  /** Services that ran before: only those can be unhealthy because of the change. */
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

  /** @param newFiles whether they have to read changed files */
  async adjust(configuration: Records, newFiles: boolean): Promise<ServicesAfter> {
    this.#well = await this.#health.running(this.#adjustments)
    const failed = await this.#carryOut(this.#adjustments)
    this.#log.report({ kind: 'step', step: 'checking the health of the services' })
    const ill = await this.#firstIll(this.#ranBefore(this.#adjustments), configuration, newFiles)
    const names = new Set(failed.map(({ service }) => service))
    return { failed: names, ill, why: ill ?? this.#notInForce(failed) }
  }

  /** A service that did not run before and was started must run now. A rollback would not help, so this is only reported. */
  async lookAtStarted(configuration: Records, failed: ReadonlySet<string>): Promise<void> {
    const started = this.#adjustments.filter(
      ({ service, unit, actions }) =>
        !(this.#well.has(service) || failed.has(service)) &&
        this.#managerOf(unit).idle !== true &&
        actions.some(action => /start/.test(action)),
    )
    if (started.length === 0) return
    const ill = await this.#health.firstIll(started, configuration, false, () => Promise.resolve())
    if (ill !== undefined) this.#log.note(`${ill}. It did not run before either, so nothing is rolled back`)
  }

  /**
   * Adjusts them again, to the restored files and databases.
   * @returns what is still wrong, and what has to be tried again: such a service may still use the files that were rolled back
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

  /** A one-shot service whose program failed: its new files are not in effect. */
  #notInForce(failed: readonly Adjustment[]): string | undefined {
    const one = failed.find(({ unit }) => this.#managerOf(unit).oneShot === true)
    return one === undefined ? undefined : `${one.service} could not be applied`
  }
}

/** A service that has ended cannot reload its files. */
function startOf(adjustment: Adjustment): Adjustment {
  return { ...adjustment, actions: ['start'] }
}

import type { Records } from '../db/record.ts'
import { databaseLoader } from '../plan/expand.ts'
import type { Plan } from '../plan/plan.ts'
import { noteWell } from '../state/well.ts'
import { finishDespiteSignals } from '../system/interruption.ts'
import type { Adjustment, Request } from '../system/service/adjustment.ts'
import type { ServiceManager, Unit } from '../system/service/manager.ts'
import { managersOf } from '../system/service/one-shot.ts'
import { adjustServices, collectAdjustments } from './adjust.ts'
import { lookAtEffect } from './effect.ts'
import { Health } from './health.ts'
import { distinct, joinRequests, readPending, takeJoined, without, writePending } from './requests.ts'
import type { Run } from './run.ts'
import type { RunWindow } from './run-window.ts'
import { tellWhy } from './tell-why.ts'

/** Rolls back the files that services read, and throws. */
export type RollBack = (why: string) => Promise<never>

/** Adjusts the services of one run, checks their health, and adjusts them again after a rollback. */
export class ServiceRun {
  readonly #adjustments: readonly Adjustment[]
  readonly #configuration: Records
  readonly #run: Run
  readonly #managerOf: (unit: Unit) => ServiceManager
  readonly #health: Health
  /** Services that ran before: only those can be unhealthy because of the change. */
  #well: ReadonlySet<string> = new Set()

  constructor(adjustments: readonly Adjustment[], configuration: Records, run: Run) {
    const { places, system, descriptions } = run.context
    this.#adjustments = adjustments
    this.#configuration = configuration
    this.#run = run
    this.#managerOf = managersOf(configuration, places, system)
    this.#health = new Health(this.#managerOf, descriptions, system, places)
  }

  /**
   * @param plan what a dry run would have written
   * @param rollBack called if a service that ran before is unhealthy now, or a program could not apply the new files; undefined:
   *   no file was changed that services read
   * @returns the services whose adjustment failed
   */
  async adjust(plan: Plan | undefined, rollBack: RollBack | undefined): Promise<ReadonlySet<string>> {
    const { log } = this.#run
    this.#well = await this.#health.lasting(this.#adjustments)
    const { failed, skipped, refused } = await this.#carryOut(this.#adjustments, plan)
    log.report({ kind: 'step', step: 'checking the health of the services' })
    const ill = await this.#firstIll(this.#adjustments, this.#configuration)
    const why = ill ?? this.#notInForce(failed)
    if (ill !== undefined || failed.length > 0)
      await this.#tellWhy(
        this.#adjustments.filter(one => !skipped.includes(one) && !refused.has(one.service)),
        failed,
      )
    if (why !== undefined) await rollBack?.(why)
    if (ill !== undefined) log.note(ill)
    const names = new Set(failed.map(({ service }) => service))
    await this.#lookAtStarted(new Set([...failed, ...skipped]))
    const well = this.#adjustments.filter(
      one => ![...failed, ...skipped].includes(one) && this.#managerOf(one.unit).idle !== true,
    )
    // What does not run has been told, and can answer nothing.
    await lookAtEffect(await this.#health.well(well), this.#configuration, this.#run)
    return names
  }

  /** A service that did not run before and was started must run now. A rollback would not help, so this is only reported. */
  async #lookAtStarted(others: ReadonlySet<Adjustment>): Promise<void> {
    const started = this.#adjustments.filter(
      one =>
        !(this.#well.has(one.service) || others.has(one)) &&
        this.#managerOf(one.unit).idle !== true &&
        one.actions.some(action => /start/.test(action)),
    )
    if (started.length === 0) return
    const ill = await this.#health.firstIll(started, this.#configuration)
    if (ill === undefined) return this.#noteWell(started)
    this.#run.log.note(`${ill}. It did not run before either, so nothing is rolled back`)
    await this.#tellWhy(started, [])
  }

  /**
   * Adjusts them again, to the restored files and databases.
   * @returns what is still wrong, and what has to be tried again: such a service may still use the files that were rolled back
   */
  async adjustBack(): Promise<{ still: string | undefined; again: Request[] }> {
    const up = await this.#health.running(this.#adjustments)
    const ended = (service: string) => this.#well.has(service) && !up.has(service)
    const again = this.#adjustments.map(
      (adjustment): Adjustment => (ended(adjustment.service) ? startOf(adjustment) : adjustment),
    )
    const { failed } = await this.#carryOut(again)
    const still = await this.#firstIll(again, databaseLoader(this.#run.context)('configuration'))
    const requests = failed.flatMap(({ service, words }) =>
      words.map((word): Request => ({ service, word, source: 'going back' })),
    )
    return { still, again: requests }
  }

  /** What is wrong with the first service that ran before. */
  async #firstIll(adjustments: readonly Adjustment[], configuration: Records): Promise<string | undefined> {
    const ranBefore = adjustments.filter(({ service }) => this.#well.has(service))
    const revive = (adjustment: Adjustment) => this.#carryOut([startOf(adjustment)])
    const ill = await this.#health.firstIll(ranBefore, configuration, revive)
    if (ill === undefined) await this.#noteWell(ranBefore)
    return ill
  }

  /** What made them end is mended: who looks at them now need not wait until they have lasted. */
  async #noteWell(adjustments: readonly Adjustment[]): Promise<void> {
    const names = await this.#health.endedLately(adjustments)
    if (names.length > 0) noteWell(this.#run.context.places, names)
  }

  #tellWhy(adjustments: readonly Adjustment[], failed: readonly Adjustment[]): Promise<void> {
    return tellWhy(adjustments, failed, this.#managerOf, this.#run)
  }

  #carryOut(adjustments: readonly Adjustment[], plan?: Plan) {
    const { context, log } = this.#run
    const begin = (service: string) => log.report({ kind: 'step', step: `adjusting ${service}` })
    return adjustServices(adjustments, this.#managerOf, context, plan, begin, result => log.adjusted(result))
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

/** What one run asks of services, with what earlier events left over and joined ones hand over. */
export class RunServices {
  /** All that were adjusted so far. */
  readonly done: ServiceRun[] = []
  readonly #run: Run
  readonly #window: RunWindow

  constructor(run: Run, window: RunWindow) {
    this.#run = run
    this.#window = window
  }

  /** What boots afterwards reads the new files anyway. */
  forget(requests: readonly Request[]): void {
    const { places } = this.#run.context
    const joined = this.#run.lock.joined ? [] : takeJoined(places)
    const mine = new Set([...requests, ...joined].map(({ service }) => service))
    writePending(
      places,
      readPending(places).filter(({ service }) => !mine.has(service)),
    )
  }

  /**
   * @param withPending those too that earlier events left over
   * @param plan what a dry run would have written
   * @param rollBack undefined: no file was changed that services read
   */
  async adjust(
    asked: readonly Request[],
    withPending: boolean,
    plan: Plan | undefined,
    rollBack: RollBack | undefined,
  ): Promise<void> {
    const { context, lock, report, log } = this.#run
    const { places } = context
    if (lock.joined) return joinRequests(places, asked)
    const joined = takeJoined(places)
    const requests = distinct([...(withPending ? readPending(places) : []), ...asked, ...joined])
    if (requests.length === 0) return
    const configuration = databaseLoader(context)('configuration')
    const { adjustments, warnings, problems } = collectAdjustments(requests, configuration)
    for (const message of warnings) report({ kind: 'warning', message })
    for (const message of problems) log.note(message)
    finishDespiteSignals()
    this.#window.remember(requests)
    const services = new ServiceRun(adjustments, configuration, this.#run)
    this.done.push(services)
    const failed = await services.adjust(plan, rollBack)
    const again = requests.filter(({ service }) => failed.has(service))
    // What waits for longer stays; what has just had its turn (a joined event noted it too) does not.
    const waiting = withPending ? [] : without(readPending(places), requests)
    writePending(places, distinct([...waiting, ...again]))
    if (failed.size > 0) report({ kind: 'remembered', services: [...failed] })
  }
}

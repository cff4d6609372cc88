import { applyPlan, formerStates } from '../apply/barrier.ts'
import { commit } from '../apply/commit.ts'
import { type Context, databaseLoader } from '../apply/run.ts'
import type { Records } from '../db/record.ts'
import { changeDatabases } from '../history/databases.ts'
import type { AdjustmentRecord, Outcome } from '../history/entry.ts'
import { Recorder } from '../history/record.ts'
import { revealLastApplied } from '../history/restore.ts'
import { type Snapshot, takeSnapshot } from '../history/snapshot.ts'
import { rememberOverrides } from '../override/watch.ts'
import { type Manifest, readManifest } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import { type Restored, restorePlan } from '../plan/restore.ts'
import { chooseServiceManager } from '../service/choose.ts'
import type { ServiceManager } from '../service/manager.ts'
import { EXIT, Failure } from '../system/failure.ts'
import { type Adjustment, adjustServices, collectAdjustments, type Request } from './adjust.ts'
import { Health } from './health.ts'
import type { Turn } from './one-at-a-time.ts'
import { joinRequests, readPending, takeJoined, writePending } from './pending.ts'
import type { Reporter } from './report.ts'
import { distinct, requestsOfPlan, without } from './requests.ts'

/** What is done, for the history. */
export interface Deed {
  /** `signal-event`, `apply`, `rollback` */
  readonly command: string
  readonly args: readonly string[]
  readonly comment: string | null
}

interface Done {
  readonly plan: Plan
  readonly former: readonly Restored[]
  readonly manifest: Manifest
}

/**
 * Files, services and history of one event, apply or rollback: plans are committed behind the barrier, services adjusted
 * and looked after; when one does not come up, everything goes back to where it was.
 */
export class Transaction {
  readonly #deed: Deed
  readonly #context: Context
  readonly #turn: Turn
  readonly #report: Reporter
  readonly #recorder: Recorder | undefined
  readonly #done: Done[] = []
  readonly #problems: string[] = []
  readonly #validators: string[] = []
  readonly #adjustments: AdjustmentRecord[] = []
  #requests: Request[] = []
  #snapshot: Snapshot | undefined

  /** @param context its system decides whether anything is changed */
  constructor(deed: Deed, context: Context, turn: Turn, report: Reporter) {
    this.#deed = deed
    this.#context = context
    this.#turn = turn
    this.#report = report
    this.#recorder = context.system.dryRun ? undefined : new Recorder(context.places)
  }

  /** The databases as they are now; what is made from them belongs to this state in the history. */
  takeSnapshot(): Snapshot {
    this.#snapshot = takeSnapshot(this.#context.places)
    return this.#snapshot
  }

  /** Something went wrong that does not stop the rest. */
  note(problem: string): void {
    this.#problems.push(problem)
    this.#report({ kind: 'problem', message: problem })
  }

  /** As {@link note}, for what has been reported already. */
  noteReported(problem: string): void {
    this.#problems.push(problem)
  }

  /**
   * Commits a plan; the services that its files notify are adjusted by {@link adjust}.
   * @param listed what {@link adjust} will be asked for besides, so that a crash before it loses nothing
   */
  async commit(plan: Plan, listed: readonly Request[] = []): Promise<void> {
    const { places, system } = this.#context
    // An unknown service manager has to be refused before a file changes.
    this.#manager()
    this.#requests.push(...requestsOfPlan(plan))
    if (system.dryRun) {
      this.#report({ kind: 'plan', plan })
      await applyPlan(this.#context, plan)
      return
    }
    const done = { plan, former: formerStates(plan, system), manifest: readManifest(places, system) }
    this.#recorder?.keepFiles(plan, system)
    // Remembered before the first rename: a crash behind it must not lose the adjustment of a changed file.
    const pending = readPending(places)
    writePending(places, distinct([...pending, ...this.#requests, ...(plan.changes.length > 0 ? listed : [])]))
    try {
      this.#validators.push(...(await applyPlan(this.#context, plan)))
    } catch (error) {
      writePending(places, pending)
      this.#recorder?.forgetFiles()
      throw error
    }
    this.#done.push(done)
    this.#report({ kind: 'plan', plan })
    rememberOverrides(places, this.#context.layers, this.#context.warn)
  }

  /** Adjusts what the committed files and the caller ask for, with what earlier events left over and joined ones hand over. */
  async adjust(listed: readonly Request[]): Promise<void> {
    await this.#adjust([...this.#requests, ...listed], true)
  }

  /** Adjusts what joined events handed over since. */
  async adjustJoined(): Promise<void> {
    await this.#adjust([], false)
  }

  /** What boots afterwards reads the new files anyway. */
  forgetRequests(): void {
    const { places, system } = this.#context
    if (system.dryRun) return
    const joined = this.#turn.joined ? [] : takeJoined(places)
    const mine = new Set([...this.#requests, ...joined].map(({ service }) => service))
    writePending(
      places,
      readPending(places).filter(({ service }) => !mine.has(service)),
    )
  }

  /** Writes the history. @returns the exit status */
  finish(failure?: Failure): number {
    const outcome: Outcome =
      failure?.status === EXIT.rolledBack
        ? 'rolled back'
        : failure !== undefined
          ? 'refused'
          : this.#problems.length > 0
            ? 'failed'
            : 'done'
    if (failure !== undefined) this.#problems.push(failure.describe())
    this.#recorder?.finish(
      {
        ...this.#deed,
        outcome,
        problems: this.#problems,
        validators: this.#validators,
        adjustments: this.#adjustments,
      },
      this.#snapshot ?? this.takeSnapshot(),
    )
    return failure?.status ?? (outcome === 'failed' ? EXIT.failed : EXIT.done)
  }

  async #adjust(asked: readonly Request[], withPending: boolean): Promise<void> {
    const { places, system } = this.#context
    if (this.#turn.joined) return joinRequests(places, asked)
    const joined = system.dryRun ? [] : takeJoined(places)
    const requests = [...(withPending ? readPending(places) : []), ...asked, ...joined]
    if (requests.length === 0) return
    const configuration = this.#configuration()
    const { adjustments, warnings, problems } = collectAdjustments(requests, configuration)
    for (const message of warnings) this.#report({ kind: 'warning', message })
    for (const message of problems) this.note(message)
    const manager = this.#manager()
    if (system.dryRun) return this.#announce(adjustments, manager)
    const health = new Health(manager, places, system)
    const well = await health.running(adjustments)
    const failed = await this.#carryOut(adjustments, manager)
    const ill = await health.firstIll(
      adjustments.filter(({ service }) => well.has(service)),
      configuration,
    )
    if (ill !== undefined && this.#done.some(({ plan }) => plan.changes.length > 0))
      await this.#goBack(ill, adjustments, manager)
    if (ill !== undefined) this.note(ill)
    const names = new Set(failed.map(({ service }) => service))
    const again = requests.filter(({ service }) => names.has(service))
    // What waits for longer stays; what has just had its turn (a joined event noted it too) does not.
    const waiting = withPending ? [] : without(readPending(places), requests)
    writePending(places, distinct([...waiting, ...again]))
  }

  async #carryOut(adjustments: readonly Adjustment[], manager: ServiceManager): Promise<Adjustment[]> {
    return adjustServices(adjustments, manager, this.#context.system, result => {
      this.#report({ kind: 'service', result })
      const { service, command, problem } = result
      this.#adjustments.push({ service, command, problem: problem ?? null })
      if (problem !== undefined) this.#problems.push(`adjusting ${service} failed: ${command}: ${problem}`)
    })
  }

  /** Files, databases and services back to where they were. */
  async #goBack(why: string, adjustments: readonly Adjustment[], manager: ServiceManager): Promise<never> {
    const { places, system } = this.#context
    for (const { plan, former, manifest } of this.#done.toReversed())
      await commit(restorePlan(places, system, former, manifest, plan.manifest), places, system, () =>
        Promise.resolve(),
      )
    const last = revealLastApplied(places, name =>
      this.#report({
        kind: 'warning',
        message: `${name} is secret, so its former value is not known: it stays as it is`,
      }),
    )
    if (last !== undefined && this.#snapshot !== undefined)
      changeDatabases(places, this.#snapshot, last, this.#deed.command)
    writePending(places, [])
    await this.#carryOut(adjustments, manager)
    throw new Failure(why, {
      status: EXIT.rolledBack,
      hint: 'Everything is back as it was before: files, databases and services. The history keeps what was tried.',
    })
  }

  #announce(adjustments: readonly Adjustment[], manager: ServiceManager): void {
    for (const { service, unit, actions } of adjustments)
      for (const action of actions)
        this.#report({ kind: 'would-adjust', service, command: manager.describe(unit, action) })
  }

  #configuration(): Records {
    return databaseLoader(this.#context)('configuration')
  }

  #manager(): ServiceManager {
    const property = this.#configuration().get('gabarit')?.properties.get('ServiceManager')
    return chooseServiceManager(this.#context.places.root, property)
  }
}

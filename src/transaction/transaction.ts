import { Failure, isOfSystem, withStatus } from '../base/failure.ts'
import { applyPlan, previousStates } from '../commit/barrier.ts'
import { writeFailure } from '../commit/commit.ts'
import type { Records } from '../db/record.ts'
import { rememberOverrides } from '../override/stale.ts'
import type { Context } from '../plan/context.ts'
import { databaseLoader } from '../plan/expand.ts'
import type { Plan } from '../plan/plan.ts'
import { archiveHistory } from '../state/history/archive.ts'
import { type PreparedChanges, prepareChanges } from '../state/history/databases.ts'
import { commandLine, type PropertyChange } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { loadSnapshot, type Snapshot, takeSnapshot } from '../state/history/snapshot.ts'
import { readManifest } from '../state/manifest.ts'
import { systemReason } from '../system/atomic-write.ts'
import { finishDespiteSignals, finished } from '../system/interruption.ts'
import { below } from '../system/places.ts'
import type { Request } from '../system/service/adjustment.ts'
import { managersOf } from '../system/service/one-shot.ts'
import type { Companion } from '../system/state-file.ts'
import { announceAdjustments, collectAdjustments } from './adjust.ts'
import type { EventLock } from './event-lock.ts'
import { Recorder } from './history-record.ts'
import { commitDatabases, Interrupted } from './interrupted.ts'
import { endConfirmation } from './last-confirmation.ts'
import { joinRequests, PENDING, readPending, restorePending, takeJoined, writePending } from './pending.ts'
import type { Reporter } from './report.ts'
import { distinct, requestsOfPlan, without } from './requests.ts'
import { rollBackRun } from './roll-back-run.ts'
import { RunLog } from './run-log.ts'
import { type CommittedPlan, outcomeOf, type RunRequest, statusAfter } from './run-request.ts'
import { RunWindow } from './run-window.ts'
import { ServiceRun } from './service-run.ts'
import { suggestConfirmation } from './suggest-confirmation.ts'

/**
 * Files, services and history of one event, apply or rollback: commits plans after the checks, adjusts services and checks
 * their health. If one does not come up, everything is rolled back.
 */
export class Transaction {
  readonly #window: RunWindow
  readonly #context: Context
  readonly #turn: EventLock
  readonly #report: Reporter
  #recorder: Recorder | undefined
  readonly #log: RunLog
  readonly #started = new Date()
  readonly #validators: string[] = []
  readonly #services: ServiceRun[] = []
  /** The number of the first entry of this run, which may belong to an event that an action signals. */
  readonly #first: number
  #requests: Request[] = []
  #done: CommittedPlan | undefined
  #snapshot: Snapshot | undefined
  #leavesDatabases = false
  readonly #lasting: string[] = []

  /**
   * @param context its system decides whether anything is changed
   * @param options `windowOfServices`: in a remote shell, the run waits for confirmation if it adjusts a service whose
   *   description says so
   */
  constructor(
    runRequest: RunRequest,
    context: Context,
    turn: EventLock,
    report: Reporter,
    options: { readonly windowOfServices?: boolean } = {},
  ) {
    this.#context = context
    this.#turn = turn
    this.#report = report
    this.#log = new RunLog(report)
    this.#first = context.system.dryRun ? 0 : new History(context.places).nextId()
    this.#window = new RunWindow(runRequest, context, turn, this.#first, options.windowOfServices === true)
  }

  /** The current databases; in the history, what is generated from them belongs to this state. */
  takeSnapshot(): Snapshot {
    this.#snapshot = takeSnapshot(this.#context.places)
    return this.#snapshot
  }

  /** For a run that applies no property: in the history, the databases stay as the last entry left them. */
  leaveDatabases(): void {
    this.#leavesDatabases = true
  }

  /** Something went wrong that does not stop the rest. */
  note(problem: string): void {
    this.#log.note(problem)
  }

  /** As {@link note}, for a problem that has already been reported. */
  noteReported(problem: string): void {
    this.#log.problems.push(problem)
  }

  /** Records what a rollback cannot undo, such as an issued certificate. */
  noteLasting(what: string): void {
    this.#lasting.push(what)
  }

  /**
   * Commits a plan; the services that its files notify are adjusted by {@link adjust}.
   * @param listed additional requests for {@link adjust}, so that a crash before it loses nothing
   * @param changes of properties that belong to the files: both are made, or neither
   */
  async commit(plan: Plan, listed: readonly Request[] = [], changes: readonly PropertyChange[] = []): Promise<void> {
    const { places, system } = this.#context
    // An unknown service manager must be refused before a file changes.
    managersOf(this.#configuration(), places, system.env)
    this.#requests.push(...requestsOfPlan(plan))
    this.#window.openFor([...this.#requests, ...listed], this.#configuration())
    if (!this.#turn.joined) suggestConfirmation(plan, this.#window.runRequest, system.env, this.#report)
    if (system.dryRun) {
      this.#window.announce(plan, this.#report)
      this.#report({ kind: 'plan', plan })
      const commands = await applyPlan(this.#context, plan)
      if (this.#context.judge === 'always') this.#report({ kind: 'checked', commands })
      return
    }
    const done = { plan, former: previousStates(plan, system), manifest: readManifest(places), changes }
    const pending = readPending(places)
    let databases: PreparedChanges | undefined
    const prepare = () => {
      databases = prepareChanges(places, changes, this.#window.runRequest.asked.command)
    }
    this.#report({ kind: 'step', step: 'checking and writing the files' })
    try {
      this.#recording()?.keepFiles(plan, system)
      const companions = this.#companions(plan, changes, distinct([...pending, ...this.#requests, ...listed]))
      this.#validators.push(...(await applyPlan(this.#context, plan, companions, prepare)))
    } catch (error) {
      databases?.abort()
      restorePending(places, pending)
      this.#window.arming?.disarm()
      this.#recorder?.forgetFiles()
      throw isOfSystem(error) ? writeFailure(error) : error
    }
    // No signal can arrive between the last rename and here.
    finishDespiteSignals()
    this.#done = done
    commitDatabases(databases)
    this.#report({ kind: 'plan', plan })
    rememberOverrides(places, this.#context.layers, this.#context.warn)
  }

  /** Adjusts what the committed files and the caller request, what earlier events left over, and what joined events hand over. */
  async adjust(listed: readonly Request[]): Promise<void> {
    await this.#adjust([...this.#requests, ...listed], true)
  }

  /** Adjusts what joined events have handed over since. */
  async adjustJoined(): Promise<void> {
    await this.#adjust([], false)
  }

  /** Services started by the following boot read the new files anyway. */
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

  /**
   * Runs the steps, and writes the history however they end.
   * @returns the exit status
   */
  async conclude(steps: () => Promise<void>): Promise<number> {
    try {
      await steps()
    } catch (error) {
      if (error instanceof Failure) throw withStatus(error, await this.finish(error))
      throw error
    }
    return this.finish()
  }

  /**
   * Writes the history.
   * @param failure what stopped the run; reported even if the history cannot be written
   * @returns the exit status
   */
  async finish(failure?: Failure): Promise<number> {
    try {
      return await this.#finish(failure)
    } catch (error) {
      if (failure === undefined || !(error instanceof Failure || isOfSystem(error))) throw error
      const why = error instanceof Failure ? error.describe() : systemReason(error)
      this.#report({ kind: 'problem', message: `the history entry could not be written: ${why}` })
      return statusAfter(outcomeOf(failure, this.#done !== undefined, []), failure)
    } finally {
      finished()
    }
  }

  async #finish(failure: Failure | undefined): Promise<number> {
    // The note exists, so the next command makes the entry.
    if (failure instanceof Interrupted) return failure.status
    const outcome = outcomeOf(failure, this.#done !== undefined, this.#log.problems)
    if (failure !== undefined) this.#log.problems.push(failure.describe())
    const { asked, closes } = this.#window.runRequest
    const { problems, adjustments } = this.#log
    const facts = { outcome, problems, validators: this.#validators, adjustments }
    const idle = this.#leavesDatabases && outcome === 'done' && asked.comment === null && !this.#changesFiles
    const databases = () => this.#leftDatabases() ?? this.takeSnapshot()
    const added = idle ? undefined : this.#recording()?.finish(asked, facts, databases())
    if (failure === undefined && closes !== undefined) endConfirmation(this.#context, closes, 'went back')
    this.#recorder?.forgetNote()
    this.#report({
      kind: 'ended',
      what: commandLine(asked),
      outcome,
      ...(added === undefined ? {} : { entry: added.id }),
    })
    // The entry of the surrounding event has a smaller number: both are archived when that one ends.
    if (added !== undefined && !this.#turn.joined) await this.#archive()
    const waits = this.#window.arming?.openWindow()
    if (waits !== undefined) this.#report({ kind: 'confirmation', message: waits })
    return statusAfter(outcome, failure)
  }

  #rollBackRun(done: CommittedPlan, why: string): Promise<never> {
    const { arming, runRequest } = this.#window
    const [context, log, snapshot, recorder] = [this.#context, this.#log, this.#snapshot, this.#recorder]
    const [services, first] = [this.#services, this.#first]
    return rollBackRun({ context, runRequest, done, services, log, first, snapshot, recorder, arming }, why)
  }

  /** Failing to copy elsewhere is only a warning. */
  async #archive(): Promise<void> {
    const { places, system, warn } = this.#context
    const repository = this.#configuration().get('gabarit')?.properties.get('Archive') ?? ''
    if (repository === '') return
    this.#report({ kind: 'step', step: `archiving the history in ${repository}` })
    const problem = await archiveHistory(below(places, repository), places, system)
    if (problem !== undefined) warn(`the history could not be archived in ${repository}: ${problem}`)
  }

  async #adjust(asked: readonly Request[], withPending: boolean): Promise<void> {
    const { places, system } = this.#context
    if (this.#turn.joined) return joinRequests(places, asked)
    const joined = system.dryRun ? [] : takeJoined(places)
    const requests = distinct([...(withPending ? readPending(places) : []), ...asked, ...joined])
    if (requests.length === 0) return
    const configuration = this.#configuration()
    const { adjustments, warnings, problems } = collectAdjustments(requests, configuration)
    for (const message of warnings) this.#report({ kind: 'warning', message })
    for (const message of problems) this.note(message)
    const managerOf = managersOf(configuration, places, system.env)
    if (system.dryRun) return announceAdjustments(adjustments, managerOf, this.#report)
    finishDespiteSignals()
    this.#window.arming?.remember(requests)
    const changed = this.#changesFiles ? this.#done : undefined
    const services = new ServiceRun(adjustments, managerOf, places, system, this.#log)
    this.#services.push(services)
    const { failed, ill, why } = await services.adjust(configuration, changed !== undefined)
    if (why !== undefined && changed !== undefined) await this.#rollBackRun(changed, why)
    if (ill !== undefined) this.note(ill)
    await services.lookAtStarted(configuration, failed)
    const again = requests.filter(({ service }) => failed.has(service))
    // Keeps what was pending before, but not what has just been adjusted (a joined event recorded it too).
    const waiting = withPending ? [] : without(readPending(places), requests)
    writePending(places, distinct([...waiting, ...again]))
    if (failed.size > 0) this.#report({ kind: 'remembered', services: [...failed] })
  }

  /** Created as late as possible: an action may have set a secret, which must not get into the history. */
  #recording(): Recorder | undefined {
    const { places, system } = this.#context
    if (!system.dryRun) this.#recorder ??= new Recorder(places, this.#window.runRequest.secrets, this.#started)
    this.#recorder?.keepLasting(this.#lasting)
    return this.#recorder
  }

  /**
   * What is committed with the files: the note for the history, the adjustments that they need (a crash after the commit must not
   * lose them), the pending confirmation.
   */
  #companions(plan: Plan, changes: readonly PropertyChange[], asked: readonly Request[]): Companion[] {
    const { places } = this.#context
    const recorder = this.#recording()
    if (recorder === undefined) return []
    const armed = this.#window.arming?.companions(plan, recorder.lostFiles(), this.#report) ?? []
    if (plan.changes.length + plan.folders.length + changes.length + armed.length === 0) return []
    const { asked: origin, closes } = this.#window.runRequest
    const facts = { outcome: 'failed', problems: [], changes, closes: closes?.token ?? null } as const
    const waiting = plan.changes.length > 0 && asked.length > 0 ? [PENDING.companion(places, asked)] : []
    return [recorder.unfinished(origin, facts, this.#leftDatabases()), ...waiting, ...armed]
  }

  /** The databases that the files were generated from, or those that this run leaves unchanged; undefined: the current ones. */
  #leftDatabases(): Snapshot | undefined {
    if (this.#snapshot === undefined && this.#leavesDatabases) {
      const history = new History(this.#context.places)
      this.#snapshot = loadSnapshot(history.lastApplied()?.databases ?? {}, history.objects)
    }
    return this.#snapshot
  }

  get #changesFiles(): boolean {
    return this.#done !== undefined && this.#done.plan.changes.length > 0
  }

  #configuration(): Records {
    return databaseLoader(this.#context)('configuration')
  }
}

import { Failure, isOfSystem, withStatus } from '../base/failure.ts'
import type { Context } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import { commandLine, type PropertyChange } from '../state/history/entry.ts'
import type { Snapshot } from '../state/history/snapshot.ts'
import { systemReason } from '../system/atomic-write.ts'
import { finished } from '../system/interruption.ts'
import type { Request } from '../system/service/adjustment.ts'
import type { EventLock } from './event-lock.ts'
import { commitDatabases, Interrupted } from './interrupted.ts'
import { endConfirmation } from './last-confirmation.ts'
import type { Reporter } from './report.ts'
import { requestsOfPlan } from './requests.ts'
import { rollBackRun } from './roll-back-run.ts'
import { RunCommit } from './run-commit.ts'
import { RunHistory } from './run-history.ts'
import { RunLog } from './run-log.ts'
import { type CommittedPlan, outcomeOf, type RunRequest, statusAfter } from './run-request.ts'
import { RunServices } from './run-services.ts'
import { RunWindow } from './run-window.ts'

/**
 * Files, services and history of one event, apply or rollback: plans are committed behind the barrier, services adjusted
 * and looked after; when one does not come up, everything goes back to where it was.
 */
export class Transaction {
  readonly #context: Context
  readonly #turn: EventLock
  readonly #report: Reporter
  readonly #log: RunLog
  readonly #history: RunHistory
  readonly #window: RunWindow
  readonly #services: RunServices
  readonly #validators: string[] = []
  #requests: Request[] = []
  #done: CommittedPlan | undefined

  /**
   * @param context its system decides whether anything is changed
   * @param options `windowOfServices`: in a remote shell it waits for a confirmation when it adjusts a service whose
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
    this.#history = new RunHistory(context, runRequest)
    this.#window = new RunWindow(runRequest, context, turn, this.#history.first, options.windowOfServices === true)
    this.#services = new RunServices(context, turn, this.#log)
  }

  /** The databases as they are now; what is made from them belongs to this state in the history. */
  takeSnapshot(): Snapshot {
    return this.#history.takeSnapshot()
  }

  /** For a run that brings no property to life: in the history the databases stay as the last entry left them. */
  leaveDatabases(): void {
    this.#history.leaveDatabases()
  }

  /** Records what a rollback cannot undo, such as an issued certificate. */
  noteLasting(what: string): void {
    this.#history.noteLasting(what)
  }

  /** Something went wrong that does not stop the rest, and has been reported already. */
  noteReported(problem: string): void {
    this.#log.problems.push(problem)
  }

  /**
   * Commits a plan; the services that its files notify are adjusted by {@link adjust}.
   * @param listed what {@link adjust} will be asked for besides, so that a crash before it loses nothing
   * @param changes of properties that belong to the files: both are made, or neither
   */
  async commit(plan: Plan, listed: readonly Request[] = [], changes: readonly PropertyChange[] = []): Promise<void> {
    this.#requests.push(...requestsOfPlan(plan))
    const asked = [...this.#requests, ...listed]
    this.#window.openFor(plan, asked, this.#report)
    const run = new RunCommit(this.#context, this.#window, this.#history, this.#report)
    const committed = await run.commit(plan, asked, changes)
    this.#done = committed.done
    this.#validators.push(...committed.validators)
    commitDatabases(committed.databases)
    run.tell(committed)
  }

  /** Adjusts what the committed files and the caller ask for, with what earlier events left over and joined ones hand over. */
  async adjust(listed: readonly Request[]): Promise<void> {
    await this.#services.adjust([...this.#requests, ...listed], true, this.#wayBack())
  }

  /** Adjusts what joined events handed over since. */
  async adjustJoined(): Promise<void> {
    await this.#services.adjust([], false, this.#wayBack())
  }

  /** What boots afterwards reads the new files anyway. */
  forgetRequests(): void {
    this.#services.forget(this.#requests)
  }

  /**
   * Takes the steps of a run, and writes the history however they end.
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
   * @param failure what stopped the run: it is not lost when the history cannot be written either
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
    // The note of it is there: the next command makes the entry.
    if (failure instanceof Interrupted) return failure.status
    const { problems, adjustments } = this.#log
    const outcome = outcomeOf(failure, this.#done !== undefined, problems)
    if (failure !== undefined) problems.push(failure.describe())
    const { asked, closes } = this.#window.runRequest
    const facts = { outcome, problems, validators: this.#validators, adjustments }
    const added = this.#history.enter(facts, this.#changesFiles)
    if (failure === undefined && closes !== undefined) endConfirmation(this.#context, closes, 'went back')
    this.#history.forgetNote()
    const entry = added === undefined ? {} : { entry: added.id }
    this.#report({ kind: 'ended', what: commandLine(asked), outcome, ...entry })
    // The entry of the event that this one belongs to has a smaller number: both go together, when that one ends.
    if (added !== undefined && !this.#turn.joined) await this.#history.archive(this.#report)
    const window = this.#window.arming?.openWindow()
    if (window !== undefined) this.#report({ kind: 'window', ...window })
    return statusAfter(outcome, failure)
  }

  #wayBack() {
    const { arming, runRequest } = this.#window
    const [context, log, done, history] = [this.#context, this.#log, this.#done, this.#history]
    if (done === undefined || !this.#changesFiles) return { arming }
    const { recorder, snapshot, first } = history
    const run = { context, runRequest, done, services: this.#services.done, log, first, snapshot, recorder, arming }
    return { arming, takeBack: (why: string) => rollBackRun(run, why) }
  }

  get #changesFiles(): boolean {
    return this.#done !== undefined && this.#done.plan.changes.length > 0
  }
}

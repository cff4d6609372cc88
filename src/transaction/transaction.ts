import { Failure, withStatus } from '../base/failure.ts'
import { rememberOverrides } from '../override/stale.ts'
import type { Plan } from '../plan/plan.ts'
import { endConfirmation } from '../state/confirmation.ts'
import { type Asked, commandLine, type PropertyChange } from '../state/history/entry.ts'
import type { Snapshot } from '../state/history/snapshot.ts'
import { reasonOf } from '../system/atomic-write.ts'
import { finished } from '../system/interruption.ts'
import type { Request } from '../system/service/adjustment.ts'
import { requestsOfPlan } from './requests.ts'
import { rollBackRun } from './roll-back-run.ts'
import { type CommittedPlan, outcomeOf, type Run, RunLog, type RunRequest, statusAfter, type Work } from './run.ts'
import { commitDatabases, commitFiles, Interrupted } from './run-commit.ts'
import { RunHistory } from './run-history.ts'
import { RunWindow } from './run-window.ts'
import { type RollBack, RunServices } from './service-run.ts'

/**
 * Files, services and history of one event, apply or rollback: plans pass the barrier and are committed, services are
 * adjusted and watched; if one does not come up, everything is rolled back.
 */
export class Transaction {
  readonly #run: Run
  readonly #history: RunHistory
  readonly #window: RunWindow
  readonly #services: RunServices
  #requests: Request[] = []
  #done: CommittedPlan | undefined

  constructor(request: RunRequest, work: Work) {
    this.#run = { ...work, request, log: new RunLog(work.report) }
    this.#history = new RunHistory(this.#run)
    this.#window = new RunWindow(this.#run, this.#history.first)
    this.#services = new RunServices(this.#run, this.#window)
  }

  /** The databases as they are now. Their values are checked before the files that are made from them are committed. */
  takeSnapshot(): Snapshot {
    return this.#history.takeSnapshot(true)
  }

  /** Records what a rollback cannot undo, such as an issued certificate. */
  noteLasting(what: string): void {
    this.#history.lasting.push(what)
  }

  /** What {@link noteLasting} has recorded so far. */
  get lasting(): readonly string[] {
    return this.#history.lasting
  }

  /** Something went wrong that does not stop the rest, and has been reported already. */
  noteReported(problem: string): void {
    this.#run.log.problems.push(problem)
  }

  /**
   * Commits a plan; the services that its files notify are adjusted by {@link adjust}.
   * @param listed what {@link adjust} will be asked for besides, so that a crash before it loses nothing
   * @param changes of properties that belong to the files: both are made, or neither
   */
  async commit(plan: Plan, listed: readonly Request[] = [], changes: readonly PropertyChange[] = []): Promise<void> {
    this.#requests.push(...requestsOfPlan(plan))
    const asked = [...this.#requests, ...listed]
    this.#window.openFor(plan, asked)
    const committed = await commitFiles(this.#run, plan, asked, changes, this.#history, this.#window)
    this.#done = committed.done
    this.#run.log.checked.push(...committed.validators)
    commitDatabases(committed.databases)
    const { context, report } = this.#run
    report({ kind: 'plan', plan })
    report({ kind: 'checked', commands: committed.validators })
    rememberOverrides(context.places, context.layers, context.warn)
  }

  /** Adjusts what the committed files and the caller ask for, with what earlier events left over and joined ones hand over. */
  async adjust(listed: readonly Request[] = []): Promise<void> {
    await this.#services.adjust([...this.#requests, ...listed], true, this.#done?.plan, this.#rollBack())
  }

  /** Adjusts what joined events handed over since. */
  async adjustJoined(): Promise<void> {
    await this.#services.adjust([], false, this.#done?.plan, this.#rollBack())
  }

  /** What boots afterwards reads the new files anyway. */
  forgetRequests(): void {
    this.#services.forget(this.#requests)
  }

  /** Commits a plan as {@link commit} does, and adjusts the services. @returns the exit status */
  apply(plan: Plan): Promise<number> {
    return this.conclude(async () => {
      await this.commit(plan)
      await this.adjust()
    })
  }

  /**
   * Commits files and databases, both or neither, and adjusts the services.
   * @param requests of services, in addition to what the files notify
   * @returns the exit status
   */
  applyWith(plan: Plan, changes: readonly PropertyChange[], requests: readonly Request[] = []): Promise<number> {
    return this.conclude(async () => {
      await this.commit(plan, requests, changes)
      this.#history.takeSnapshot()
      await this.adjust(requests)
    })
  }

  /**
   * Brings in files and databases, both or neither. Services are left alone: the next event adjusts them.
   * @returns the exit status
   */
  bring(plan: Plan, changes: readonly PropertyChange[]): Promise<number> {
    return this.conclude(() => this.commit(plan, [], changes))
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
      if (failure === undefined) throw error
      const why = reasonOf(error)
      this.#run.report({ kind: 'problem', message: `the history entry could not be written: ${why}` })
      return statusAfter(outcomeOf(failure, this.#done !== undefined, []), failure)
    } finally {
      finished()
    }
  }

  async #finish(failure: Failure | undefined): Promise<number> {
    // The note of it is there: the next command makes the entry.
    if (failure instanceof Interrupted) return failure.status
    const { context, lock, report, request, log } = this.#run
    const { problems, adjustments, checked: validators } = log
    const outcome = outcomeOf(failure, this.#done !== undefined, problems)
    if (failure !== undefined) problems.push(failure.describe())
    const added = this.#history.enter({ outcome, problems, validators, adjustments })
    if (failure === undefined && request.closes !== undefined) endConfirmation(context, request.closes, 'went back')
    this.#history.forgetNote()
    report({ kind: 'ended', what: commandLine(request.asked), outcome, entry: added?.id })
    // The entry of the event that this one belongs to has a smaller number: both go together, when that one ends.
    if (added !== undefined && !lock.joined) await this.#history.archive()
    this.#window.open()
    return statusAfter(outcome, failure)
  }

  /** Undefined: no file has changed. */
  #rollBack(): RollBack | undefined {
    const done = this.#done
    if (done === undefined || done.plan.changes.length === 0) return undefined
    const parts = { run: this.#run, done, services: this.#services.done, history: this.#history, window: this.#window }
    return why => rollBackRun(parts, why)
  }
}

/**
 * Commits the plan of one named file, after the usual checks, with a history entry. Pending property changes stay pending.
 * @param window whether it is rolled back unless confirmed
 * @returns the exit status
 */
export async function commitOne(
  { context, lock, report }: Work,
  asked: Asked,
  plan: Plan,
  window: Pick<RunRequest, 'confirmWithin'> = {},
): Promise<number> {
  const work = { context: { ...context, mayOverwrite: () => true }, lock, report }
  return new Transaction({ asked, leavesDatabases: true, ...window }, work).apply(plan)
}

import { isOfSystem } from '../base/failure.ts'
import { applyPlan, previousStates } from '../commit/barrier.ts'
import { writeFailure } from '../commit/commit.ts'
import { rememberOverrides } from '../override/stale.ts'
import type { Context } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import { type PreparedChanges, prepareChanges } from '../state/history/databases.ts'
import type { PropertyChange } from '../state/history/entry.ts'
import { readManifest } from '../state/manifest.ts'
import { finishDespiteSignals } from '../system/interruption.ts'
import type { Request } from '../system/service/adjustment.ts'
import type { Companion } from '../system/state-file.ts'
import { PENDING, readPending, restorePending } from './pending.ts'
import type { Reporter } from './report.ts'
import { distinct } from './requests.ts'
import type { RunHistory } from './run-history.ts'
import type { CommittedPlan } from './run-request.ts'
import type { RunWindow } from './run-window.ts'

/** Files that are in place, and the changes of properties that belong to them, which follow now. */
export interface Committed {
  readonly done: CommittedPlan
  readonly databases: PreparedChanges | undefined
  /** The checks that were made. */
  readonly validators: readonly string[]
}

/** Commits the files of one run, with all that stands and falls with them. */
export class RunCommit {
  readonly #context: Context
  readonly #window: RunWindow
  readonly #history: RunHistory
  readonly #report: Reporter

  constructor(context: Context, window: RunWindow, history: RunHistory, report: Reporter) {
    this.#context = context
    this.#window = window
    this.#history = history
    this.#report = report
  }

  /**
   * @param asked of services
   * @param changes of properties that belong to the files: both are made, or neither
   */
  async commit(plan: Plan, asked: readonly Request[], changes: readonly PropertyChange[]): Promise<Committed> {
    const { places, system } = this.#context
    const done = { plan, former: previousStates(plan, system), manifest: readManifest(places), changes }
    const pending = readPending(places)
    let databases: PreparedChanges | undefined
    const prepare = () => {
      databases = prepareChanges(places, changes, this.#window.runRequest.asked.command)
    }
    this.#report({ kind: 'planned', plan })
    this.#report({ kind: 'step', step: 'checking and writing the files' })
    try {
      this.#history.recorder.keepFiles(plan, system)
      const companions = this.#companions(plan, changes, distinct([...pending, ...asked]))
      const validators = await applyPlan(this.#context, plan, companions, prepare)
      // No signal can be heard between the last rename and here.
      finishDespiteSignals()
      return { done, databases, validators }
    } catch (error) {
      databases?.abort()
      restorePending(places, pending)
      this.#window.arming?.disarm()
      this.#history.forgetFiles()
      throw isOfSystem(error) ? writeFailure(error) : error
    }
  }

  /** The files and their properties are in place. */
  tell({ done: { plan }, validators }: Committed): void {
    const { places, layers, warn } = this.#context
    this.#report({ kind: 'plan', plan })
    this.#report({ kind: 'checked', commands: validators })
    rememberOverrides(places, layers, warn)
  }

  /**
   * What stands and falls with the files: the note for the history, the adjustments that they need (a crash behind the
   * commit must not lose them), the pending confirmation.
   */
  #companions(plan: Plan, changes: readonly PropertyChange[], asked: readonly Request[]): Companion[] {
    const { recorder, snapshot } = this.#history
    const armed = this.#window.arming?.companions(plan, recorder.lostFiles(), this.#report) ?? []
    if (plan.changes.length + plan.folders.length + changes.length + armed.length === 0) return []
    const { asked: origin, closes } = this.#window.runRequest
    const facts = { outcome: 'failed', problems: [], changes, closes: closes?.token ?? null } as const
    const waiting = plan.changes.length > 0 && asked.length > 0 ? [PENDING.companion(this.#context.places, asked)] : []
    return [recorder.unfinished(origin, facts, snapshot), ...waiting, ...armed]
  }
}

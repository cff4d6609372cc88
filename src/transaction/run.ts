import { EXIT, type Failure } from '../base/failure.ts'
import type { Context } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import type { Restored } from '../plan/restore.ts'
import type { Alongside } from '../state/alongside.ts'
import type { Confirmation } from '../state/confirmation.ts'
import type { AdjustmentRecord, Asked, Outcome, PropertyChange } from '../state/history/entry.ts'
import type { Snapshot } from '../state/history/snapshot.ts'
import type { Manifest } from '../state/manifest.ts'
import type { PinChange } from '../state/pins.ts'
import { type AdjustmentResult, describeProblem } from '../system/service/adjustment.ts'
import type { EventLock } from './event-lock.ts'
import type { Reporter } from './report.ts'

/** What a command has while it holds the event lock. */
export interface Work {
  /** Its system decides whether anything is changed. */
  readonly context: Context
  readonly lock: EventLock
  readonly report: Reporter
}

/** What a run should do. */
export interface RunRequest {
  /** For the history. */
  readonly asked: Asked
  /** Seconds after which it is rolled back unless confirmed. */
  readonly confirmWithin?: number | undefined
  /** In a remote shell, it waits for confirmation if it adjusts a service whose description says so; default: no. */
  readonly windowOfServices?: boolean
  /** It brings no property to life: in the history the databases stay as the last entry left them; default: no. */
  readonly leavesDatabases?: boolean
  /** Previous secrets that are restored in files: the history must not show them either. */
  readonly secrets?: readonly string[]
  /** Pins that change with the files of the server, or not at all. */
  readonly pins?: PinChange | undefined
  /** Files of gabarit's own state that change with the files of the server, or not at all. */
  readonly alongside?: readonly Alongside[]
  /** What it brings to life, if that is not all that is in the databases: what else is pending stays so. */
  readonly databases?: Snapshot
  /** Pending properties that it sets otherwise: they are made again if it goes back. */
  readonly replaced?: readonly PropertyChange[]
  /** The confirmation that ends with it, because it rolls back the waiting change. */
  readonly closes?: Confirmation
}

/** What the parts of one run share. */
export interface Run extends Work {
  readonly request: RunRequest
  readonly log: RunLog
}

/** What the person has agreed to write: `--confirm`. */
export interface Agreement {
  /** Whether this plan is the one that was agreed to. */
  covers(plan: Plan): boolean
  /** Asks about a plan that is different. @returns whether the person agrees to that, too */
  ask(plan: Plan): Promise<boolean>
}

/** A committed plan, and what is needed to roll it back. */
export interface CommittedPlan {
  readonly plan: Plan
  readonly former: readonly Restored[]
  readonly manifest: Manifest
  /** Property changes that were made with the files. */
  readonly changes: readonly PropertyChange[]
}

/** Problems of a run, and service adjustments: shown at once, and kept for the history. */
export class RunLog {
  readonly problems: string[] = []
  /** The commands of checkers and probes that ran before the commit. */
  readonly checked: string[] = []
  readonly adjustments: AdjustmentRecord[] = []
  readonly report: Reporter

  constructor(report: Reporter) {
    this.report = report
  }

  /** Something went wrong that does not stop the rest. */
  note(problem: string): void {
    this.problems.push(problem)
    this.report({ kind: 'problem', message: problem })
  }

  /** The result of adjusting a service. */
  adjusted(result: AdjustmentResult): void {
    const { service, command, problem } = result
    this.report({ kind: 'service', result })
    for (const [, message = ''] of result.output.matchAll(/^warning: (.*)$/gm))
      this.report({ kind: 'warning', message })
    this.adjustments.push({ service, command, problem: problem ?? null })
    if (problem !== undefined) this.problems.push(describeProblem(result))
  }
}

/**
 * How it ended.
 * @param failure what stopped it
 * @param changed whether files are in place
 */
export function outcomeOf(failure: Failure | undefined, changed: boolean, problems: readonly string[]): Outcome {
  if (failure?.status === EXIT.rolledBack) return 'rolled back'
  if (failure !== undefined && !changed) return 'refused'
  return failure !== undefined || problems.length > 0 ? 'failed' : 'done'
}

/** The exit status. Once files are in place, a refusal does not count as one. */
export function statusAfter(outcome: Outcome, failure: Failure | undefined): number {
  if (failure !== undefined && !(outcome === 'failed' && failure.status === EXIT.refused)) return failure.status
  return outcome === 'failed' ? EXIT.failed : EXIT.done
}

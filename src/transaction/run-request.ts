import { EXIT, type Failure } from '../base/failure.ts'
import type { Plan } from '../plan/plan.ts'
import type { Restored } from '../plan/restore.ts'
import type { Confirmation } from '../state/confirmation.ts'
import type { Asked, Outcome, PropertyChange } from '../state/history/entry.ts'
import type { Manifest } from '../state/manifest.ts'

/** What a run should do. */
export interface RunRequest {
  /** For the history. */
  readonly asked: Asked
  /** Seconds after which it is rolled back unless confirmed. */
  readonly confirmWithin?: number
  /** Previous secrets that are restored in files: the history must not show them either. */
  readonly secrets?: readonly string[]
  /** The confirmation that ends with it, because it rolls back the waiting change. */
  readonly closes?: Confirmation
}

/** A committed plan, and what is needed to roll it back. */
export interface CommittedPlan {
  readonly plan: Plan
  readonly former: readonly Restored[]
  readonly manifest: Manifest
  /** Property changes that were made with the files. */
  readonly changes: readonly PropertyChange[]
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

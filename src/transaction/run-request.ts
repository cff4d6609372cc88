import { EXIT, type Failure } from '../base/failure.ts'
import type { Plan } from '../plan/plan.ts'
import type { Restored } from '../plan/restore.ts'
import type { Confirmation } from '../state/confirmation.ts'
import type { Asked, Outcome, PropertyChange } from '../state/history/entry.ts'
import type { Manifest } from '../state/manifest.ts'

/** What a run is to do. */
export interface RunRequest {
  /** For the history. */
  readonly asked: Asked
  /** Seconds after which it goes back unless it is confirmed. */
  readonly confirmWithin?: number
  /** Former secrets that files get back: the history must not show them either. */
  readonly secrets?: readonly string[]
  /** The confirmation that ends with it, because what waited for it goes back. */
  readonly closes?: Confirmation
}

/** A plan that is in place, and what is needed to take it back. */
export interface Done {
  readonly plan: Plan
  readonly former: readonly Restored[]
  readonly manifest: Manifest
  /** Changes of properties that were made with the files. */
  readonly changes: readonly PropertyChange[]
}

/**
 * How it ended.
 * @param failure what stopped it
 * @param changed files are in place
 */
export function outcomeOf(failure: Failure | undefined, changed: boolean, problems: readonly string[]): Outcome {
  if (failure?.status === EXIT.rolledBack) return 'rolled back'
  if (failure !== undefined && !changed) return 'refused'
  return failure !== undefined || problems.length > 0 ? 'failed' : 'done'
}

/** The exit status. A refusal that comes when files are in place is none. */
export function statusAfter(outcome: Outcome, failure: Failure | undefined): number {
  if (failure !== undefined && !(outcome === 'failed' && failure.status === EXIT.refused)) return failure.status
  return outcome === 'failed' ? EXIT.failed : EXIT.done
}

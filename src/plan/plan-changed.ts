import { changeParts } from './data.ts'
import type { Plan } from './plan.ts'

/** How a plan differs from one that was shown before. */
export interface ChangedPlan {
  /** The plan, with only the changes that are different now. */
  readonly plan: Plan
  /** Files that would no longer change. */
  readonly gone: readonly string[]
}

/** Compares two plans by what they do to files; undefined if both do the same. */
export function planChanged(shown: Plan | undefined, now: Plan): ChangedPlan | undefined {
  const known = new Set(shown?.changes.map(change => JSON.stringify(changeParts(change))))
  const changes = now.changes.filter(change => !known.has(JSON.stringify(changeParts(change))))
  const present = new Set(now.changes.map(({ path }) => path))
  const gone = shown?.changes.filter(({ path }) => !present.has(path)).map(({ path }) => path) ?? []
  return changes.length + gone.length === 0 ? undefined : { plan: { ...now, changes, drift: [] }, gone }
}

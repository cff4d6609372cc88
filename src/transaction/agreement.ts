import type { Plan } from '../plan/plan.ts'

/** What the person has agreed to write: `--confirm`. */
export interface Agreement {
  /** Whether this plan is the one that was agreed to. */
  covers(plan: Plan): boolean
  /** Asks about a plan that is different. @returns whether the person agrees to that, too */
  ask(plan: Plan): Promise<boolean>
}

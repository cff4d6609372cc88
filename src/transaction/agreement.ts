import type { Plan } from '../plan/plan.ts'

/** What somebody has agreed to be written: `--confirm`. */
export interface Agreement {
  /** Whether this is what was agreed to. */
  covers(plan: Plan): boolean
  /** Asks about a plan that is another one. @returns whether it is agreed to as well */
  ask(plan: Plan): Promise<boolean>
}

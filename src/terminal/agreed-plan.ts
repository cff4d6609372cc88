import { changeParts } from '../plan/data.ts'
import type { Change, Plan } from '../plan/plan.ts'
import type { Agreement } from '../transaction/run.ts'
import { saysYes } from './ask-first.ts'
import type { Invocation } from './command.ts'
import { planAsText } from './show-plan.ts'

/** Seconds for the answer: other commands wait meanwhile, and give up after the same time. */
const PATIENCE = 120

/**
 * The plan that the person at the terminal agreed to. If the event's actions have changed the plan since, shows the difference
 * and asks again.
 */
export class AgreedPlan implements Agreement {
  readonly #invocation: Invocation
  #shown: Plan | undefined

  /** @param shown undefined if no file would have changed */
  constructor(shown: Plan | undefined, invocation: Invocation) {
    this.#shown = shown
    this.#invocation = invocation
  }

  covers(plan: Plan): boolean {
    return planChanged(this.#shown, plan) === undefined
  }

  async ask(plan: Plan): Promise<boolean> {
    const { print } = this.#invocation
    const moved = planChanged(this.#shown, plan)
    if (moved === undefined) return true
    print('the plan has changed since you saw it; the differences:')
    if (moved.plan.changes.length > 0) print(planAsText(moved.plan, this.#invocation))
    for (const path of moved.gone) print(`${path} would not change any more`)
    this.#shown = plan
    return saysYes('Do it anyway? [y/N] ', this.#invocation, PATIENCE)
  }
}

/**
 * Compares a plan with the one that was shown, by what they do to files.
 * @returns the plan with only those changes that are other ones now, and the files that would no longer change; undefined if
 * both plans do the same
 */
function planChanged(shown: Plan | undefined, now: Plan): { plan: Plan; gone: string[] } | undefined {
  const changes = newChanges(shown, now)
  const present = new Set(now.changes.map(({ path }) => path))
  const gone = shown?.changes.filter(({ path }) => !present.has(path)).map(({ path }) => path) ?? []
  return changes.length + gone.length === 0 ? undefined : { plan: { ...now, changes, drift: [] }, gone }
}

/** Changes of a plan that were not in the one that was shown. */
export function newChanges(shown: Plan | undefined, now: Plan): readonly Change[] {
  const known = new Set(shown?.changes.map(change => JSON.stringify(changeParts(change))))
  return now.changes.filter(change => !known.has(JSON.stringify(changeParts(change))))
}

import type { Context } from '../plan/context.ts'
import { databaseLoader } from '../plan/expand.ts'
import type { Plan } from '../plan/plan.ts'
import { managersOf } from '../system/service/one-shot.ts'
import { collectAdjustments } from './adjust.ts'
import { distinct, readPending, requestsOfPlan } from './requests.ts'

/** The adjustments that committing a plan would cause, with those pending from earlier events. */
export function wouldAdjust(context: Context, plan: Plan): { service: string; command: string }[] {
  const configuration = databaseLoader(context)('configuration')
  const requests = distinct([...readPending(context.places), ...requestsOfPlan(plan)])
  const managerOf = managersOf(configuration, context.places, context.system)
  const { adjustments } = collectAdjustments(requests, configuration)
  return adjustments.flatMap(({ service, unit, actions }) =>
    actions.map(action => ({ service, command: managerOf(unit).describe(unit, action) })),
  )
}

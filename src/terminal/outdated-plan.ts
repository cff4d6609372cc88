import { refusal } from '../base/failure.ts'

/**
 * Refuses a plan that is not the one that was shown.
 * @throws Failure (refused)
 */
export function refuseOutdatedPlan(id: string, wanted: string | undefined): void {
  if (wanted === undefined || wanted === id) return
  throw refusal(`plan ${wanted} is out of date: databases, templates or files have changed since`, {
    hint: 'Nothing was changed. Look at the plan again with --dry-run.',
  })
}

import type { Plan } from '../plan/plan.ts'
import type { PropertyChange } from '../state/history/entry.ts'
import type { Request } from '../system/service/adjustment.ts'
import type { Transaction } from './transaction.ts'

/**
 * Restores files and databases, both or neither.
 * @param changes of properties
 * @param requests of services, in addition to what the files notify
 * @returns the exit status
 */
export async function restoreState(
  plan: Plan,
  changes: readonly PropertyChange[],
  transaction: Transaction,
  requests: readonly Request[] = [],
): Promise<number> {
  return transaction.conclude(async () => {
    await transaction.commit(plan, requests, changes)
    transaction.takeSnapshot()
    await transaction.adjust(requests)
  })
}

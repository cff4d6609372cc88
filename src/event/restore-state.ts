import type { PropertyChange } from '../history/entry.ts'
import type { Restoration } from '../history/restore.ts'
import type { Request } from './adjust.ts'
import type { Transaction } from './transaction.ts'

/**
 * Carries a restoration out. Files first: when they are refused, the databases have not moved either.
 * @param databases takes the databases back
 * @param requests asked of services, beside what the files notify
 * @returns the exit status
 */
export async function restoreState(
  { plan }: Restoration,
  transaction: Transaction,
  databases: () => readonly PropertyChange[],
  requests: readonly Request[] = [],
): Promise<number> {
  return transaction.conclude(async () => {
    await transaction.commit(plan)
    databases()
    transaction.takeSnapshot()
    await transaction.adjust(requests)
  })
}

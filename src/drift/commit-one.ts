import type { Context } from '../apply/context.ts'
import type { Deed } from '../event/deed.ts'
import type { Turn } from '../event/one-at-a-time.ts'
import type { Reporter } from '../event/report.ts'
import { Transaction } from '../event/transaction.ts'
import type { Plan } from '../plan/plan.ts'

/** What a command has while it is its turn. */
export interface Work {
  readonly context: Context
  readonly turn: Turn
  readonly report: Reporter
}

/**
 * Commits the plan of one file that was named, behind the usual barrier, with an entry in the history. Changes of
 * properties that wait go on waiting.
 * @returns the exit status
 */
export async function commitOne({ context, turn, report }: Work, deed: Deed, plan: Plan): Promise<number> {
  const transaction = new Transaction(deed, { ...context, mayOverwrite: () => true }, turn, report)
  transaction.leaveDatabases()
  return transaction.conclude(async () => {
    await transaction.commit(plan)
    await transaction.adjust([])
  })
}

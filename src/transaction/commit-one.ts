import type { Context } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import type { Asked } from '../state/history/entry.ts'
import type { EventLock } from './event-lock.ts'
import type { Reporter } from './report.ts'
import { Transaction } from './transaction.ts'

/** What a command has while it holds the event lock. */
export interface Work {
  readonly context: Context
  readonly turn: EventLock
  readonly report: Reporter
}

/**
 * Commits the plan of one named file, after the usual checks, with a history entry. Pending property changes stay pending.
 * @returns the exit status
 */
export async function commitOne({ context, turn, report }: Work, asked: Asked, plan: Plan): Promise<number> {
  const transaction = new Transaction({ asked }, { ...context, mayOverwrite: () => true }, turn, report)
  transaction.leaveDatabases()
  return transaction.conclude(async () => {
    await transaction.commit(plan)
    await transaction.adjust([])
  })
}

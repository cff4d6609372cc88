import { caller } from '../system/accounts.ts'
import { beginChange } from '../transaction/before-change.ts'
import type { Work } from '../transaction/commit-one.ts'
import { NO_EVENT_LOCK, takeEventLock } from '../transaction/event-lock.ts'
import type { Invocation } from './command.ts'
import { reporter } from './reporter.ts'
import { contextOf } from './run-context.ts'

/** Runs a command that changes files once no other one is running; a dry run at once. */
export async function withEventLock<Result>(
  invocation: Invocation,
  command: string,
  work: (work: Work) => Promise<Result>,
): Promise<Result> {
  const { places, system } = invocation
  const report = reporter(invocation)
  const context = contextOf(invocation)
  if (system.dryRun) return work({ context, turn: NO_EVENT_LOCK, report })
  invocation.log('info', `${command} by ${caller(system.env).user}`)
  const turn = takeEventLock(invocation, command)
  try {
    await beginChange(places, system, turn, report)
    return await work({ context, turn, report })
  } finally {
    turn.release()
  }
}

import { caller } from '../system/accounts.ts'
import { beginChange } from '../transaction/before-change.ts'
import { takeEventLock } from '../transaction/event-lock.ts'
import type { Work } from '../transaction/run.ts'
import type { Invocation } from './command.ts'
import { reporter } from './reporter.ts'
import { contextOf } from './run-context.ts'

/** Runs a command that changes files once no other one is running. */
export async function withEventLock<Result>(
  invocation: Invocation,
  command: string,
  work: (work: Work) => Promise<Result>,
): Promise<Result> {
  const { places, system } = invocation
  const report = reporter(invocation)
  const context = contextOf(invocation)
  invocation.log('info', `${command} by ${caller(system.env).user}`)
  const turn = takeEventLock(invocation, command)
  try {
    await beginChange(places, system, turn, report)
    return await work({ context, turn, report })
  } finally {
    turn.release()
  }
}

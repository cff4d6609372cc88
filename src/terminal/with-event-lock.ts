import { caller } from '../system/accounts.ts'
import { changeFiles } from '../transaction/before-change.ts'
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
  return changeFiles({ places, system, report }, command, ({ turn }) => work({ context, turn, report }))
}

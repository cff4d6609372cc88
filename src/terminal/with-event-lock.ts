import { caller } from '../system/accounts.ts'
import { changeFiles, repair } from '../transaction/before-change.ts'
import { holdingEventLock } from '../transaction/event-lock.ts'
import type { EventReport } from '../transaction/report.ts'
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

/** Runs a command that changes no generated file: once no other one is running and what was interrupted is repaired. */
export async function withRepair(
  { places, system, printError }: Invocation,
  command: string,
  work: () => number,
): Promise<number> {
  const report = (entry: EventReport) => entry.kind === 'recovered' && printError(entry.message)
  return holdingEventLock({ places, system, report }, command, means => {
    repair(means)
    return work()
  })
}

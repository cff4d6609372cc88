import { caller } from '../system/accounts.ts'
import { changeFiles, repair } from '../transaction/before-change.ts'
import { holdingEventLock } from '../transaction/event-lock.ts'
import type { Reporter } from '../transaction/report.ts'
import type { Invocation } from './command.ts'

// Commands that make no files: they need nothing of templates and plans.

/** Runs a command that changes no generated file: once no other one is running and what was interrupted is repaired. */
export async function withRepair(invocation: Invocation, command: string, work: () => number): Promise<number> {
  const { places, system } = invocation
  return holdingEventLock({ places, system, report: tell(invocation) }, command, means => {
    repair(means)
    return work()
  })
}

/** As {@link withRepair}, while nothing waits for a confirmation, either. @throws Failure (refused) if something does */
export async function withNothingWaiting<Result>(
  invocation: Invocation,
  command: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const { places, system, log } = invocation
  log('info', `${command} by ${caller(system.env).user}`)
  return changeFiles({ places, system, report: tell(invocation) }, command, work)
}

/** What was done first, and what is odd. */
function tell({ printError, warn, log }: Invocation): Reporter {
  return report => {
    if (!('message' in report)) return
    if (report.kind === 'warning') warn(report.message)
    else printError(report.message)
    log('warning', report.message)
  }
}

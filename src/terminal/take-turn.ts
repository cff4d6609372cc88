import { type Context, makeContext } from '../plan/context.ts'
import { DryRunSystem } from '../system/dry-run-system.ts'
import { RealSystem } from '../system/real-system.ts'
import { beginChange } from '../transaction/before-change.ts'
import { NO_TURN, type Turn, takeTurn } from '../transaction/event-lock.ts'
import { userName } from '../transaction/history-record.ts'
import type { EventReport } from '../transaction/report.ts'
import { type Invocation, judging, onlyLooks } from './command.ts'
import { namedToOverwrite } from './overwrite.ts'
import { reporter } from './reporter.ts'

/** What a command that changes files needs, while it has the turn. */
export interface Work {
  readonly context: Context
  readonly turn: Turn
  readonly report: (report: EventReport) => void
  /** Only looks, and perhaps asks the checkers. */
  readonly dryRun: boolean
}

/** Runs a command that changes files when its turn has come; with `--dry-run` or `--check` at once, changing nothing. */
export async function inTurn<Result>(
  invocation: Invocation,
  command: string,
  work: (work: Work) => Promise<Result>,
): Promise<Result> {
  const { places, printError } = invocation
  const dryRun = onlyLooks(invocation)
  const report = reporter(invocation, dryRun)
  const warn = (message: string) => printError(`warning: ${message}`)
  const mayOverwrite = namedToOverwrite(invocation)
  if (dryRun) {
    const context = {
      ...makeContext(places, new DryRunSystem(places.root), warn),
      mayOverwrite,
      ...judging(invocation),
    }
    return work({ context, turn: NO_TURN, report, dryRun })
  }
  invocation.log('info', `${command} by ${userName()}`)
  const system = new RealSystem(places.root)
  const turn = takeTurn(places, command)
  try {
    await beginChange(places, system, turn, report)
    return await work({ context: { ...makeContext(places, system, warn), mayOverwrite }, turn, report, dryRun })
  } finally {
    turn.release()
  }
}

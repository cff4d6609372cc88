import type { AdjustmentRecord } from '../state/history/entry.ts'
import type { AdjustmentResult } from '../system/service/adjustment.ts'
import type { Reporter } from './report.ts'

/** Problems of a run, and service adjustments: shown at once, and kept for the history. */
export class RunLog {
  readonly problems: string[] = []
  readonly adjustments: AdjustmentRecord[] = []
  readonly report: Reporter

  constructor(report: Reporter) {
    this.report = report
  }

  /** Something went wrong that does not stop the rest. */
  note(problem: string): void {
    this.problems.push(problem)
    this.report({ kind: 'problem', message: problem })
  }

  /** The result of adjusting a service. */
  adjusted(result: AdjustmentResult): void {
    const { service, command, problem } = result
    this.report({ kind: 'service', result })
    this.adjustments.push({ service, command, problem: problem ?? null })
    if (problem !== undefined) this.problems.push(`adjusting ${service} failed: ${command}: ${problem}`)
  }
}

import { databaseLoader } from '../plan/expand.ts'
import { finishDespiteSignals } from '../system/interruption.ts'
import type { Request } from '../system/service/adjustment.ts'
import { collectAdjustments } from './adjust.ts'
import { distinct, joinRequests, readPending, takeJoined, without, writePending } from './requests.ts'
import type { Run } from './run.ts'
import type { RunWindow } from './run-window.ts'
import { type RollBack, ServiceRun } from './service-run.ts'

/** What one run asks of services, with what earlier events left over and joined ones hand over. */
export class RunServices {
  /** All that were adjusted so far. */
  readonly done: ServiceRun[] = []
  readonly #run: Run
  readonly #window: RunWindow

  constructor(run: Run, window: RunWindow) {
    this.#run = run
    this.#window = window
  }

  /** What boots afterwards reads the new files anyway. */
  forget(requests: readonly Request[]): void {
    const { places } = this.#run.context
    const joined = this.#run.turn.joined ? [] : takeJoined(places)
    const mine = new Set([...requests, ...joined].map(({ service }) => service))
    writePending(
      places,
      readPending(places).filter(({ service }) => !mine.has(service)),
    )
  }

  /**
   * @param withPending those too that earlier events left over
   * @param rollBack undefined: no file was changed that services read
   */
  async adjust(asked: readonly Request[], withPending: boolean, rollBack: RollBack | undefined): Promise<void> {
    const { context, turn, report, log } = this.#run
    const { places } = context
    if (turn.joined) return joinRequests(places, asked)
    const joined = takeJoined(places)
    const requests = distinct([...(withPending ? readPending(places) : []), ...asked, ...joined])
    if (requests.length === 0) return
    const configuration = databaseLoader(context)('configuration')
    const { adjustments, warnings, problems } = collectAdjustments(requests, configuration)
    for (const message of warnings) report({ kind: 'warning', message })
    for (const message of problems) log.note(message)
    finishDespiteSignals()
    this.#window.remember(requests)
    const services = new ServiceRun(adjustments, configuration, this.#run)
    this.done.push(services)
    const failed = await services.adjust(rollBack)
    const again = requests.filter(({ service }) => failed.has(service))
    // What waits for longer stays; what has just had its turn (a joined event noted it too) does not.
    const waiting = withPending ? [] : without(readPending(places), requests)
    writePending(places, distinct([...waiting, ...again]))
    if (failed.size > 0) report({ kind: 'remembered', services: [...failed] })
  }
}

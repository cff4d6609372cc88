import { millisecondsOf } from '../base/time.ts'
import type { Adjustment } from '../system/service/adjustment.ts'
import { isIll } from '../system/service/crashes.ts'
import type { ServiceManager, Unit } from '../system/service/manager.ts'
import type { Run } from './run.ts'

/**
 * Tells what the service manager says of services that do not run, or could not be adjusted: a rollback or the next start of the
 * service replaces it.
 * @param failed those whose adjustment failed
 */
export async function tellWhy(
  adjustments: readonly Adjustment[],
  failed: readonly Adjustment[],
  managerOf: (unit: Unit) => ServiceManager,
  { context: { system }, log }: Run,
): Promise<void> {
  const options = { cwd: '/', timeout: millisecondsOf(system.env.GABARIT_SERVICE_TIMEOUT, 90_000) }
  const ask = (command: readonly string[]) => system.ask(command, options)
  for (const one of adjustments) {
    const { service, unit, actions } = one
    const manager = managerOf(unit)
    if (manager.oneShot === true || manager.idle === true || actions.includes('stop')) continue
    if (!failed.includes(one) && !(await isIll(manager, ask, unit))) continue
    const reason = await manager.why?.(ask, unit)
    if (reason !== undefined) log.note(`${service}: ${reason.words}\n${reason.wayOut}`)
  }
}

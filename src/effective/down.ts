import type { Records } from '../db/record.ts'
import { lastWell } from '../state/well.ts'
import type { Places } from '../system/places.ts'
import { isIll } from '../system/service/crashes.ts'
import { managersOf } from '../system/service/one-shot.ts'
import { unitOf } from '../system/service/unit-of.ts'
import type { System } from '../system/system.ts'
import type { Difference } from './difference.ts'
import { heldPorts } from './held-ports.ts'
import type { Probe } from './probes.ts'

/** Time limit of a question to a service manager, in milliseconds. */
const TIMEOUT = 20_000

/**
 * The enabled services that do not run, though their manager has them. Other probes have nothing to ask of them. A service
 * without a process has a probe for what it loads.
 */
export async function servicesDown(configuration: Records, places: Places, system: System): Promise<Difference[]> {
  const managerOf = managersOf(configuration, places, { env: system.env, dryRun: false })
  const ask = (command: readonly string[]) => system.ask(command, { cwd: '/', timeout: TIMEOUT })
  const enabled = [...configuration.values()].filter(
    ({ type, properties }) => type === 'service' && properties.get('status') === 'enabled',
  )
  const looks = enabled.map(async (record): Promise<Difference[]> => {
    const unit = unitOf(record)
    const manager = managerOf(unit)
    const isDown = manager.oneShot !== true && (await isIll(manager, ask, unit, lastWell(places, record.key)))
    if (!isDown || (await manager.isUnknown?.(ask, unit)) === true) return []
    const held = await heldPorts(manager, ask, unit, record, configuration, places)
    const start = `To start it: ${manager.describe(unit, 'start')}`
    const { words = `${unit.name} is stopped`, wayOut = start } = (await manager.why?.(ask, unit)) ?? {}
    const probe: Probe = { name: 'running', record, how: { when: 'after', ask: [], answer: 'value' }, properties: [] }
    const what = { record: record.key, property: 'status', wanted: 'enabled', holds: words }
    return [
      {
        ...{ ...what, probe, winner: '', wayOut, warns: false },
        sentence: `${record.key} does not run${held}: ${words}`,
      },
    ]
  })
  return (await Promise.all(looks)).flat()
}

import type { DbRecord, Records } from '../db/record.ts'
import { lastWell } from '../state/well.ts'
import type { Places } from '../system/places.ts'
import { portHolders } from '../system/processes.ts'
import { isIll } from '../system/service/crashes.ts'
import { managersOf } from '../system/service/one-shot.ts'
import { unitOf } from '../system/service/unit-of.ts'
import type { System } from '../system/system.ts'
import { portsOf } from './held-ports.ts'

/** Time limit of a question to a service manager, in milliseconds. */
const TIMEOUT = 20_000

/** What an enabled service does now. */
export interface Running {
  readonly service: string
  /** `loaded`: it has no process, and what it sets up is in effect. `unknown`: nobody can tell. */
  readonly state: 'running' | 'loaded' | 'stopped' | 'unknown'
  /** Since when, in milliseconds since 1970. */
  readonly since: number | undefined
  readonly ports: readonly Port[]
}

/** A port that a service has by its record. */
interface Port {
  /** `tcp 443`; a range is `tcp 6000:6010` */
  readonly port: string
  /** The process that listens there; empty: it is not seen. Undefined: nobody listens, or it is a range. */
  readonly listens: string | undefined
}

/**
 * Asks the service manager and the kernel what the enabled services do, in the order of their names. Records that are no service of
 * the manager, such as those of certificates, are left out.
 */
export async function servicesNow(configuration: Records, places: Places, system: System): Promise<Running[]> {
  const managerOf = managersOf(configuration, places, { env: system.env, dryRun: false })
  const ask = (command: readonly string[]) => system.ask(command, { cwd: '/', timeout: TIMEOUT })
  const enabled = [...configuration.values()].filter(
    ({ type, properties }) => type === 'service' && properties.get('status') === 'enabled',
  )
  // Below another root, the ports of this machine say nothing.
  const holders = places.root === '/' ? portHolders() : new Map<string, string>()
  const looks = enabled.map(async (record): Promise<Running[]> => {
    const unit = unitOf(record)
    const manager = managerOf(unit)
    const up = await manager.isUp(ask, unit)
    if (up === false && (await manager.isUnknown?.(ask, unit)) === true) return []
    const ill =
      up === true && manager.oneShot !== true && (await isIll(manager, ask, unit, lastWell(places, record.key)))
    const state = up === undefined ? 'unknown' : !up || ill ? 'stopped' : manager.oneShot ? 'loaded' : 'running'
    const since = state === 'running' ? await manager.since?.(ask, unit) : undefined
    return [{ service: record.key, state, since, ports: held(record) }]
  })
  return (await Promise.all(looks)).flat().sort((one, other) => (one.service < other.service ? -1 : 1))

  function held(record: DbRecord): Port[] {
    return portsOf(record, configuration, places).map(words => ({
      port: words.join(' '),
      listens: holders.get(words.join(' ')),
    }))
  }
}

import { setTimeout as pause } from 'node:timers/promises'
import { orUndefined } from '../base/failure.ts'
import type { DbRecord, Records } from '../db/record.ts'
import { recordsOf } from '../db/store.ts'
import type { Paths } from '../system/places.ts'
import { holderOf } from '../system/processes.ts'
import type { Run, ServiceManager, Unit } from '../system/service/manager.ts'
import { viewOf } from '../template/databases.ts'
import { type ServicePort, servicePorts } from '../template/services.ts'
import { webPorts } from '../template/web-front.ts'

/** A service in a loop is down for most of the time. */
const LOOKS = 15
const PAUSE = 100

/**
 * Who holds the ports of a service that does not run, as the end of a sentence; empty if nobody is seen. While a service in a loop
 * is up, it may hold them itself.
 */
export async function heldPorts(
  manager: ServiceManager,
  run: Run,
  unit: Unit,
  record: DbRecord,
  configuration: Records,
  places: Paths,
): Promise<string> {
  for (let look = 0; look < LOOKS; look++) {
    if ((await manager.isUp(run, unit)) === false) return holders(portsOf(record, configuration, places))
    await pause(PAUSE)
  }
  return ''
}

/** The ports of a service that is on; none if a record is wrong, which others tell. */
export function portsOf(record: DbRecord, configuration: Records, places: Paths): readonly ServicePort[] {
  const find = () => webPorts(record.key, configuration, recordsOf(places, 'proxies')) ?? servicePorts(viewOf(record))
  return orUndefined(find) ?? []
}

function holders(ports: readonly ServicePort[]): string {
  const held = ports.map(([protocol, port]) => {
    const holder = holderOf(protocol, Number(port))
    return holder === undefined ? '' : `: ${protocol} port ${port} is held by ${holder}`
  })
  return held.join('')
}

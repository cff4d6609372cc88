import { setTimeout as pause } from 'node:timers/promises'
import { orUndefined } from '../base/failure.ts'
import type { DbRecord } from '../db/record.ts'
import { holderOf } from '../system/processes.ts'
import type { Run, ServiceManager, Unit } from '../system/service/manager.ts'
import { viewOf } from '../template/databases.ts'
import { servicePorts } from '../template/services.ts'

/** A service in a loop is down for most of the time. */
const LOOKS = 15
const PAUSE = 100

/**
 * Who holds the ports of a service that does not run, as the end of a sentence; empty if nobody is seen. While a service in a loop
 * is up, it may hold them itself.
 */
export async function heldPorts(manager: ServiceManager, run: Run, unit: Unit, record: DbRecord): Promise<string> {
  for (let look = 0; look < LOOKS; look++) {
    if ((await manager.isUp(run, unit)) === false) return holders(record)
    await pause(PAUSE)
  }
  return ''
}

function holders(record: DbRecord): string {
  const ports = orUndefined(() => servicePorts(viewOf(record)))
  const held = (ports ?? []).map(([protocol, port]) => {
    const holder = holderOf(protocol, Number(port))
    return holder === undefined ? '' : `: ${protocol} port ${port} is held by ${holder}`
  })
  return held.join('')
}

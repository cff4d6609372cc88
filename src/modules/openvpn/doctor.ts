import { daysLeft, sayWhen } from '../../base/time.ts'
import { type Diagnosis, ok, orOk, type Patient } from '../../terminal/module.ts'
import { type Ending, enabledClients, endingClients, expiriesOf } from './expiry.ts'
import { readServers } from './servers.ts'

/** What ends there lets nobody in any more. */
export function serverEnds({ places, now }: Patient): readonly Diagnosis[] {
  const vpn = readServers(places)
  const servers = vpn.servers.filter(server => server.enabled)
  if (servers.length === 0) return ok('no VPN server is enabled')
  return orOk(
    expiriesOf({ ...vpn, servers }).flatMap(ending => diagnosis(ending, now)),
    'what the VPN servers need is there and valid',
  )
}

/** A day is left to the nightly renewal before anything is said. */
function diagnosis({ what, file, end, days, command }: Ending, now: number): Diagnosis[] {
  const help = command === undefined ? {} : { command }
  if (end === undefined) return [{ level: 'error', message: `${what}: ${file} is missing`, ...help }]
  const left = daysLeft(end, now)
  if (left < 0) return [{ level: 'error', message: `${what} has ended: nobody gets in`, ...help }]
  return left >= days - 1 ? [] : [{ level: 'warning', message: `${what} ends ${sayWhen(end, now)}`, ...help }]
}

/** Clients whose certificate must be renewed. */
export function clientEnds({ places, now }: Patient): readonly Diagnosis[] {
  return orOk(
    endingClients(places, enabledClients(places), readServers(places).renewDays, now).map(name => ({
      level: 'warning',
      message: `the certificate of the VPN client ${name} ends soon, or has ended`,
      command: `signal-event vpn-client-renew ${name}`,
    })),
    'no certificate of a VPN client ends soon',
  )
}

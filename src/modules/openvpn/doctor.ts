import { daysLeft, sayWhen } from '../../base/time.ts'
import { type CheckedServer, type Diagnosis, ok, orOk } from '../../terminal/module.ts'
import { type Expiring, enabledClients, endingClients, expiriesOf } from './expiry.ts'
import { readServers } from './servers.ts'

/** Checks the files of the servers: once something expires there, nobody can connect. */
export function serverEnds({ places, now }: CheckedServer): readonly Diagnosis[] {
  const vpn = readServers(places)
  const servers = vpn.servers.filter(server => server.enabled)
  if (servers.length === 0) return ok('no VPN server is enabled')
  return orOk(
    expiriesOf({ ...vpn, servers }).flatMap(ending => diagnosis(ending, now)),
    'the files of the VPN servers exist and are valid',
  )
}

/** The nightly renewal gets one day before anything is reported. */
function diagnosis({ what, file, end, days, command }: Expiring, now: number): Diagnosis[] {
  const help = command === undefined ? {} : { command }
  if (end === undefined) return [{ level: 'error', message: `${what}: ${file} is missing`, ...help }]
  const left = daysLeft(end, now)
  if (left < 0) return [{ level: 'error', message: `${what} has expired: nobody can connect`, ...help }]
  return left >= days - 1 ? [] : [{ level: 'warning', message: `${what} expires ${sayWhen(end, now)}`, ...help }]
}

/** Clients whose certificate must be renewed. */
export function clientEnds({ places, now }: CheckedServer): readonly Diagnosis[] {
  return orOk(
    endingClients(places, enabledClients(places), readServers(places).renewDays, now).map(name => ({
      level: 'warning',
      message: `the certificate of the VPN client ${name} expires soon, or has expired`,
      command: `signal-event vpn-client-renew ${name}`,
    })),
    'no VPN client certificate expires soon',
  )
}

import { compareFiles } from '../../base/certificate.ts'
import { Failure, orFailure } from '../../base/failure.ts'
import { daysLeft, sayWhen } from '../../base/time.ts'
import { recordsOf } from '../../db/store.ts'
import type { Places } from '../../system/places.ts'
import { bytesOf, exists } from '../../system/read-files.ts'
import { type CheckedServer, type Diagnosis, ok, orOk } from '../../terminal/module.ts'
import { certificateEnd, latestByName, listEnd, pkiFolder, readIndex } from './pki.ts'
import { readServers, type Vpn, type VpnServer } from './servers.ts'

/** Something that a VPN server needs and that expires. */
export interface Expiring {
  /** `certificate of openvpn`, `revocation list of openvpn` … */
  readonly what: string
  readonly file: string
  /** Undefined if the file is missing. */
  readonly end: Date | undefined
  /** How many days before it expires a new one is due. */
  readonly days: number
  /** The command that renews it; undefined for the authority, with which all profiles expire. */
  readonly command: string | undefined
}

/**
 * What the servers need, with its expiry.
 * @throws Failure for a file with something else
 */
export function expiriesOf({ servers, renewDays, certificateDays }: Vpn): Expiring[] {
  return servers.flatMap(({ name, caFile, certFile, crlFile }) => {
    const [days, command] = [renewDays, 'signal-event openvpn-update']
    return [
      { what: `authority of ${name}`, file: caFile, end: certificateEnd(caFile), days, command: undefined },
      { what: `certificate of ${name}`, file: certFile, end: certificateEnd(certFile), days: certificateDays, command },
      { what: `revocation list of ${name}`, file: crlFile, end: listEnd(crlFile), days, command },
    ]
  })
}

/** Names of the enabled clients. */
export function enabledClients(places: Places): string[] {
  const records = recordsOf(places, 'vpn')
  return [...records.values()].filter(({ properties }) => properties.get('status') === 'enabled').map(({ key }) => key)
}

/** Names of clients whose certificates expire within some days, or have expired. */
export function endingClients(places: Places, names: Iterable<string>, days: number, now: number): string[] {
  const certificates = latestByName(readIndex(pkiFolder(places)))
  return [...names].filter(name => {
    const certificate = certificates.get(name)
    return (
      certificate !== undefined &&
      certificate.revoked === undefined &&
      daysLeft(certificate.until, now) < Math.max(days, 1)
    )
  })
}

/** Checks the files of the servers: once something expires there, nobody can connect. */
export function serverEnds({ places, now }: CheckedServer): readonly Diagnosis[] {
  const vpn = readServers(places)
  const servers = vpn.servers.filter(server => server.enabled)
  if (servers.length === 0) return ok('no VPN server is enabled')
  return orOk(
    [...servers.flatMap(mismatch), ...expiriesOf({ ...vpn, servers }).flatMap(ending => diagnosis(ending, now))],
    'the files of the VPN servers exist and are valid',
  )
}

/** A server does not start with the key of another certificate. */
function mismatch({ certFile: crt, keyFile: key }: VpnServer): Diagnosis[] {
  if (!exists(crt) || !exists(key)) return []
  const failure = orFailure(() => compareFiles({ crt, key }, bytesOf))
  return failure instanceof Failure ? [{ level: 'error', message: failure.describe() }] : []
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

import { daysLeft } from '../../base/time.ts'
import { recordsOf } from '../../db/store.ts'
import type { Places } from '../../system/places.ts'
import { certificateEnd, latestByName, listEnd, pkiFolder, readIndex } from './pki.ts'
import type { Vpn } from './servers.ts'

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

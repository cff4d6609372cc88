import { daysLeft } from '../../base/time.ts'
import { readDatabase } from '../../db/store.ts'
import { databaseFile, type Places } from '../../system/places.ts'
import { certificateEnd, latestByName, listEnd, pkiFolder, readIndex } from './pki.ts'
import type { Vpn } from './servers.ts'

/** Something that a VPN server needs and that ends one day. */
export interface Ending {
  /** `certificate of openvpn`, `revocation list of openvpn` … */
  readonly what: string
  readonly file: string
  /** Undefined when the file is missing. */
  readonly end: Date | undefined
  /** How many days before its end a new one is due. */
  readonly days: number
  /** The command that brings a new one; undefined for the authority: all profiles end with it. */
  readonly command: string | undefined
}

/**
 * What the servers need, with its end.
 * @throws Failure for a file that is something else
 */
export function expiriesOf({ servers, renewDays, certificateDays }: Vpn): Ending[] {
  return servers.flatMap(({ name, caFile, certFile, crlFile }) => {
    const [days, command] = [renewDays, 'signal-event openvpn-update']
    return [
      { what: `authority of ${name}`, file: caFile, end: certificateEnd(caFile), days, command: undefined },
      { what: `certificate of ${name}`, file: certFile, end: certificateEnd(certFile), days: certificateDays, command },
      { what: `revocation list of ${name}`, file: crlFile, end: listEnd(crlFile), days, command },
    ]
  })
}

/** Names of the clients that are enabled. */
export function enabledClients(places: Places): string[] {
  const records = readDatabase(databaseFile(places, 'vpn')) ?? new Map()
  return [...records.values()].filter(({ properties }) => properties.get('status') === 'enabled').map(({ key }) => key)
}

/** Names of clients whose certificates end within some days, or have ended. */
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

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { orUndefined } from '../../../base/failure.ts'
import { daysLeft } from '../../../base/time.ts'
import { requestOf } from '../../../system/openssl.ts'
import type { Places } from '../../../system/places.ts'
import { FLEET_FILES, fleetFile, fleetState, type Member } from '../member.ts'
import { certificateKey } from '../store/keys.ts'
import type { Store } from '../store/store.ts'

/** Days before the end of its certificate when a host asks for another one. */
const EARLY = 365

/** The certificate by which this host reaches the store; undefined if it is missing or damaged. */
export function certificateHere(places: Places): X509Certificate | undefined {
  return orUndefined(() => new X509Certificate(fleetFile(places, 'certificate')))
}

/** Days until a certificate ends. */
export function daysOf(certificate: X509Certificate): number {
  return daysLeft(new Date(certificate.validTo), Date.now())
}

/** Gets this host another certificate before its own ends: it asks with its reports, and a controller answers. */
export class Renewal {
  readonly #places: Places
  readonly #member: Pick<Member, 'fleet' | 'host'>
  /** The same with each report: a controller answers it once. */
  #request = ''

  constructor(places: Places, member: Pick<Member, 'fleet' | 'host'>) {
    this.#places = places
    this.#member = member
  }

  /** What the report asks for, in PEM; empty while the certificate lasts. */
  async request(): Promise<string> {
    const certificate = certificateHere(this.#places)
    if (certificate === undefined || daysOf(certificate) > EARLY) return ''
    const { fleet, host } = this.#member
    const key = fleetState(this.#places).path(FLEET_FILES.key)
    this.#request ||= await requestOf(key, `/O=gabarit fleet ${fleet}/OU=${host}`)
    return this.#request
  }

  /** Takes the answer, if there is one. @returns whether this host has another certificate now */
  async take(store: Store): Promise<boolean> {
    const { value = '' } = (await store.get(certificateKey(this.#member.host))) ?? {}
    const certificate = orUndefined(() => new X509Certificate(value))
    if (certificate === undefined || daysOf(certificate) <= EARLY || !this.#isOurs(certificate)) return false
    fleetState(this.#places).write(FLEET_FILES.certificate, value)
    return true
  }

  #isOurs(certificate: X509Certificate): boolean {
    const authority = new X509Certificate(fleetFile(this.#places, 'authority'))
    return (
      certificate.verify(authority.publicKey) &&
      certificate.checkPrivateKey(createPrivateKey(fleetFile(this.#places, 'key')))
    )
  }
}

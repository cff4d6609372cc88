import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { derElements } from '../../base/der.ts'
import { Failure } from '../../base/failure.ts'
import { below, type Places } from '../../system/places.ts'
import { textOf } from '../../system/read-files.ts'

/** A certificate signed by the authority, as listed in its index. */
export interface Signed {
  readonly name: string
  readonly serial: string
  /** Neither revoked nor written off as expired. */
  readonly valid: boolean
  readonly until: Date
  readonly revoked: Date | undefined
}

/** The folder of the PKI; a link, so that it can be replaced atomically. */
export function pkiFolder(places: Places): string {
  return below(places, '/etc/openvpn/easy-rsa/pki')
}

/** All certificates ever signed by the PKI in a folder, in order, read from a single file; none if there is no PKI. */
export function readIndex(folder: string): Signed[] {
  const text = textOf(join(folder, 'index.txt')) ?? ''
  return text.split('\n').flatMap(line => {
    // State, end, revocation and its reason, serial number, "unknown", subject: openssl-ca(1).
    const [state = '', until = '', revoked = '', serial = '', , subject = ''] = line.split('\t')
    const name = /\/CN=([^/]+)/.exec(subject)?.[1]
    if (!/^[VRE]$/.test(state) || name === undefined) return []
    const when = revoked.split(',')[0] ?? ''
    const dates = { until: indexTime(until), revoked: when === '' ? undefined : indexTime(when) }
    return [{ name, serial, valid: state === 'V', ...dates }]
  })
}

/** The relevant certificate of each name: the last valid one, else the last one. */
export function latestByName(signed: readonly Signed[]): Map<string, Signed> {
  const latest = new Map<string, Signed>()
  for (const certificate of signed) {
    const known = latest.get(certificate.name)
    if (known === undefined || certificate.revoked === undefined || known.revoked !== undefined)
      latest.set(certificate.name, certificate)
  }
  return latest
}

/** `290227214517Z` (years from 1950 on), or with four digits of the year from 2050 on: RFC 5280 §4.1.2.5. */
function indexTime(text: string): Date {
  const [, year = '', month, day, hour, minute, second] =
    /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text) ?? []
  const full = year.length === 4 ? year : `${Number(year) < 50 ? 20 : 19}${year}`
  return new Date(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

/** When a certificate expires; undefined if the file is missing. */
export function certificateEnd(file: string): Date | undefined {
  const text = textOf(file)
  if (text === undefined) return undefined
  try {
    return new Date(new X509Certificate(text).validTo)
  } catch (error) {
    throw new Failure('this is not a certificate', { where: file, cause: error })
  }
}

/** When a revocation list expires, after which nobody can connect; undefined if the file is missing. */
export function listEnd(file: string): Date | undefined {
  const text = textOf(file)
  if (text === undefined) return undefined
  const next = listFields(text).filter(({ tag }) => tag === UTC_TIME || tag === GENERALIZED_TIME)[1]
  if (next === undefined) throw new Failure('this is not a revocation list', { where: file })
  return indexTime(next.content.toString('latin1'))
}

/** Whether a revocation list is by the authority with this certificate. */
export function isListOf(text: string, authority: X509Certificate): boolean {
  const [, issuer] = listFields(text).filter(({ tag }) => tag === SEQUENCE)
  // TBSCertificate: version, serial number, then the sequences signature, issuer, validity, subject (RFC 5280 §4.1).
  const [, , , subject] = signedFields(authority.raw).filter(({ tag }) => tag === SEQUENCE)
  return issuer !== undefined && subject?.content.equals(issuer.content) === true
}

/** The serial numbers in a revocation list; none in anything else. */
export function revokedIn(text: string): bigint[] {
  const [, , revoked] = listFields(text).filter(({ tag }) => tag === SEQUENCE)
  return (revoked ? derElements(revoked.content) : []).flatMap(({ content }) => {
    const [serial] = derElements(content)
    return serial === undefined ? [] : BigInt(`0x${serial.content.toString('hex')}`)
  })
}

/** TBSCertList: version, signature, issuer, thisUpdate, nextUpdate, revokedCertificates (RFC 5280 §5.1). */
function listFields(text: string) {
  const base64 = /-----BEGIN X509 CRL-----([\s\S]+?)-----END/.exec(text)?.[1]
  return signedFields(Buffer.from(base64 ?? '', 'base64'))
}

/** The fields of what is signed, in a certificate or a list. */
function signedFields(der: Buffer) {
  const within = (bytes: Buffer) => derElements(bytes)[0]?.content ?? Buffer.alloc(0)
  return derElements(within(within(der)))
}

const SEQUENCE = 0x30
const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18

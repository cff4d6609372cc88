import type { X509Certificate } from 'node:crypto'

/** Object identifier 2.5.29.35, the authority key identifier (RFC 5280 §4.2.1.1), in DER. */
const AUTHORITY_KEY = Buffer.from('0603551d23', 'hex')
const TAG = { boolean: 0x01, octets: 0x04, sequence: 0x30, keyIdentifier: 0x80 } as const

/**
 * The identifier of a certificate for an authority (RFC 9773 §4.1): the key identifier of its issuer and its serial number, each
 * in base64url, separated by a dot.
 * @returns undefined if the certificate has no key identifier of its issuer
 */
export function certificateId(certificate: X509Certificate): string | undefined {
  const key = authorityKey(certificate.raw)
  return key === undefined ? undefined : `${key.toString('base64url')}.${serial(certificate).toString('base64url')}`
}

/** The bytes of the serial number in DER: a leading zero keeps a number with the first bit set positive. */
function serial({ serialNumber }: X509Certificate): Buffer {
  const even = serialNumber.length % 2 === 0 ? serialNumber : `0${serialNumber}`
  return Buffer.from(/^[89a-f]/i.test(even) ? `00${even}` : even, 'hex')
}

/** Node exposes no extension except the alternative names, so this one is read from the DER itself. */
function authorityKey(der: Buffer): Buffer | undefined {
  for (let at = der.indexOf(AUTHORITY_KEY); at >= 0; at = der.indexOf(AUTHORITY_KEY, at + 1)) {
    let rest = der.subarray(at + AUTHORITY_KEY.length)
    if (rest[0] === TAG.boolean) rest = rest.subarray(3)
    const key = inner(inner(inner(rest, TAG.octets), TAG.sequence), TAG.keyIdentifier)
    if (key !== undefined && key.length > 0) return key
  }
  return undefined
}

/** The content of the first DER element, if it is of this kind. */
function inner(der: Buffer | undefined, tag: number): Buffer | undefined {
  const length = der?.[1]
  if (der === undefined || length === undefined || der[0] !== tag) return undefined
  // An identifier has about 20 bytes. The long form of lengths (at most two bytes) occurs if the issuer's names are included.
  const bytes = length < 0x80 ? 0 : length - 0x80
  if (bytes > 2) return undefined
  const size = bytes === 0 ? length : der.readUIntBE(2, bytes)
  const content = der.subarray(2 + bytes, 2 + bytes + size)
  return content.length === size ? content : undefined
}

import { X509Certificate } from 'node:crypto'
import { Failure, messageOf } from '../../base/failure.ts'

/** The certificates of a PEM text, in their order. */
export function readCertificates(pem: string, where: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  try {
    return blocks.map(block => new X509Certificate(block))
  } catch (error) {
    throw new Failure(`this is no certificate: ${messageOf(error)}`, { where, cause: error })
  }
}

/** The first certificate of a PEM text. */
export function readLeaf(pem: string, where: string): X509Certificate {
  const [leaf] = readCertificates(pem, where)
  if (leaf === undefined) throw new Failure('there is no certificate in this file', { where })
  return leaf
}

/** The DNS names that a certificate bears, in lower case. */
export function namesOf(certificate: X509Certificate): string[] {
  const found = (certificate.subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)
  return [...found].map(([, name = '']) => name.toLowerCase())
}

/** From when and until when a certificate holds. */
export interface Validity {
  readonly from: Date
  readonly until: Date
}

export function validityOf(certificate: X509Certificate): Validity {
  return { from: new Date(certificate.validFrom), until: new Date(certificate.validTo) }
}

/** True when both have the same names, in whatever order. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return new Set(a).size === new Set(b).size && b.every(name => a.includes(name))
}

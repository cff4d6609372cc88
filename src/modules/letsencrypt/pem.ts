import { X509Certificate } from 'node:crypto'
import { Failure, messageOf } from '../../base/failure.ts'

/** The certificates in a PEM text, in order. */
export function readCertificates(pem: string, where: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  try {
    return blocks.map(block => new X509Certificate(block))
  } catch (error) {
    throw new Failure(`this is not a certificate: ${messageOf(error)}`, { where, cause: error })
  }
}

/** The first certificate in a PEM text. */
export function readLeaf(pem: string, where: string): X509Certificate {
  const [leaf] = readCertificates(pem, where)
  if (leaf === undefined) throw new Failure('this file contains no certificate', { where })
  return leaf
}

/** The DNS names in a certificate, in lower case. */
export function namesOf(certificate: X509Certificate): string[] {
  const found = (certificate.subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)
  return [...found].map(([, name = '']) => name.toLowerCase())
}

/** The period in which a certificate is valid. */
export interface Validity {
  readonly from: Date
  readonly until: Date
}

export function validityOf(certificate: X509Certificate): Validity {
  return { from: new Date(certificate.validFrom), until: new Date(certificate.validTo) }
}

/** True if both have the same names, in any order. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return new Set(a).size === new Set(b).size && b.every(name => a.includes(name))
}

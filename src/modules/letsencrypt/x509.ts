import { createPrivateKey, type X509Certificate } from 'node:crypto'
import { isSignedBy, oneLine, readCertificates } from '../../base/certificate.ts'
import { Failure, orFailure, orUndefined } from '../../base/failure.ts'
import { sayTime } from '../../base/time.ts'
import type { Authority } from './world.ts'

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

/** An issued certificate, as PEM texts. */
export interface CertificateTexts {
  readonly cert: string
  /** The certificates of its issuers, nearest first. */
  readonly chain: string
  readonly key: string
}

/** Who should have issued it. */
interface Expected {
  readonly authority: Authority
  /** Issuers of the other authority's certificates: they must not have issued this one. */
  readonly foreignIssuers: readonly string[]
}

/**
 * Verifies that a certificate is usable: its key matches, each certificate in the chain has signed the previous one, the right
 * authority has issued it, and it is valid now.
 * @returns what is wrong, in words; nothing if it is correct
 */
export function verifyCertificate(
  leaf: X509Certificate,
  { chain, key }: CertificateTexts,
  expected: Expected,
  now: Date,
): string[] {
  const issuers = orFailure(() => readCertificates(chain, 'chain'))
  if (issuers instanceof Failure) return [issuers.message]
  return [
    ...fitProblems(leaf, issuers, key),
    ...issuerProblems(leaf, expected),
    ...lifetimeProblems([leaf, ...issuers], now),
  ]
}

/** Verifies that a private key and a chain belong to a certificate. @returns what is wrong, in words */
export function fitProblems(leaf: X509Certificate, chain: readonly X509Certificate[], key: string): string[] {
  return [...keyProblems(leaf, key), ...chainProblems([leaf, ...chain])]
}

function keyProblems(leaf: X509Certificate, key: string): string[] {
  const parsed = orUndefined(() => createPrivateKey(key))
  // OpenSSL's error message for an unreadable key is not helpful.
  if (parsed === undefined) return ['the private key cannot be read']
  return leaf.checkPrivateKey(parsed) ? [] : ['the private key does not match the certificate']
}

/** Verifies that a certificate contains all wanted names. @returns what is wrong, in words */
export function nameProblems(found: readonly string[], wanted: readonly string[]): string[] {
  const missing = wanted.filter(name => !found.includes(name))
  return missing.length === 0 ? [] : [`it does not contain ${missing.join(', ')}`]
}

function chainProblems(certificates: readonly X509Certificate[]): string[] {
  if (certificates.length < 2) return ['the chain of its issuers is missing']
  return certificates.slice(1).flatMap((issuer, index) => {
    const signed = certificates[index]
    if (signed === undefined || isSignedBy(signed, issuer)) return []
    return [`the chain is broken: ${oneLine(issuer.subject)} did not sign ${oneLine(signed.subject)}`]
  })
}

/** Let's Encrypt marks the names of its staging issuers (https://letsencrypt.org/docs/staging-environment/). */
const STAGING = /\(STAGING\)|Fake LE/

function issuerProblems(leaf: X509Certificate, { authority, foreignIssuers }: Expected): string[] {
  const issuer = oneLine(leaf.issuer)
  const { directory, mode } = authority
  const wrong = [`it is issued by ${issuer}, which is not the ${mode} authority ${directory}`]
  if (foreignIssuers.includes(leaf.issuer)) return wrong
  if (mode === 'production' && STAGING.test(leaf.issuer)) return wrong
  const host = URL.canParse(directory) ? new URL(directory).hostname : ''
  return host.endsWith('.letsencrypt.org') && !/Let's Encrypt/.test(leaf.issuer) ? wrong : []
}

function lifetimeProblems(certificates: readonly X509Certificate[], now: Date): string[] {
  return certificates.flatMap(certificate => {
    const { from, until } = validityOf(certificate)
    // The authority may backdate it, and its clock may be ahead of ours by a minute.
    if (from.getTime() > now.getTime() + 60_000)
      return [`it is not valid before ${sayTime(from)}: is the clock correct?`]
    return until > now ? [] : [`${oneLine(certificate.subject)} expired at ${sayTime(until)}`]
  })
}

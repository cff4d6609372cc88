import { createPrivateKey, type X509Certificate } from 'node:crypto'
import { messageOf } from '../../base/failure.ts'
import { sayTime } from '../../base/time.ts'
import { namesOf, readCertificates, validityOf } from './pem.ts'
import type { Authority } from './types.ts'

/** A certificate that came, as texts in PEM. */
export interface CertificateTexts {
  readonly cert: string
  /** The certificates of its issuers, the nearest first. */
  readonly chain: string
  readonly key: string
}

/** What it has to be. */
export interface Expected {
  readonly names: readonly string[]
  readonly authority: Authority
  /** Issuers of the other authority's certificates: these may not have issued this one. */
  readonly foreignIssuers: readonly string[]
}

/**
 * Looks whether a certificate is what was asked for: it can be read, its key fits, it bears all the names, each
 * certificate of the chain has signed the one before, the authority that was asked has issued it, and it holds now.
 * @returns what is wrong, in words; nothing when it is right
 */
export function verifyCertificate(texts: CertificateTexts, expected: Expected, now: Date): string[] {
  let leaf: X509Certificate | undefined
  let chain: X509Certificate[]
  try {
    leaf = readCertificates(texts.cert, 'certificate')[0]
    chain = readCertificates(texts.chain, 'chain')
  } catch (error) {
    return [messageOf(error)]
  }
  if (leaf === undefined) return ['there is no certificate in it']
  return [
    ...fitProblems(leaf, chain, texts.key),
    ...nameProblems(leaf, expected.names),
    ...issuerProblems(leaf, expected),
    ...lifetimeProblems([leaf, ...chain], now),
  ]
}

/** Looks whether a private key and a chain are those of a certificate. @returns what is wrong, in words */
export function fitProblems(leaf: X509Certificate, chain: readonly X509Certificate[], key: string): string[] {
  return [...keyProblems(leaf, key), ...chainProblems([leaf, ...chain])]
}

function keyProblems(leaf: X509Certificate, key: string): string[] {
  try {
    return leaf.checkPrivateKey(createPrivateKey(key)) ? [] : ['the private key does not fit the certificate']
  } catch {
    // What OpenSSL says of a key that it cannot read helps nobody.
    return ['the private key cannot be read']
  }
}

function nameProblems(leaf: X509Certificate, wanted: readonly string[]): string[] {
  const found = new Set(namesOf(leaf))
  const missing = wanted.filter(name => !found.has(name))
  return missing.length === 0 ? [] : [`it does not bear ${missing.join(', ')}`]
}

function chainProblems(certificates: readonly X509Certificate[]): string[] {
  if (certificates.length < 2) return ['the chain of its issuers is missing']
  return certificates.slice(0, -1).flatMap((certificate, index) => {
    const issuer = certificates[index + 1]
    if (issuer === undefined) return []
    const signed = certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
    return signed
      ? []
      : [`the chain is broken: ${oneLine(issuer.subject)} did not sign ${oneLine(certificate.subject)}`]
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
    // The authority may date it back, and its clock may be ahead of ours by a minute.
    if (from.getTime() > now.getTime() + 60_000) return [`it holds only from ${sayTime(from)}: is the clock right?`]
    return until > now ? [] : [`${oneLine(certificate.subject)} has expired at ${sayTime(until)}`]
  })
}

/** A distinguished name on one line: `C=US, O=Let's Encrypt, CN=R12`. */
export function oneLine(name: string | undefined): string {
  return (name ?? '').trim().replaceAll('\n', ', ') || 'a certificate without a name'
}

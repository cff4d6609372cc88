import type { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { readCertificates } from '../../base/certificate.ts'
import { Failure, orFailure } from '../../base/failure.ts'
import type { Places } from '../../system/places.ts'
import { readText } from '../../system/read-files.ts'
import { type CertificateTexts, fitProblems, namesOf, readLeaf, type Validity, validityOf } from './x509.ts'

/** The three properties of a record that name a certificate. */
export const PROPERTIES = ['crt', 'key', 'CertificateChainFile'] as const

/** A certificate in the history: a folder that is never changed. */
export interface StoredCertificate extends Validity {
  /** The wanted certificate that it was issued for. */
  readonly name: string
  /** Its name in the history: the second in which it was requested, as dehydrated counts it. */
  readonly id: string
  /** Real path of its folder. */
  readonly folder: string
  /** The properties that name its files, paths on the server. */
  readonly properties: Readonly<Record<(typeof PROPERTIES)[number], string>>
  readonly certificate: X509Certificate
  readonly names: readonly string[]
  /** Whether the authority has revoked it at our request, or was asked to with an unknown result. Neither is used. */
  readonly revoked: 'begun' | 'done' | undefined
}

/** An unusable file in the history. Everything else continues without it. */
export interface Damage {
  /** Names the file, what is wrong with it, and what to do. */
  readonly failure: Failure
  /** The path on the server by which records name the certificate; undefined if it is not a certificate. */
  readonly crt: string | undefined
}

/** The files of a certificate in the history. */
export function filesOf(texts: CertificateTexts): Record<string, string> {
  return { 'cert.pem': texts.cert, 'chain.pem': texts.chain, 'privkey.pem': texts.key, 'fullchain.pem': joined(texts) }
}

/** Certificate and chain in one file, as nginx needs it. */
function joined({ cert, chain }: Pick<CertificateTexts, 'cert' | 'chain'>): string {
  return `${cert.trimEnd()}\n${chain}`
}

/**
 * Reads a certificate, and checks that the files next to it still belong to it: a service would not start with mismatched
 * files, and all its other sites would be down, too.
 * @throws Failure that names the file
 */
function readWhole(folder: string): X509Certificate {
  const file = (name: string) => join(folder, name)
  const [cert, chain] = [readText(file('cert.pem')), readText(file('chain.pem'))]
  const certificate = readLeaf(cert, file('cert.pem'))
  const issuers = readCertificates(chain, file('chain.pem'))
  const [problem] = fitProblems(certificate, issuers, readText(file('privkey.pem')))
  if (problem !== undefined) throw new Failure(problem, { where: folder })
  if (readText(file('fullchain.pem')) === joined({ cert, chain })) return certificate
  throw new Failure('it is not cert.pem and chain.pem', { where: file('fullchain.pem') })
}

/** Reads a certificate in the history. Whether it is revoked is not part of it. */
export function readStored({ root }: Places, name: string, id: string, folder: string): StoredCertificate | Damage {
  const server = folder.slice(root === '/' ? 0 : root.length)
  const properties = {
    crt: `${server}/cert.pem`,
    key: `${server}/privkey.pem`,
    CertificateChainFile: `${server}/chain.pem`,
  }
  const certificate = orFailure(() => readWhole(folder))
  if (certificate instanceof Failure) {
    const hint = `It is not used. To replace it: gabarit letsencrypt renew\nThen move ${folder} away.`
    const { message, where = folder } = certificate
    return { failure: new Failure(message, { where, hint, cause: certificate }), crt: properties.crt }
  }
  const names = namesOf(certificate)
  return { name, id, folder, properties, certificate, names, revoked: undefined, ...validityOf(certificate) }
}

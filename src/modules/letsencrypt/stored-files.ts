import type { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { Failure } from '../../base/failure.ts'
import { readText } from '../../system/read-files.ts'
import { readCertificates, readLeaf } from './pem.ts'
import { type CertificateTexts, fitProblems } from './verify.ts'

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
export function readWhole(folder: string): X509Certificate {
  const file = (name: string) => join(folder, name)
  const [cert, chain] = [readText(file('cert.pem')), readText(file('chain.pem'))]
  const certificate = readLeaf(cert, file('cert.pem'))
  const issuers = readCertificates(chain, file('chain.pem'))
  const [problem] = fitProblems(certificate, issuers, readText(file('privkey.pem')))
  if (problem !== undefined) throw new Failure(problem, { where: folder })
  if (readText(file('fullchain.pem')) === joined({ cert, chain })) return certificate
  throw new Failure('it is not cert.pem and chain.pem', { where: file('fullchain.pem') })
}

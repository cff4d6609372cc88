import { basename, join } from 'node:path'
import { linkText, textOf } from '../../system/read-files.ts'
import type { CertificateTexts } from './verify.ts'

/**
 * What lies in a folder of dehydrated: the texts, and the second in which it was asked for. The link cert.pem is made
 * last of all, so the files that bear its number are complete.
 * @returns undefined when there is no certificate: a revoked one leaves a link to nowhere
 */
export function readDehydrated(folder: string): { id: string; texts: CertificateTexts } | undefined {
  const id = /^cert-(\d+)\.pem$/.exec(basename(linkText(join(folder, 'cert.pem')) ?? ''))?.[1]
  const [cert, chain] = ['cert', 'chain'].map(kind => textOf(join(folder, `${kind}-${id}.pem`)))
  // With PRIVATE_KEY_RENEW=no the old key goes on.
  const key = textOf(join(folder, `privkey-${id}.pem`)) ?? textOf(join(folder, 'privkey.pem'))
  if (id === undefined || cert === undefined || chain === undefined || key === undefined) return undefined
  return { id, texts: { cert, chain, key } }
}

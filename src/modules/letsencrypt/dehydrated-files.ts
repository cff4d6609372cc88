import { basename, join } from 'node:path'
import { linkText, textOf } from '../../system/read-files.ts'
import type { CertificateTexts } from './verify.ts'

/**
 * The certificate in a folder of dehydrated: its texts, and the second in which it was requested. The link cert.pem is created
 * last, so the files with its number are complete.
 * @returns undefined if there is no certificate: a revoked one leaves a link to nowhere
 */
export function readDehydrated(folder: string): { id: string; texts: CertificateTexts } | undefined {
  const id = /^cert-(\d+)\.pem$/.exec(basename(linkText(join(folder, 'cert.pem')) ?? ''))?.[1]
  const [cert, chain] = ['cert', 'chain'].map(kind => textOf(join(folder, `${kind}-${id}.pem`)))
  // With PRIVATE_KEY_RENEW=no the old key goes on.
  const key = textOf(join(folder, `privkey-${id}.pem`)) ?? textOf(join(folder, 'privkey.pem'))
  if (id === undefined || cert === undefined || chain === undefined || key === undefined) return undefined
  return { id, texts: { cert, chain, key } }
}

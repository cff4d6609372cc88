import { readFileSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Failure, hasCode } from '../../base/failure.ts'
import { systemReason } from '../../system/atomic-write.ts'
import type { CertificateTexts } from './verify.ts'

/**
 * What lies in a folder of dehydrated: the texts, and the second in which it was asked for. The link cert.pem is made
 * last of all, so the files that bear its number are complete.
 * @returns undefined when there is no certificate
 */
export function readDehydrated(folder: string): { id: string; texts: CertificateTexts } | undefined {
  let target: string
  try {
    target = basename(readlinkSync(join(folder, 'cert.pem')))
  } catch (error) {
    // A revoked one leaves a link to nowhere; EINVAL: somebody put a file there, which is not dehydrated's.
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EINVAL')) return undefined
    throw unreadable(folder, error)
  }
  const id = /^cert-(\d+)\.pem$/.exec(target)?.[1]
  if (id === undefined) return undefined
  try {
    const text = (kind: string) => readFileSync(join(folder, `${kind}-${id}.pem`), 'utf8')
    return { id, texts: { cert: text('cert'), chain: text('chain'), key: keyText(folder, id) } }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw unreadable(folder, error)
  }
}

function unreadable(folder: string, error: unknown): Failure {
  const message = `the certificate in this folder of dehydrated cannot be read: ${systemReason(error)}`
  return new Failure(message, {
    where: folder,
    hint: 'Move the folder away: then a new one is asked for.',
    cause: error,
  })
}

/** With PRIVATE_KEY_RENEW=no the old key goes on. */
function keyText(folder: string, id: string): string {
  try {
    return readFileSync(join(folder, `privkey-${id}.pem`), 'utf8')
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    return readFileSync(join(folder, 'privkey.pem'), 'utf8')
  }
}

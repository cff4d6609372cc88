import { readFileSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Failure, hasCode } from '../../base/failure.ts'
import { systemReason } from '../../system/atomic-write.ts'
import type { CertificateTexts } from './verify.ts'

/**
 * The certificate in a folder of dehydrated: its texts, and the second in which it was requested. The link cert.pem is created
 * last, so the files with its number are complete.
 * @returns undefined if there is no certificate
 */
export function readDehydrated(folder: string): { id: string; texts: CertificateTexts } | undefined {
  let target: string
  try {
    target = basename(readlinkSync(join(folder, 'cert.pem')))
  } catch (error) {
    // A revoked one leaves a dangling link. EINVAL: somebody put a file there, which is not dehydrated's.
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
    hint: 'Move the folder away to request a new one.',
    cause: error,
  })
}

/** With PRIVATE_KEY_RENEW=no, the old key is kept. */
function keyText(folder: string, id: string): string {
  try {
    return readFileSync(join(folder, `privkey-${id}.pem`), 'utf8')
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    return readFileSync(join(folder, 'privkey.pem'), 'utf8')
  }
}

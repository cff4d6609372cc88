import { refusal } from '../../base/failure.ts'
import type { ActionRun } from '../../event/action.ts'
import { databaseLoader } from '../../plan/expand.ts'
import { below } from '../../system/places.ts'
import { exists } from '../../system/read-files.ts'
import { runCommand } from '../../system/run.ts'

/** Where the keys are. */
export const KEYS = '/var/lib/gabarit/sso'

/** The first signs; the provider already knows the second. */
export const NAMES = ['current', 'next'] as const

/** Both in PEM. */
export interface KeyPair {
  readonly key: string
  readonly certificate: string
}

/** Makes the keys of the gateway that are missing, if it is on. */
export async function makeKeys({ context, make }: ActionRun): Promise<void> {
  if (databaseLoader(context)('configuration').get('sso')?.properties.get('status') !== 'enabled') return
  for (const name of NAMES) {
    if (exists(below(context.places, `${KEYS}/${name}.key`))) continue
    const { key, certificate } = await newKeyPair()
    const file = { mode: 0o600, folderMode: 0o700, by: 'gate-keys', notify: ['sso:restart'] }
    make({ ...file, path: `${KEYS}/${name}.key`, content: key, secret: true })
    make({ ...file, path: `${KEYS}/${name}.crt`, content: certificate, secret: false })
  }
}

/** An RSA key, which every provider can check, and a certificate of its own: providers compare only the key in it. */
export async function newKeyPair(): Promise<KeyPair> {
  const key = ['-newkey', 'rsa:3072', '-nodes', '-sha256', '-days', '3650', '-keyout', '-', '-out', '-']
  const subject = ['-config', '/dev/null', '-subj', '/CN=gabarit-gate']
  const { status, stdout, output, problem } = await runCommand(['openssl', 'req', '-x509', ...subject, ...key], {
    timeout: 60_000,
  })
  const blocks = stdout.match(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----\n/g) ?? []
  const [one, other] = [
    blocks.find(block => block.includes('PRIVATE KEY')),
    blocks.find(block => block.includes('CERTIFICATE')),
  ]
  if (status !== 0 || one === undefined || other === undefined)
    throw refusal(`openssl could not make a key: ${problem ?? output.trim()}`)
  return { key: one, certificate: other }
}

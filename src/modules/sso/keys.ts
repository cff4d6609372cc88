import type { ActionRun } from '../../event/action.ts'
import { databaseLoader } from '../../plan/expand.ts'
import { type KeyPair, selfSigned } from '../../system/openssl.ts'
import { below } from '../../system/places.ts'
import { exists } from '../../system/read-files.ts'

/** Where the keys are. */
export const KEYS = '/var/lib/gabarit/sso'

/** The first signs; the provider already knows the second. */
export const NAMES = ['current', 'next'] as const

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
export function newKeyPair(): Promise<KeyPair> {
  return selfSigned('gabarit-gate', 3650, ['rsa:3072'])
}

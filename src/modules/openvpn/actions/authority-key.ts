import { createPrivateKey } from 'node:crypto'
import { orUndefined, refusal } from '../../../base/failure.ts'

/** @throws Failure (refused) if the authority cannot sign: its key is missing, or has another passphrase. OpenSSL says it in ten lines. */
export function refuseLockedKey(key: Buffer | undefined, passphrase: string, file: string): void {
  if (key === undefined)
    throw refusal(`the key of the authority is missing, so nothing can be signed or revoked: ${file}`, {
      hint: 'Put it there. If it is kept elsewhere, it is only needed for this event.',
    })
  if (!key.includes('ENCRYPTED') || orUndefined(() => createPrivateKey({ key, passphrase })) !== undefined) return
  throw refusal(`the key of the authority has ${passphrase === '' ? 'a' : 'another'} passphrase: ${file}`, {
    hint: 'config setprop easyrsa CAPassphrase PASSPHRASE',
  })
}

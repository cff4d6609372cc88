import { createHmac, createPrivateKey, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Places } from '../../system/places.ts'
import { fleetFile } from './member.ts'

/**
 * What only controllers can say of a text: all have the key that signs orders, and this is another one that follows from it. So
 * whoever takes over the store cannot change what they note there.
 * @param purpose what the text is: a proof of one kind says nothing of another
 * @throws Failure (refused) on a host that is no controller
 */
export function controllerProof(places: Places, purpose: string, text: string): string {
  const secret = createPrivateKey(fleetFile(places, 'signing')).export({ type: 'pkcs8', format: 'der' })
  const key = Buffer.from(hkdfSync('sha256', secret, '', `gabarit fleet ${purpose}`, 32))
  return createHmac('sha256', key).update(text).digest('base64url')
}

/** Proof by a secret that two sides share. */
export function proofBy(secret: string, purpose: string, text: string): string {
  return createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('base64url')
}

/** Whether two proofs are the same, in a time that does not tell how alike they are. */
export function isSameProof(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

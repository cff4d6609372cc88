import { createHash } from 'node:crypto'
import { RecentMap } from '../../base/recent-map.ts'
import { newToken } from '../../base/token.ts'

/** How long one can be signed, in milliseconds. */
const VALID = 10 * 60_000

/** Challenges that are open at once. */
const MOST = 1000

/** What passkeys are asked to sign. Each is made of its purpose and a nonce, so a signature means this purpose and no other. */
export class Challenges {
  /** The nonce by the challenge. */
  readonly #open = new RecentMap<{ readonly nonce: string; readonly until: number }>(MOST)

  make(purpose: readonly string[], now = Date.now()): string {
    const nonce = newToken()
    const challenge = digest(purpose, nonce)
    this.#open.set(challenge, { nonce, until: now + VALID })
    return challenge
  }

  /** Whether it is open and was made for this purpose. It is not open any more. */
  use(challenge: string, purpose: readonly string[], now = Date.now()): boolean {
    const found = this.#open.get(challenge)
    this.#open.delete(challenge)
    return found !== undefined && now < found.until && digest(purpose, found.nonce) === challenge
  }
}

function digest(purpose: readonly string[], nonce: string): string {
  return createHash('sha256')
    .update(JSON.stringify([...purpose, nonce]))
    .digest('base64url')
}

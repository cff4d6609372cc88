import { parseAddress } from '../../../base/address.ts'
import { RecentMap } from '../../../base/recent-map.ts'

/** What an address may ask for at once, and how much of it comes back in a second. */
const MOST = 600
const PER_SECOND = 10

/** What things cost: one signature of ours; reading a message, and perhaps checking its signatures. */
export const COSTS = { login: 1, refusal: 20 } as const

/** Addresses that are remembered. */
const ADDRESSES = 10_000

/**
 * How much work an address may cause that leads to nothing: logins that begin, and messages that are refused. What is signed by the
 * provider costs nothing. In the time that somebody has for a login, one address alone cannot begin so many that others are
 * forgotten.
 */
export class Allowance {
  readonly #spent = new RecentMap<{ readonly amount: number; readonly at: number }>(ADDRESSES)

  isSpent(address: string, now: number): boolean {
    return this.#of(groupOf(address), now) >= MOST
  }

  /** @returns whether nothing is left from now on */
  spend(address: string, cost: number, now: number): boolean {
    const group = groupOf(address)
    const before = this.#of(group, now)
    this.#spent.set(group, { amount: before + cost, at: now })
    return before < MOST && before + cost >= MOST
  }

  #of(group: string, now: number): number {
    const { amount, at } = this.#spent.get(group) ?? { amount: 0, at: now }
    return Math.max(0, amount - ((now - at) / 1000) * PER_SECOND)
  }
}

/** Whoever has one address of IPv6 has the other ones of its /64 as well. */
function groupOf(text: string): string {
  const address = parseAddress(text)
  return address?.width === 128 ? String(address.value >> 64n) : text
}

import { RecentMap } from '../../base/recent-map.ts'

/** Wrong tries of one address that are free, and how long the next ones have to wait at most, in milliseconds. */
const FREE = 5
const LONGEST_WAIT = 15 * 60_000

/** Addresses that are remembered. */
const MOST = 10_000

/**
 * Wrong logins by address. After the fifth, each has to wait twice as long as the one before. It counts by address and not by
 * user: else anybody could lock the owner out.
 */
export class Attempts {
  readonly #wrong = new RecentMap<{ readonly count: number; readonly until: number }>(MOST)

  /** Seconds that this address still has to wait. */
  wait(address: string, now = Date.now()): number {
    const { until = 0 } = this.#wrong.get(address) ?? {}
    return Math.max(0, Math.ceil((until - now) / 1000))
  }

  /** Another wrong one. */
  failed(address: string, now = Date.now()): void {
    const count = (this.#wrong.get(address)?.count ?? 0) + 1
    const pause = count < FREE ? 0 : Math.min(1000 * 2 ** (count - FREE), LONGEST_WAIT)
    this.#wrong.set(address, { count, until: now + pause })
  }

  succeeded(address: string): void {
    this.#wrong.delete(address)
  }
}

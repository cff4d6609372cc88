import type { Mode } from '../world.ts'

/** A number per period: a bucket of that size, which refills evenly over the period. */
export interface Limit {
  readonly count: number
  readonly seconds: number
}

export type LimitName = 'exact-set' | 'failures' | 'domain' | 'orders' | 'accounts'

const HOUR = 3600
const WEEK = 7 * 24 * HOUR

/**
 * The limits of Let's Encrypt, as published in autumn 2026: https://letsencrypt.org/docs/rate-limits/ and
 * https://letsencrypt.org/docs/staging-environment/. Other authorities are rarely stricter.
 */
export const LIMITS: Readonly<Record<Mode, Readonly<Record<LimitName, Limit>>>> = {
  production: {
    'exact-set': { count: 5, seconds: WEEK },
    failures: { count: 5, seconds: HOUR },
    domain: { count: 50, seconds: WEEK },
    orders: { count: 300, seconds: 3 * HOUR },
    accounts: { count: 10, seconds: 3 * HOUR },
  },
  test: {
    'exact-set': { count: 30_000, seconds: WEEK },
    failures: { count: 200, seconds: HOUR },
    domain: { count: 30_000, seconds: 1 },
    orders: { count: 1500, seconds: 3 * HOUR },
    accounts: { count: 50, seconds: 3 * HOUR },
  },
}

/** Maximum number of names in one certificate. */
export const NAMES_PER_CERTIFICATE = 100

/**
 * What a limit leaves after some uses. It is a token bucket that refills evenly: each use takes one token, and one is added
 * every `seconds / count`, up to `count`. Let's Encrypt computes it this way (generic cell rate algorithm): the time at which
 * the bucket will be full again decides.
 * @param times of the uses, milliseconds since 1970, in any order; a future one counts as now
 * @returns what is in the bucket; when one more is allowed, undefined if that is now
 */
export function levelOf(times: readonly number[], { count, seconds }: Limit, now: number) {
  // In fractions of a millisecond (1/`count`), counted from now: integers, so that boundaries are exact.
  const period = seconds * 1000
  let fullAt = Number.NEGATIVE_INFINITY
  for (const time of times.map(time => Math.min(time - now, 0) * count).sort((a, b) => a - b))
    fullAt = Math.max(fullAt, time) + period
  const missing = Math.max(fullAt, 0)
  // A limit that was lowered or exceeded leaves nothing, never less than that.
  const used = Math.min(Math.ceil(missing / period), count)
  if (used < count) return { used, freeAt: undefined }
  return { used, freeAt: now + Math.ceil((missing - (count - 1) * period) / count) }
}

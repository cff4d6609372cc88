import type { Mode } from '../types.ts'

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

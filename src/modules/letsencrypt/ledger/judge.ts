import { sayTimeFrom } from '../../../base/time.ts'
import type { Mode } from '../world.ts'
import { type Entry, relevant, setOf } from './entries.ts'
import { type LIMITS, type LimitName, levelOf } from './limits.ts'
import { registeredDomain } from './public-suffix.apart.ts'

/** A certificate about to be requested. */
export interface Order {
  /** Name of its folder. */
  readonly certificate: string
  readonly names: readonly string[]
  /** Whether the authority has issued for exactly these names before: the limits of orders and domains then do not apply. */
  readonly renewal: boolean
}

/** What is left of one limit. */
export interface Left {
  readonly limit: LimitName
  /** What it applies to: a name, a registered domain, a certificate, the account. */
  readonly what: string
  readonly used: number
  readonly of: number
  /** When one more is allowed; null if that is now. */
  readonly until: Date | null
}

type Limits = (typeof LIMITS)[Mode]

/** Why the authority would refuse an order. */
export interface Refusal {
  readonly limit: LimitName | 'authority'
  readonly message: string
  readonly until: Date
}

export interface Ruling {
  readonly allowed: boolean
  readonly refusals: readonly Refusal[]
  readonly left: readonly Left[]
}

/**
 * Judges an order by previous requests. Renewals of the same set are exempt from the limits of orders and domains, but not from
 * those of exact sets and failures (https://letsencrypt.org/docs/rate-limits/#non-ari-renewals).
 * @param now milliseconds since 1970
 */
export function judge(order: Order, entries: readonly Entry[], limits: Limits, now: number): Ruling {
  const known = relevant(entries, now)
  const row = (limit: LimitName, what: string, uses: readonly Entry[]): Left => {
    const times = uses.map(({ at }) => at)
    const { used, freeAt } = levelOf(times, limits[limit], now)
    return { limit, what, used, of: limits[limit].count, until: freeAt === undefined ? null : new Date(freeAt) }
  }
  const issued = known.filter(entry => entry.kind === 'issued')
  const failed = known.filter(entry => entry.kind === 'failed')
  const accounts = known.filter(entry => entry.kind === 'account')
  const set = setOf(order.names)
  const sameSet = issued.filter(({ names }) => setOf(names) === set)
  const domains = [...new Set(order.names.map(registeredDomain))].sort()
  const inDomain = (domain: string) =>
    issued.filter(({ names, renewal }) => !renewal && names.some(name => registeredDomain(name) === domain))
  const failuresOf = (name: string) => failed.filter(({ failedNames }) => failedNames.includes(name))
  const orders = [...issued.filter(({ renewal }) => !renewal), ...failed]
  const left = [
    row('exact-set', order.certificate, sameSet),
    ...order.names.map(name => row('failures', name, failuresOf(name))).filter(({ used }) => used > 0),
    ...domains.map(domain => row('domain', domain, inDomain(domain))),
    row('orders', 'this account', orders),
    row('accounts', 'this address', accounts),
  ]
  const exempt = new Set<LimitName>(order.renewal ? ['accounts', 'domain', 'orders'] : ['accounts'])
  const refusals = [
    ...pauses(order, known, now),
    ...left.flatMap(entry => (exempt.has(entry.limit) ? [] : refusalOf(entry, limits))),
  ]
  return { allowed: refusals.length === 0, refusals, left }
}

function refusalOf({ limit, what, of, until }: Left, limits: Limits): Refusal[] {
  if (until === null) return []
  const period = sayPeriod(limits[limit].seconds)
  const counted = {
    'exact-set': `${of} certificates for exactly the names of ${what} in ${period}`,
    failures: `${of} failures of ${what} in ${period}`,
    domain: `${of} certificates with names of ${what} in ${period}`,
    orders: `${of} orders in ${period}`,
    accounts: `${of} accounts in ${period}`,
  }[limit]
  return [{ limit, until, message: `the authority allows ${counted}; the next one from ${sayTimeFrom(until)}` }]
}

/** The authority's own refusals that are still in effect. */
function pauses(order: Order, entries: readonly Entry[], now: number): Refusal[] {
  return entries.flatMap((entry): Refusal[] => {
    if (entry.kind !== 'pause' || entry.until <= now || !concerns(entry, order)) return []
    const until = new Date(entry.until)
    return [{ limit: 'authority', until, message: `the authority refuses until ${sayTimeFrom(until)}: ${entry.said}` }]
  })
}

function concerns({ scope, names }: Extract<Entry, { kind: 'pause' }>, order: Order): boolean {
  if (scope === 'everything') return true
  return scope === 'set' ? setOf(names) === setOf(order.names) : names.some(name => order.names.includes(name))
}

function sayPeriod(seconds: number): string {
  if (seconds >= 48 * 3600) return `${seconds / 86_400} days`
  if (seconds < 3600) return `${seconds} s`
  return seconds === 3600 ? 'an hour' : `${seconds / 3600} hours`
}

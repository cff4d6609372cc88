import { isObject } from '../../../base/is-object.ts'
import { DAY } from '../../../base/time.ts'
import type { Pause } from './retry-after.ts'

export interface Issued {
  readonly kind: 'issued'
  readonly names: readonly string[]
  readonly renewal: boolean
  /** Its fingerprint, if known. */
  readonly certificate?: string
}

/** An order was refused. */
export interface Failed {
  readonly kind: 'failed'
  readonly names: readonly string[]
  /** Those whose authorization failed. */
  readonly failedNames: readonly string[]
}

/** A request to an authority and its result. Times are milliseconds since 1970. */
export type Entry = { readonly at: number } & (
  | Issued
  | Failed
  | { readonly kind: 'account' }
  | ({ readonly kind: 'pause'; readonly names: readonly string[] } & Pause)
)

/**
 * How long entries are kept. Longer than the longest limit: the level of a bucket depends on all uses since it was last full,
 * and one that is used as fast as it refills never is.
 */
const KEPT_FOR = 30 * DAY
/** No authority allows this many; it bounds the file in case something keeps asking. */
const KEPT = 1000

/** The entries that still matter, oldest first. One from the future was made with a wrong clock. */
export function relevant(entries: readonly Entry[], now: number): readonly Entry[] {
  return entries
    .filter(({ at }) => at > now - KEPT_FOR && at < now + DAY)
    .sort((a, b) => a.at - b.at)
    .slice(-KEPT)
}

/** The same for every order of the same names. */
export function setOf(names: readonly string[]): string {
  return [...new Set(names.map(name => name.toLowerCase()))].sort().join(' ')
}

/** True for what {@link Entry} describes. */
export function isEntry(value: unknown): value is Entry {
  if (!isObject(value) || !Number.isFinite(value.at)) return false
  const { kind, names, failedNames, renewal, certificate, until, scope, said } = value
  if (kind === 'account') return true
  if (!isNames(names)) return false
  if (kind === 'issued')
    return typeof renewal === 'boolean' && (certificate === undefined || typeof certificate === 'string')
  if (kind === 'failed') return isNames(failedNames)
  return kind === 'pause' && Number.isFinite(until) && typeof scope === 'string' && typeof said === 'string'
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(name => typeof name === 'string')
}

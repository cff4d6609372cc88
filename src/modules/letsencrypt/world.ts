import { usageFailure } from '../../base/failure.ts'
import type { Places } from '../../system/places.ts'
import type { State } from '../../system/state.ts'
import type { System } from '../../system/system.ts'

/** Which of the two authorities: the one for testing, or the one whose certificates browsers accept. */
export type Mode = 'test' | 'production'

/** An ACME authority. */
export interface Authority {
  readonly mode: Mode
  /** URL of its directory (RFC 8555 §7.1.1): the property TestCA or ProductionCA. */
  readonly directory: string
  /** Name of its folders, derived from the URL: `acme-v02.api.letsencrypt.org`, `127.0.0.1_14000`. */
  readonly id: string
  /** File with additional root certificates for the authority's own HTTPS (property CABundle), a real path. */
  readonly bundle: string | undefined
}

/** One certificate that is wanted: a line of domains.txt. */
export interface WantedCertificate {
  /** Its folder: the first name, or the alias after `>` in the line. */
  readonly name: string
  /** All names in lower case, without duplicates. Wildcards only with dns-01. */
  readonly names: readonly string[]
}

/** The current time, replaceable in tests. */
export interface Clock {
  now(): Date
}

/** What a run on certificates works with. */
export interface World {
  readonly places: Places
  readonly system: System
  readonly clock: Clock
  /** The command, for those who wait for it and for the history: `gabarit letsencrypt renew`. */
  readonly command: string
  /** Whether a run ends with OtherDehydrated if somebody else's dehydrated is running: it is then started again. */
  readonly givesWay: boolean
  /** Reports what was done, one line. `data` is the same for programs, by its `kind`; without it, programs get the line. */
  readonly say: (line: string, data?: object) => void
  /** Reports a problem on standard error. */
  readonly warn: (message: string) => void
  /** Shows progress, only on a terminal. */
  readonly progress: (what: string) => void
  /** Runs an event and shows its report; returns its exit status. */
  readonly signal: (event: string) => Promise<number>
}

export const REAL_CLOCK: Clock = { now: () => new Date() }

/**
 * The clock of a command: the machine's, or one stopped at the time of `--at`, to find out when a certificate would be
 * renewed.
 * @param at a date of ISO 8601, such as 2027-03-01 or 2027-03-01T04:00:00Z
 * @throws Failure (usage)
 */
export function clockAt(at: string | undefined, now: Clock['now']): Clock {
  if (at === undefined) return { now }
  const time = new Date(at)
  if (Number.isNaN(time.getTime()) || !/^\d{4}-\d\d-\d\d/.test(at))
    throw usageFailure(`--at is not a date: ${JSON.stringify(at)}`, 'Such as 2027-03-01 or 2027-03-01T04:00:00Z')
  return { now: () => new Date(time) }
}

/** Our state about certificates. */
export function certificateState(places: Places): State {
  return places.state.within('letsencrypt')
}

/** The state of one authority, separate from all others. */
export function authorityState(places: Places, { id }: Pick<Authority, 'id'>): State {
  return certificateState(places).within(id)
}

/** The URLs of ACME version 1, which ended in 2021, and their successors. SME Server's templates contain them. */
const VERSION_1: readonly (readonly [pattern: RegExp, successor: string])[] = [
  [/^https?:\/\/acme-v01\.api\.letsencrypt\.org(\/|$)/i, 'https://acme-v02.api.letsencrypt.org/directory'],
  [/^https?:\/\/acme-staging\.api\.letsencrypt\.org(\/|$)/i, 'https://acme-staging-v02.api.letsencrypt.org/directory'],
]

/** The current URL for one of ACME version 1; undefined for any other URL. */
export function successorOf(directory: string): string | undefined {
  return VERSION_1.find(([pattern]) => pattern.test(directory))?.[1]
}

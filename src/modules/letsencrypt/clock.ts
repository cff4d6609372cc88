import { usageFailure } from '../../base/failure.ts'
import type { Clock } from './types.ts'

/** The machine's clock. */
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

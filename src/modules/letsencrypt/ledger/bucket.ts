import type { Limit } from './limit-table.ts'

/** What is in a bucket. */
export interface Level {
  readonly used: number
  /** When one more is allowed, milliseconds since 1970; undefined when it is now. */
  readonly freeAt: number | undefined
}

/**
 * What a limit leaves after some uses. It is a bucket of tokens that refills evenly: each use takes one, and one comes back
 * every `seconds / count`, up to `count`. Let's Encrypt computes it this way (generic cell rate algorithm): what counts is
 * the moment at which the bucket will be full again.
 * @param times of the uses, milliseconds since 1970, in any order; one that lies ahead counts as now
 */
export function levelOf(times: readonly number[], { count, seconds }: Limit, now: number): Level {
  // In parts of a millisecond, `count` to one, counted from now: whole numbers, so that an edge is exact.
  const period = seconds * 1000
  let fullAt = Number.NEGATIVE_INFINITY
  for (const time of times.map(time => Math.min(time - now, 0) * count).sort((a, b) => a - b))
    fullAt = Math.max(fullAt, time) + period
  const missing = Math.max(fullAt, 0)
  // A limit that was lowered, or overrun all the same, leaves nothing; it never leaves less.
  const used = Math.min(Math.ceil(missing / period), count)
  if (used < count) return { used, freeAt: undefined }
  return { used, freeAt: now + Math.ceil((missing - (count - 1) * period) / count) }
}

import { usageFailure } from '../base/failure.ts'
import { FORMATS, seconds } from '../db/formats.ts'

const LONGEST = 7 * 86400

/**
 * The length of a window in seconds.
 * @throws Failure (usage)
 */
export function windowSeconds(text: string): number {
  const format = FORMATS.duration
  if (format?.accepts(text) !== true) throw usageFailure(`${JSON.stringify(text)} is not ${format?.is}`)
  const length = seconds(text)
  if (length < 1 || length > LONGEST) throw usageFailure(`${text}: a window is between 1s and 7d long`)
  return length
}

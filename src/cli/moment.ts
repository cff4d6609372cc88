import { usageFailure } from '../base/failure.ts'
import { FORMATS, seconds } from '../db/formats.ts'

const FORM = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(?: ?(Z|[+-]\d\d):?(\d\d)?)?)?$/

/**
 * A point in time on the command line, in milliseconds since 1970: a day or time, in the server's time zone unless it names its
 * own, or a duration before now.
 * @param end the last millisecond of the day, minute or second; default: the first
 * @throws Failure (usage)
 */
export function momentOf(text: string, option: string, now: Date, end = false): number {
  if (FORMATS.duration?.accepts(text) === true) return now.getTime() - seconds(text) * 1000
  const [, day, clock, second = '', zone = '', minutes] = FORM.exec(text) ?? []
  const offset = zone === '' || zone === 'Z' ? zone : `${zone}:${minutes ?? '00'}`
  const time = new Date(`${day}T${clock ?? '00:00'}${second}${offset}`)
  // The 31st of a shorter month would be the 1st of the next one.
  const isDay = new Date(`${day}T00:00Z`).getUTCDate() === Number(day?.slice(8))
  if (!isDay || Number.isNaN(time.getTime()))
    throw usageFailure(
      `${option} takes a day, a time or how long ago, not ${JSON.stringify(text)}`,
      `Examples: ${option} 2026-11-28, ${option} "2026-11-28 14:05", ${option} 2d`,
    )
  if (!end) return time.getTime()
  if (clock === undefined) return time.setDate(time.getDate() + 1) - 1
  return time.getTime() + (second === '' ? 59_999 : second.includes('.') ? 0 : 999)
}

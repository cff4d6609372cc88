/** A day in milliseconds. */
export const DAY = 86_400_000

/** The milliseconds of a setting in seconds; the usual ones if it is not a positive number. */
export function millisecondsOf(seconds: string | undefined, usual: number): number {
  return Number(seconds) > 0 ? Number(seconds) * 1000 : usual
}

/** Whole days until then; negative once it is over. `now` in milliseconds since 1970. */
export function daysLeft(end: Date, now: number): number {
  return Math.floor((end.getTime() - now) / DAY)
}

/** `1 day`, `3 days`, `less than a day` */
export function sayDays(days: number): string {
  if (days < 1) return 'less than a day'
  return days === 1 ? '1 day' : `${days} days`
}

/** `in 3 days`, `in less than a day`, `1 day ago`. `now` in milliseconds since 1970. */
export function sayWhen(time: Date, now: number): string {
  const distance = time.getTime() - now
  const days = sayDays(Math.floor(Math.abs(distance) / DAY))
  return distance < 0 ? `${days} ago` : `in ${days}`
}

/** Seconds for people: `90 s`, `10 min`, `2 h`. */
export function sayDuration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

/**
 * A point in time for people, in the server's time zone: `2026-11-28 14:05:12 +0100`.
 * The offset rather than `CET`: Node only knows such names by locale, and some of them mean several zones. `git log --date=iso`
 * writes the same form, and `date -d` reads it.
 * @param time a date, or ISO 8601 text
 */
export function sayTime(time: Date | string): string {
  const date = new Date(time)
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  const offset = -date.getTimezoneOffset()
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60]
  return `${sayDay(date)} ${clock} ${offset < 0 ? '-' : '+'}${two(hours)}${two(minutes)}`
}

/** As {@link sayTime}, rounded up to a whole second: for the earliest time at which something is allowed. */
export function sayTimeFrom(time: Date | string): string {
  return sayTime(new Date(Math.ceil(new Date(time).getTime() / 1000) * 1000))
}

/** The day of a point in time, in the server's time zone: `2026-11-28`. */
export function sayDay(date: Date): string {
  return [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

/** A day in milliseconds. */
export const DAY = 86_400_000

/** Whole days until then; negative when it is over. `now` in milliseconds since 1970. */
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

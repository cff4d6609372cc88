/** A day in milliseconds. */
export const DAY = 86_400_000

/** Whole days until then; negative when it is over. `now` in milliseconds since 1970. */
export function daysLeft(end: Date, now: number): number {
  return Math.floor((end.getTime() - now) / DAY)
}

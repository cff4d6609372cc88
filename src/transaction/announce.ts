import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'

/** Time limit of `wall` in milliseconds: a terminal that hangs must not hold the guard up. */
const LIMIT = 5000

/**
 * Tells everybody who is logged in, with wall(1) when it is there. `GABARIT_WALL` names another program, which gets the text
 * on its standard input. Below another root than / nobody is told: a sandbox is no business of theirs.
 */
export async function announce(text: string, places: Places, system: System): Promise<void> {
  const program = process.env.GABARIT_WALL || (places.root === '/' ? 'wall' : undefined)
  if (program === undefined) return
  // Whether anybody can be told changes nothing about what is done.
  await system.run([program], { env: process.env, cwd: '/', input: `gabarit: ${text}\n`, timeout: LIMIT })
}

/** Seconds for people: `90 s`, `10 min`, `2 h`. */
export function sayDuration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

/** A moment of the wall clock for people: `23:15:04`, with the date when it is not today's. */
export function sayTime(iso: string): string {
  const time = new Date(iso)
  const pad = (number: number) => String(number).padStart(2, '0')
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(pad).join(':')
  if (time.toDateString() === new Date().toDateString()) return clock
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())} ${clock}`
}

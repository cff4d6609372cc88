import { integer, listOf, number, objectOf, oneOf, type TypeOf, text } from '../../../base/shape.ts'

/** How far a release has got. There is one at a time, and every step of it is a compare-and-swap. */
export type Rollout = TypeOf<typeof rollout>
export const rollout = objectOf({
  release: integer,
  /** Grows when it is resumed: hosts that went back try again. */
  attempt: integer,
  waves: listOf(listOf(text)),
  /** The last wave that is open: its index. */
  wave: integer,
  state: oneOf('running', 'halted', 'done'),
  /** Why it was halted; else empty. */
  reason: text,
  /** Seconds for which the hosts of a wave must be well before the next one. */
  soak: number,
  /** Seconds after which a host goes back unless it has proved the change. */
  within: number,
  /** How many hosts change at the same time at most. */
  atOnce: integer,
})

/** The hosts whose wave is open. */
export function openHosts({ waves, wave }: Rollout): readonly string[] {
  return waves.slice(0, wave + 1).flat()
}

/** A halted roll-out that goes on. @param without hosts that are left out */
export function resumed(halted: Rollout, without: ReadonlySet<string> = new Set()): Rollout {
  const left = halted.waves.map(wave => wave.filter(host => !without.has(host)))
  return { ...halted, waves: left, attempt: halted.attempt + 1, state: 'running', reason: '' }
}

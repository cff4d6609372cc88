import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'

/** Time limit of `wall` in milliseconds: a terminal that hangs must not hold the guard up. */
const LIMIT = 5000

/**
 * Tells everybody who is logged in, with wall(1) when it is there. `GABARIT_WALL` names another program, which gets the text
 * on its standard input. Below another root than / nobody is told: a sandbox is no business of theirs.
 */
export async function announce(text: string, places: Places, system: System): Promise<void> {
  const program = system.env.GABARIT_WALL || (places.root === '/' ? 'wall' : undefined)
  if (program === undefined) return
  // Whether anybody can be told changes nothing about what is done.
  await system.run([program], { cwd: '/', input: `gabarit: ${text}\n`, timeout: LIMIT })
}

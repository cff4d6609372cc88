import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'

/** Time limit of `wall` in milliseconds: a hanging terminal must not block the guard. */
const LIMIT = 5000

/**
 * Tells everybody who is logged in, with wall(1) if available. `GABARIT_WALL` names another program, which gets the text on
 * standard input. Below a root other than /, nobody is told: a sandbox does not concern them.
 */
export async function announce(text: string, places: Places, system: System): Promise<void> {
  const program = system.env.GABARIT_WALL || (places.root === '/' ? 'wall' : undefined)
  if (program === undefined) return
  // Failing to tell anybody does not change what is done.
  await system.run([program], { cwd: '/', input: `gabarit: ${text}\n`, timeout: LIMIT })
}

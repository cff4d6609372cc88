import { setTimeout as wait } from 'node:timers/promises'
import { EXIT, usageFailure } from '../../../base/failure.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { Forced, renew } from '../renew.ts'
import { alone } from '../run-lock.ts'
import { readSettings } from '../settings.ts'
import { State } from '../state.ts'
import type { World } from '../world.ts'
import { makeWorld } from './world.ts'

/** With --wait, a run ends if the next try is farther away than this: the timer will start it. */
const LONGEST_WAIT = 2 * 3600 * 1000

/** `gabarit letsencrypt renew` */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, value, places, print } = invocation
  if (flag('wait') && (flag('force') || value('at') !== undefined))
    throw usageFailure(
      '--wait cannot be combined with --force or --at',
      'With --force, each try would renew everything again, beyond the limits. With --at, the next try would never come.',
    )
  const world = makeWorld(invocation, 'renew')
  if (readSettings(places).status === 'disabled') {
    print('letsencrypt is disabled: nothing to renew')
    return EXIT.done
  }
  for (;;) {
    // Read again: somebody may have fixed a setting while this process waited.
    const force = flag('force') ? new Forced() : undefined
    const once = (turn: World) => renew(readSettings(places), new State(places, world.warn), turn, force)
    const { ok, nextTry } = await alone(world, 'gabarit letsencrypt renew', once)
    const left = nextTry === undefined ? Number.POSITIVE_INFINITY : nextTry.getTime() - world.clock.now().getTime()
    if (ok || !flag('wait') || left > LONGEST_WAIT) return ok ? EXIT.done : EXIT.failed
    await wait(Math.max(left, 1000))
  }
}

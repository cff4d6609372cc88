import { certificateState } from './authority.ts'
import { OtherDehydrated } from './dehydrated-lock.ts'
import type { World } from './world.ts'

/** Seconds that a run waits for the one before it. */
const WAIT = 30
/** Seconds that a dehydrated of somebody else may take to end. */
const PATIENCE = 120

/**
 * Runs one piece of work on certificates when no other is under way. While a dehydrated that was called by hand is at work,
 * the lock is given up, and the work begins again behind it: with what it has brought, and with the settings as they are then.
 * @param work looks itself at everything that may have changed; it gets the world to work with
 * @throws Failure that names who is at work, when that takes too long
 */
export async function alone<Result>(
  world: World,
  command: string,
  work: (world: World) => Promise<Result>,
): Promise<Result> {
  const state = certificateState(world.places)
  state.makeFolder()
  const end = Date.now() + PATIENCE * 1000
  for (;;) {
    const lock = state.files.lock(state.path('run.lock'), { what: 'the work on certificates', command, patience: WAIT })
    let other: OtherDehydrated
    try {
      return await work({ ...world, givesWay: Date.now() < end })
    } catch (error) {
      if (!(error instanceof OtherDehydrated)) throw error
      other = error
    } finally {
      lock.release()
    }
    world.say(`another dehydrated is at work (process ${other.pid}): waiting until it has ended`)
    await other.ended(end)
  }
}

import { certificateState } from './authority.ts'
import { OtherDehydrated } from './dehydrated-lock.ts'
import type { World } from './world.ts'

/** Seconds that a run waits for the previous one. */
const WAIT = 30
/** Seconds to wait for somebody else's dehydrated. */
const PATIENCE = 120

/**
 * Runs one piece of work on certificates once no other is running. While a dehydrated that was called by hand is running, the
 * lock is released, and the work starts again afterwards, with its certificates and the current settings.
 * @param work rereads everything that may have changed; receives the world to work with
 * @throws Failure that names the other process, if that takes too long
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
    world.say(`another dehydrated is running (process ${other.pid}): waiting until it ends`)
    await other.ended(end)
  }
}

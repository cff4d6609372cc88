import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../../base/failure.ts'
import { findProcess } from '../../system/processes.ts'
import { exists } from '../../system/read-files.ts'
import { certificateState, type World } from './world.ts'

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
export async function alone<Result>(world: World, work: (world: World) => Promise<Result>): Promise<Result> {
  const state = certificateState(world.places)
  state.makeFolder()
  const end = Date.now() + PATIENCE * 1000
  for (;;) {
    const lock = state.files.lock(state.path('run.lock'), {
      what: 'the work on certificates',
      command: world.command,
      patience: WAIT,
    })
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
    while (exists(other.lock) && runningDehydrated() !== undefined && Date.now() < end) await pause(500)
  }
}

/**
 * Somebody else's dehydrated is running. The caller releases every lock, waits, and starts again: that dehydrated may get the
 * same certificate, and its hook waits for our lock.
 */
class OtherDehydrated extends Error {
  readonly lock: string
  /** Its process. */
  readonly pid: string

  constructor(lock: string, pid: string) {
    super(`dehydrated is running (process ${pid})`)
    this.lock = lock
    this.pid = pid
  }
}

/**
 * Makes sure that dehydrated can be started, and removes the lock of one that was killed: the lock contains no process id, and
 * dehydrated 0.7.0 refuses to run as long as it exists.
 * @throws OtherDehydrated if one is running
 * @throws Failure instead, once the run no longer waits
 */
export function ensureNotRunning(baseFolder: string, { system, givesWay, warn }: World): void {
  const lock = join(baseFolder, 'lock')
  if (!exists(lock)) return
  const pid = runningDehydrated()
  if (pid === undefined) {
    system.remove(lock)
    warn('removed the lock of a dehydrated that was killed')
    return
  }
  const other = new OtherDehydrated(lock, pid)
  if (givesWay) throw other
  throw new Failure(other.message, { hint: `Wait until it has ended. Its lock: ${lock}` })
}

/** The process of a dehydrated: a script, so its interpreter comes first. An editor with a file of this name is none. */
function runningDehydrated(): string | undefined {
  return findProcess(words => {
    const [program = '', script = ''] = words.map(word => basename(word))
    return program === 'dehydrated' || (/^(ba|da|z)?sh$/.test(program) && script === 'dehydrated')
  })
}

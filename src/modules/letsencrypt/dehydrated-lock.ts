import { basename, join } from 'node:path'
import { Failure } from '../../base/failure.ts'
import { pause } from '../../system/pause.ts'
import { findProcess } from '../../system/processes.ts'
import { exists } from '../../system/read-files.ts'
import type { World } from './world.ts'

/**
 * Somebody else's dehydrated is at work. Whoever gets this gives up every lock, waits, and begins again: that dehydrated may
 * bring the very certificate, and its hook waits for our lock.
 */
export class OtherDehydrated extends Error {
  readonly lock: string
  /** Its process. */
  readonly pid: string

  constructor(lock: string, pid: string) {
    super(`dehydrated is running (process ${pid})`)
    this.lock = lock
    this.pid = pid
  }

  /** Waits until it has ended, or until a time in milliseconds since 1970. */
  async ended(until: number): Promise<void> {
    while (exists(this.lock) && runningDehydrated() !== undefined && Date.now() < until) await pause(500)
  }
}

/**
 * Looks whether a dehydrated can be started, and removes the lock of one that was killed: it holds no number of a process,
 * and dehydrated 0.7.0 stops before any that it finds, for ever.
 * @throws OtherDehydrated when one is running
 * @throws Failure instead, when the run does not give way any more
 */
export function mustBeFree(baseFolder: string, { system, givesWay, warn }: World): void {
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

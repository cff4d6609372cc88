import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { acquireLock } from '../system/lock.ts'
import { certificateState } from './authority.ts'
import type { World } from './world.ts'

/** Seconds that a run waits for the one before it. */
const WAIT = 30

/**
 * Runs one piece of work on certificates when no other is under way.
 * @throws Failure that names who is at work, when that takes too long
 */
export async function alone<Result>({ places }: World, command: string, work: () => Promise<Result>): Promise<Result> {
  const folder = certificateState(places)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const wait = process.env.GABARIT_LOCK_WAIT === undefined ? { wait: WAIT } : {}
  const lock = acquireLock(join(folder, 'run.lock'), { what: 'the work on certificates', command, ...wait })
  try {
    return await work()
  } finally {
    lock.release()
  }
}

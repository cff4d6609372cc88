import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Failure } from '../system/failure.ts'
import { pause } from '../system/pause.ts'
import type { World } from './world.ts'

/** Seconds that a dehydrated of somebody else may take to end. */
const PATIENCE = 120

/**
 * Waits until no other dehydrated holds the lock, and removes the lock of one that was killed: it holds no number of a
 * process, and dehydrated 0.7.0 stops before any that it finds, for ever.
 * @throws Failure when one is running for too long
 */
export async function awaitLock(baseFolder: string, world: World): Promise<void> {
  const lock = join(baseFolder, 'lock')
  const end = Date.now() + PATIENCE * 1000
  while (existsSync(lock)) {
    const running = runningDehydrated()
    if (running === undefined) {
      rmSync(lock, { force: true })
      world.warn('removed the lock of a dehydrated that was killed')
      return
    }
    if (Date.now() >= end)
      throw new Failure(`dehydrated is running (process ${running})`, {
        hint: `Wait until it has ended. Its lock: ${lock}`,
      })
    world.progress(`waiting for another dehydrated (process ${running})`)
    await pause(500)
  }
}

/** The process of a dehydrated: proc(5) tells the words of every command. */
function runningDehydrated(): string | undefined {
  return readdirSync('/proc').find(pid => {
    if (!/^\d+$/.test(pid)) return false
    let words: string[]
    try {
      words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    } catch {
      // It has ended meanwhile.
      return false
    }
    // A script: its interpreter comes first. An editor or a pager with a file of this name is none.
    const [program = '', script = ''] = words.map(word => basename(word))
    return program === 'dehydrated' || (/^(ba|da|z)?sh$/.test(program) && script === 'dehydrated')
  })
}

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Failure } from '../system/failure.ts'

/**
 * Removes the lock of a dehydrated that was killed: it holds no number of a process, and dehydrated 0.7.0 stops before any
 * that it finds, for ever.
 * @returns true when one was removed
 * @throws Failure when a dehydrated is running
 */
export function removeStaleLock(baseFolder: string): boolean {
  const lock = join(baseFolder, 'lock')
  if (!existsSync(lock)) return false
  const running = runningDehydrated()
  if (running !== undefined)
    throw new Failure(`dehydrated is running (process ${running})`, {
      hint: `Wait until it has ended. Its lock: ${lock}`,
    })
  rmSync(lock, { force: true })
  return true
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
    // A script: its interpreter comes first.
    return words.slice(0, 2).some(word => basename(word) === 'dehydrated')
  })
}

import { readdirSync, readFileSync } from 'node:fs'

/** The id of a process with a matching command line; undefined if there is none (proc(5)). */
export function findProcess(fits: (words: readonly string[]) => boolean): string | undefined {
  return readdirSync('/proc').find(pid => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return fits(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'))
    } catch {
      // It has just ended.
      return false
    }
  })
}

import { readdirSync, readFileSync } from 'node:fs'
import { orUndefined } from '../base/failure.ts'

/** The id of a process with a matching command line; undefined if there is none (proc(5)). */
export function findProcess(fits: (words: readonly string[]) => boolean): string | undefined {
  return readdirSync('/proc').find(pid => {
    if (!/^\d+$/.test(pid)) return false
    // Undefined: it has just ended.
    const commandLine = orUndefined(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
    return commandLine !== undefined && fits(commandLine.split('\0'))
  })
}

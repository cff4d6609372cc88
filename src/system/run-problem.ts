import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'

/** Why a command that was ended has no exit status, in words. @param timeout in milliseconds */
export function tookTooLong(timeout: number): string {
  return `did not end within ${timeout / 1000} s and was killed`
}

/** As {@link tookTooLong}, of one that a signal has ended. */
export function killedBy(signal: NodeJS.Signals | null): string | undefined {
  return signal === null ? undefined : `was killed by ${signal} (${constants.signals[signal]})`
}

/**
 * Whether a program is not installed. If a folder of PATH may not be entered, the system says "permission denied" for a program
 * that is in none of the others, too (execvp(3)).
 */
export function isMissing(
  { code }: NodeJS.ErrnoException,
  program: string,
  { PATH = '/bin:/usr/bin' }: NodeJS.ProcessEnv,
): boolean {
  if (code !== 'EACCES' || program.includes('/')) return code === 'ENOENT'
  return !PATH.split(':').some(folder => existsSync(join(folder, program)))
}

/** As {@link tookTooLong}, of one that could not be started. */
export function describeSpawnProblem(
  { code, message }: NodeJS.ErrnoException,
  program: string,
  missing: boolean,
): string {
  if (missing) return `${program}: not found (is it installed, and its interpreter?)`
  return code === 'EACCES' ? `${program}: permission denied` : message
}

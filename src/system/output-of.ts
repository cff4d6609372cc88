import { Failure } from '../base/failure.ts'

/**
 * Runs a program to its end; what it complains of goes to standard error.
 * @returns its standard output, and its exit status: null when a signal ended it
 * @throws Failure when it cannot be started
 */
export function outputOf([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv) {
  // Loaded here, because it would take a third of the time of every other verb of db.
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const { status, stdout, error } = spawnSync(program, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: Number.POSITIVE_INFINITY,
  })
  if (error !== undefined) throw new Failure(`cannot start ${program}: ${error.message}`, { cause: error })
  return { status, stdout }
}

import { Failure } from '../base/failure.ts'

/**
 * Runs a program to its end; its standard error is passed through.
 * @returns its standard output, and its exit status: null if a signal ended it
 * @throws Failure if it cannot be started
 */
export function outputOf([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv) {
  // Loaded on demand: it would add a third to the time of every other verb of db.
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

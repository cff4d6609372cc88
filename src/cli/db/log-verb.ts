import { join } from 'node:path'
import { EXIT, Failure } from '../../base/failure.ts'
import type { Context } from './context.ts'

/** `log`: the history belongs to the engine, which this program does not load; so the engine is called. */
export function runLog({ io, places, database, json, print }: Context, args: readonly string[]): number {
  const command = [join(places.shipped, 'bin/gabarit'), 'log', '--root', places.root, ...(json ? ['--json'] : [])]
  // Loaded here, because it would take a third of the time of every other verb.
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const { status, stdout, error } = spawnSync(process.execPath, [...command, '--', database, ...args], {
    env: io.env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: Number.POSITIVE_INFINITY,
  })
  if (error !== undefined) throw new Failure(`cannot start gabarit: ${error.message}`, { cause: error })
  print(stdout)
  return status ?? EXIT.failed
}

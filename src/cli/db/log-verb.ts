import { join } from 'node:path'
import { EXIT } from '../../base/failure.ts'
import { runInForeground } from '../../system/foreground.ts'
import type { Context } from './context.ts'

/** `log`: the history belongs to the engine, which this program does not load; so the engine is called. */
export function runLog({ places, database, json }: Context, args: readonly string[]): number {
  const engine = [process.execPath, join(places.shipped, 'bin/gabarit'), 'log', '--root', places.root]
  return runInForeground([...engine, ...(json ? ['--json'] : []), '--', database, ...args]) ?? EXIT.failed
}

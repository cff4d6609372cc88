import { join } from 'node:path'
import { EXIT } from '../../base/failure.ts'
import { outputOf } from '../../system/output-of.ts'
import type { Call } from './call.ts'

/** `log`: the history belongs to the engine, which this program does not load, so it calls the engine. */
export function runLog({ io, places, database, format, print }: Call, args: readonly string[]): number {
  const engine = [process.execPath, join(places.shipped, 'bin/gabarit'), 'log', '--root', places.root]
  const { status, stdout } = outputOf(
    [...engine, ...(format === 'text' ? [] : [`--${format}`]), '--', database, ...args],
    io.env,
  )
  print(stdout)
  return status ?? EXIT.failed
}

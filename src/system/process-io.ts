import { resolve } from 'node:path'
import type { Io } from './io.ts'
import { readInput, writeStream } from './standard-streams.ts'

/**
 * The real process.
 * @param shipped the package's own folder
 */
export function processIo(shipped: string): Io {
  return {
    env: process.env,
    shipped,
    resolve: path => resolve(path),
    now: () => new Date(),
    // Loaded on demand: node:tty would take longer than a whole `getprop`.
    isTerminal: descriptor => process.getBuiltinModule('node:tty').isatty(descriptor),
    write: writeStream,
    readInput,
    terminal: () => ({ input: process.stdin, output: process.stderr }),
  }
}

import { resolve } from 'node:path'
import { readInput, writeStream } from './standard-streams.ts'

/** What a program needs from its process. Passed to `main`, so that tests can call it with their own. */
export interface Io {
  readonly env: NodeJS.ProcessEnv
  /** The package's own folder (templates, db, events, bin). */
  readonly shipped: string
  /** The absolute form of a path that is relative to the caller's current folder. */
  resolve(path: string): string
  now(): Date
  isTerminal(descriptor: 0 | 1 | 2): boolean
  /**
   * Writes all of the text synchronously, so that nothing is lost when the process ends.
   * @throws the system's error if the output is closed or full
   */
  write(descriptor: 1 | 2, text: string): void
  /** All of standard input. */
  readInput(): Buffer
  /** The terminal for questions. */
  terminal(): { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream }
}

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

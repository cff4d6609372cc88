import { fstatSync, readSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { EXIT, hasCode, orUndefined } from '../base/failure.ts'
import { systemReason } from './atomic-write.ts'

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
    isTerminal: descriptor => isCharacterDevice(descriptor) && process.getBuiltinModule('node:tty').isatty(descriptor),
    write: writeStream,
    readInput,
    terminal: () => ({ input: process.stdin, output: process.stderr }),
  }
}

/** Files and pipes are none, and no terminals either. */
function isCharacterDevice(descriptor: number): boolean {
  return orUndefined(() => fstatSync(descriptor))?.isCharacterDevice() === true
}

/**
 * Standard output and standard error of a program. Once one cannot be written any more it is ignored, without an exception: an
 * event must not stop half-way because nobody reads its output.
 */
export class StandardOutput {
  readonly #io: Io
  readonly #closed = new Map<1 | 2, unknown>()

  constructor(io: Io) {
    this.#io = io
  }

  write(descriptor: 1 | 2, text: string): void {
    if (this.#closed.has(descriptor)) return
    try {
      this.#io.write(descriptor, text)
    } catch (error) {
      this.#closed.set(descriptor, error)
    }
  }

  /**
   * Reports that standard output may have been lost. A reader that went away (`| head`) is not an error.
   * @param say prints a message to standard error
   * @returns the exit status
   */
  finish(status: number, say: (message: string) => void): number {
    const problem = this.#closed.get(1)
    if (problem === undefined || hasCode(problem, 'EPIPE')) return status
    say(`cannot write to standard output: ${systemReason(problem)}`)
    return status === EXIT.done ? EXIT.failed : status
  }
}

/**
 * Writes a text to standard output (1) or standard error (2) synchronously: nothing is lost when the process ends.
 * `process.stdout` would do, but loading it costs more than a whole `getprop`.
 */
function writeStream(descriptor: 1 | 2, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += retry(() => writeSync(descriptor, bytes, at))
}

/** Writes to standard error, ignoring errors: a closed or busy terminal must not stop what is running. */
export function tryToWrite(text: string): void {
  try {
    writeSync(2, text)
  } catch {
    // Nobody is watching.
  }
}

/** All of standard input. */
export function readInput(): Buffer {
  const pieces: Buffer[] = []
  const piece = Buffer.alloc(65536)
  for (;;) {
    const length = retry(() => readSync(0, piece))
    if (length === 0) return Buffer.concat(pieces)
    pieces.push(Buffer.from(piece.subarray(0, length)))
  }
}

/** A pipe that another program made non-blocking answers "try again" when it is full or empty. */
function retry(call: () => number): number {
  for (;;) {
    try {
      return call()
    } catch (error) {
      if (hasCode(error, 'EOF')) return 0
      if (!hasCode(error, 'EAGAIN')) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

import { readSync, writeSync } from 'node:fs'
import { hasCode } from '../base/failure.ts'

/**
 * Writes a text to standard output (1) or standard error (2) synchronously: nothing is lost when the process ends.
 * `process.stdout` would do, but loading it costs more than a whole `getprop`.
 */
export function writeStream(descriptor: 1 | 2, text: string): void {
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

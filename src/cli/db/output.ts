import { readSync, writeSync } from 'node:fs'
import { Failure, hasCode } from '../../base/failure.ts'
import { systemReason } from '../../system/atomic-write.ts'

/**
 * Writes text to standard output. `process.stdout` would do, but loading it costs more than a whole `getprop`.
 * A reader that has gone (`| head`) is no error.
 */
export function print(text: string): void {
  try {
    writeAll(1, text)
  } catch (error) {
    if (hasCode(error, 'EPIPE')) return
    throw new Failure(`cannot write to standard output: ${systemReason(error)}`, { cause: error })
  }
}

export function printLines(lines: readonly string[]): void {
  if (lines.length > 0) print(`${lines.join('\n')}\n`)
}

/** Writes one message to standard error; there is nobody to tell when that fails. */
export function printError(message: string): void {
  try {
    writeAll(2, `${message}\n`)
  } catch {
    // Standard error is closed.
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

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8')
  for (let at = 0; at < bytes.length; ) at += retry(() => writeSync(descriptor, bytes, at))
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

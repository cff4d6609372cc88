import { readSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { hasCode } from '../base/failure.ts'
import type { Io } from './io.ts'

/**
 * The real process. `process.stdout` and node:tty are left alone until they are needed: loading them takes longer than a
 * whole `getprop`.
 * @param shipped the package's own folder
 */
export function processIo(shipped: string): Io {
  return {
    env: process.env,
    shipped,
    resolve: path => resolve(path),
    now: () => new Date(),
    isTerminal: descriptor => process.getBuiltinModule('node:tty').isatty(descriptor),
    write: (descriptor, text) => {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; ) at += retry(() => writeSync(descriptor, bytes, at))
    },
    readInput,
    terminal: () => ({ input: process.stdin, output: process.stderr }),
  }
}

function readInput(): Buffer {
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

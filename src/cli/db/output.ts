import { Failure, hasCode } from '../../base/failure.ts'
import { systemReason } from '../../system/atomic-write.ts'
import { writeStream } from '../../system/standard-streams.ts'

/** Writes text to standard output. A reader that has gone (`| head`) is no error. */
export function print(text: string): void {
  try {
    writeStream(1, text)
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
    writeStream(2, `${message}\n`)
  } catch {
    // Standard error is closed.
  }
}

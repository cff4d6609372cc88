import { EXIT, hasCode } from '../base/failure.ts'
import { systemReason } from './atomic-write.ts'
import type { Io } from './io.ts'

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

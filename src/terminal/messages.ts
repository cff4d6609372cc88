import { EXIT, Failure, isOfSystem } from '../base/failure.ts'
import { readableDatabase } from '../db/store.ts'
import type { Redact } from '../plan/diff.ts'
import { freshRedact } from '../plan/redact.ts'
import { systemReason } from '../system/atomic-write.ts'
import { type Io, StandardOutput } from '../system/io.ts'
import { LogStream } from '../system/log-stream.ts'
import type { Places } from '../system/places.ts'
import { Progress } from './progress.ts'

/** The output of a command: to the person, and to the server's log. Its messages never show a secret. */
export class Messages {
  /** Whether standard output should have colours and progress. */
  readonly colour: boolean
  readonly #output: StandardOutput
  readonly #progress: Progress
  readonly #log = new LogStream('gabarit')
  #places: Places | undefined
  #redact: Redact | undefined

  constructor(io: Io) {
    this.colour = io.isTerminal(1) && !io.env.NO_COLOR
    this.#output = new StandardOutput(io)
    const drawn = io.isTerminal(2) && !io.env.NO_COLOR && io.env.TERM !== 'dumb'
    this.#progress = new Progress(drawn ? text => this.#output.write(2, text) : undefined)
  }

  /** From now on, the secrets of this server are removed. */
  of(places: Places): void {
    this.#places = places
    this.#redact = freshRedact(places, readableDatabase)
  }

  /** Prints text and ends its last line. */
  print(text: string): void {
    this.printExact(text.endsWith('\n') ? text : `${text}\n`)
  }

  printExact(text: string): void {
    this.#write(1, text)
  }

  printError(message: string): void {
    this.#write(2, `${this.#conceal(message)}\n`)
  }

  progress(step: string | undefined): void {
    this.#progress.show(step)
  }

  /** Writes a line to the server's log, except for a sandbox. */
  log(level: 'error' | 'warning' | 'info', text: string): void {
    if (this.#places?.root === '/') this.#log.write(level, this.#conceal(text))
  }

  /** Waits until a command has ended, and the log has received everything. @returns the exit status */
  async until(command: Promise<number>): Promise<number> {
    const status = await command.catch(error => this.#explain(error))
    this.#progress.show(undefined)
    const ended = this.#output.finish(status, message => this.printError(message))
    await this.#log.close()
    return ended
  }

  /**
   * Reports the error that ended a command: a Failure in words, a bug with its stack.
   * @returns the exit status
   */
  #explain(error: unknown): number {
    if (error instanceof Failure) {
      this.printError(error.describe())
      if (this.#log.isOpen) this.log('error', error.describe())
      return error.status
    }
    if (isOfSystem(error)) {
      const where = error instanceof Error && 'path' in error ? `${error.path}: ` : ''
      this.printError(`${where}${systemReason(error)}`)
    } else
      this.printError(
        `${error instanceof Error ? error.stack : String(error)}\nThis is a bug in gabarit. Please report it.`,
      )
    return EXIT.failed
  }

  #write(descriptor: 1 | 2, text: string): void {
    this.#progress.clear()
    this.#output.write(descriptor, text)
  }

  /**
   * Removes secrets from a message, since a fragment or a checker may quote one, and an action may have just made it.
   */
  #conceal(message: string): string {
    try {
      return this.#redact?.(message) ?? message
    } catch {
      // A description is damaged, which must still be reported.
      return message
    }
  }
}

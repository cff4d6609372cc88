/** What a program has of the process it runs in. `main` is given it, so tests can call `main` with their own. */
export interface Io {
  readonly env: NodeJS.ProcessEnv
  /** The package's own folder (templates, db, events, bin). */
  readonly shipped: string
  /** The absolute form of a path as the caller means it, from the current folder. */
  resolve(path: string): string
  now(): Date
  isTerminal(descriptor: 0 | 1 | 2): boolean
  /**
   * Writes all of the text at once, so nothing is lost when the process ends.
   * @throws the system's error when the output takes no more
   */
  write(descriptor: 1 | 2, text: string): void
  /** All of standard input. */
  readInput(): Buffer
  /** Where a person is asked. */
  terminal(): { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream }
}

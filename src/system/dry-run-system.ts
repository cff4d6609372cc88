import { RealSystem } from './real-system.ts'
import type { RunResult } from './system.ts'

/** Reads the server but changes nothing: every change is only recorded, in words. */
export class DryRunSystem extends RealSystem {
  override readonly dryRun = true
  /** What would have been done, in order: `rename /etc/.hosts.gabarit-new /etc/hosts`. */
  readonly notes: string[] = []

  override makeFolder(path: string): void {
    this.#note('make folder', path)
  }

  override removeFolder(path: string): void {
    this.#note('remove folder', path)
  }

  override writeNew(path: string): void {
    this.#note('write', path)
  }

  override replace(path: string): void {
    this.#note('replace', path)
  }

  override link(path: string, name: string): void {
    this.#note('link', path, name)
  }

  override symlink(target: string, path: string): void {
    this.#note('symlink', target, path)
  }

  override rename(from: string, to: string): void {
    this.#note('rename', from, to)
  }

  override remove(path: string): void {
    this.#note('remove', path)
  }

  override setAttributes(path: string): void {
    this.#note('set owner and mode of', path)
  }

  override syncFolder(): void {}

  override run(command: readonly string[]): Promise<RunResult> {
    this.#note('run', ...command)
    return Promise.resolve({ status: 0, output: '', stdout: '', problem: undefined, missing: false })
  }

  #note(...words: string[]): void {
    this.notes.push(words.join(' '))
  }
}

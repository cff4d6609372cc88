import { basename, dirname, join } from 'node:path'
import type { Files } from './files.ts'
import type { Lock } from './lock.ts'

/**
 * The port to all that gabarit keeps for itself: `/var/lib/gabarit`. Names are relative to its folder. On a dry run's files it
 * is the same state, and what is written to it stays in memory.
 */
export class State {
  readonly folder: string
  readonly files: Files
  readonly #top: string

  /** @param top the folder that others may look into; absent: this one */
  constructor(folder: string, files: Files, top = folder) {
    this.folder = folder
    this.files = files
    this.#top = top
  }

  /** The real path of a name. */
  path(name: string): string {
    return join(this.folder, name)
  }

  /** A folder of it, as a state of its own. */
  within(name: string): State {
    return new State(this.path(name), this.files, this.#top)
  }

  has(name: string): boolean {
    return this.files.state(this.path(name)) !== undefined
  }

  /** When a file was last written, in milliseconds since 1970; 0: there is none. */
  modified(name: string): number {
    return this.files.state(this.path(name))?.modified ?? 0
  }

  /** The bytes of a file; undefined when there is none. */
  read(name: string): Buffer | undefined {
    return this.has(name) ? this.files.read(this.path(name)) : undefined
  }

  /** The names in a folder, in no order; none when there is no such folder. */
  list(name = ''): string[] {
    return this.files.list(this.path(name))
  }

  /**
   * Replaces a file as a whole, durably: whoever reads it, at any instant and after any crash, sees the old content or the new.
   * The caller holds what keeps others from writing it; so what a killed writer left behind is removed by the next one.
   */
  write(name: string, data: string | Uint8Array, mode = 0o600): void {
    const path = this.path(name)
    const staged = join(dirname(path), `.${basename(path)}.new`)
    this.makeFolder(dirname(name))
    this.files.remove(staged)
    try {
      this.files.writeNew(staged, data, { mode, uid: 0, gid: 0 })
      this.files.rename(staged, path)
    } catch (error) {
      this.files.remove(staged)
      throw error
    }
    this.files.syncFolder(dirname(path))
  }

  /** As {@link write}, for a file that several may write at once. */
  writeShared(name: string, data: string | Uint8Array): void {
    this.makeFolder(dirname(name))
    this.files.replace(this.path(name), data, { mode: 0o600, uid: 0, gid: 0 })
  }

  /** As {@link write}, but not synced: after a power cut it may be cut short. */
  writeLazily(name: string, data: string | Uint8Array): void {
    const path = this.path(name)
    this.makeFolder(dirname(name))
    this.files.remove(`${path}.new`)
    this.files.append(`${path}.new`, data)
    this.files.rename(`${path}.new`, path)
  }

  /** Adds to the end of a file; it is made when there is none. */
  append(name: string, data: string | Uint8Array): void {
    this.makeFolder()
    this.files.append(this.path(name), data)
  }

  /** Removes a file; a missing one is fine. After a power cut it may be there again. */
  remove(name: string): void {
    this.files.remove(this.path(name))
  }

  /** Removes a file for good; a missing one is fine. */
  removeDurably(name: string): void {
    this.remove(name)
    this.files.syncFolder(this.folder)
  }

  /** Removes a folder with the files in it; a missing one is fine. */
  removeFolder(name: string): void {
    if (!this.has(name)) return
    for (const file of this.list(name)) this.remove(join(name, file))
    this.files.removeFolder(this.path(name))
  }

  /** Gives a file or folder another name, durably. */
  rename(name: string, to: string): void {
    this.files.rename(this.path(name), this.path(to))
    this.files.syncFolder(this.folder)
  }

  /** Makes the folder itself, which anybody may look into, and a folder in it, which nobody else may. */
  makeFolder(name = ''): void {
    const folder = this.path(name)
    if (this.files.state(folder) !== undefined) return
    this.files.makeFolder(this.#top)
    this.files.makeFolder(folder, 0o700)
  }

  /** Waits for a lock beside a file and holds it. @param what is locked, for the message of who waits for it */
  lock(name: string, what: string, command: string): Lock {
    this.makeFolder(dirname(name))
    return this.files.lock(this.path(`${name}.lock`), { what, command })
  }
}

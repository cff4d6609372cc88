import { basename, dirname, join } from 'node:path'
import { refusal } from '../base/failure.ts'
import { naming } from './atomic-write.ts'
import type { FileState, Files, Removal } from './files.ts'
import { withLock } from './lock.ts'
import { unreadable } from './read-files.ts'

/**
 * The port to gabarit's own state in `/var/lib/gabarit`. Names are relative to that folder. In a dry run it is the same state,
 * but writes stay in memory.
 */
export class State {
  readonly folder: string
  readonly files: Files
  readonly #top: string

  /** @param top the folder that others may read; default: this one */
  constructor(folder: string, files: Files, top = folder) {
    this.folder = folder
    this.files = files
    this.#top = top
  }

  /** The real path of a name. */
  path(name: string): string {
    return join(this.folder, name)
  }

  /** A folder in it, as a separate state. */
  within(name: string): State {
    return new State(this.path(name), this.files, this.#top)
  }

  has(name: string): boolean {
    return this.files.state(this.path(name)) !== undefined
  }

  /** What is there: a file, a folder, a link; undefined if there is nothing. */
  kind(name: string): FileState['kind'] | undefined {
    return this.files.state(this.path(name))?.kind
  }

  /** When a file was last written, in milliseconds since 1970; 0 if there is none. */
  modified(name: string): number {
    return this.files.state(this.path(name))?.modified ?? 0
  }

  /** The bytes of a file; undefined if there is none. */
  read(name: string): Buffer | undefined {
    if (!this.has(name)) return undefined
    try {
      return this.files.read(this.path(name))
    } catch (error) {
      throw unreadable(this.path(name), error)
    }
  }

  /** The names in a folder, unsorted; none if there is no such folder. */
  list(name = ''): string[] {
    return this.files.list(this.path(name))
  }

  /** The numbers in the names of files, in order. @param pattern whose first group is the number */
  numbers(pattern: RegExp): number[] {
    const numbers: number[] = []
    for (const name of this.list()) {
      const found = pattern.exec(name)?.[1]
      if (found !== undefined) numbers.push(Number(found))
    }
    // A typed array needs no comparison of ours, and its `forEach` no iterator: each would take longer than all the rest.
    new Float64Array(numbers).sort().forEach((number, at) => {
      numbers[at] = number
    })
    return numbers
  }

  /**
   * Replaces a file atomically and durably: a reader sees the old content or the new, at any time and after any crash.
   * The caller holds a lock that prevents other writes, so leftovers of a killed writer are removed by the next one.
   */
  write(name: string, data: string | Uint8Array, mode = 0o600): void {
    const path = this.path(name)
    const staged = join(dirname(path), `.${basename(path)}.new`)
    this.makeFolder(dirname(name))
    this.files.remove(staged)
    if (this.kind(name) === 'folder') this.moveAside(name)
    try {
      this.files.writeNew(staged, data, { mode, uid: 0, gid: 0 })
      this.files.rename(staged, path)
    } catch (error) {
      this.files.remove(staged)
      throw naming(path, error)
    }
    this.files.syncFolder(dirname(path))
  }

  /** As {@link write}, for a file that several processes may write at once. */
  writeShared(name: string, data: string | Uint8Array): void {
    this.stage(name, data)
    this.sync(dirname(name))
  }

  /** As {@link writeShared}, but durable only after {@link sync} of its folder. */
  stage(name: string, data: string | Uint8Array): void {
    this.makeFolder(dirname(name))
    this.files.replaceUnsynced(this.path(name), data, { mode: 0o600, uid: 0, gid: 0 })
  }

  /** Makes what was staged in a folder survive a power cut. */
  sync(folder: string): void {
    this.files.syncFolder(this.path(folder))
  }

  /** As {@link write}, but not synced: after a power cut it may be truncated. */
  writeLazily(name: string, data: string | Uint8Array): void {
    const path = this.path(name)
    this.makeFolder(dirname(name))
    this.files.remove(`${path}.new`)
    this.files.append(`${path}.new`, data)
    this.files.rename(`${path}.new`, path)
  }

  /** Appends to a file, and creates it if there is none. */
  append(name: string, data: string | Uint8Array): void {
    this.makeFolder()
    this.files.append(this.path(name), data)
  }

  /** Removes a file, if it exists. After a power cut it may reappear. */
  remove(name: string, how?: Removal): void {
    this.files.remove(this.path(name), how)
  }

  /** Removes a file durably, if it exists. */
  removeDurably(name: string): void {
    this.remove(name)
    this.files.syncFolder(this.folder)
  }

  /** Removes a folder with the files in it, if it exists. */
  removeFolder(name: string): void {
    if (!this.has(name)) return
    for (const file of this.list(name)) this.remove(join(name, file))
    this.files.removeFolder(this.path(name))
  }

  /** Renames a file or folder, durably. */
  rename(name: string, to: string): void {
    this.files.rename(this.path(name), this.path(to))
    this.files.syncFolder(this.folder)
  }

  /** Moves away what cannot be used, so that it can be made again. */
  moveAside(name = ''): void {
    const path = `${this.path(name)}.damaged`
    let free = path
    for (let number = 2; this.files.state(free) !== undefined; number++) free = `${path}.${number}`
    this.files.rename(this.path(name), free)
  }

  /** Whether something else is in the place of a folder: a file, a link that leads to none. */
  isNoFolder(name = ''): boolean {
    const real = this.files.realPath(this.path(name))
    return this.has(name) && (real === undefined || this.files.state(real)?.kind !== 'folder')
  }

  /**
   * Creates the folder itself, which anybody may read, and a folder in it, which nobody else may. What is in the place of a folder
   * is moved aside.
   * @throws Failure (refused) if everything would be: the disk that it is on may not be mounted
   */
  makeFolder(name = ''): void {
    const folder = this.path(name)
    if (folder !== this.folder) this.makeFolder()
    const kind = this.kind(name)
    if (kind === 'folder' || (kind === 'link' && !this.isNoFolder(name))) return
    if (kind === 'link' && folder === this.#top)
      throw refusal('this is a link that leads to no folder', {
        where: folder,
        hint: 'Is the disk that it leads to mounted? If there is none any more, remove the link.',
      })
    if (kind !== undefined) this.moveAside(name)
    this.files.makeFolder(this.#top)
    this.files.makeFolder(folder, 0o700)
  }

  /** Runs a function while holding a lock next to a file. @param what is locked, shown to those who wait */
  withLock<Result>(name: string, what: string, command: string, run: () => Result): Result {
    this.makeFolder(dirname(name))
    return withLock(this.files.lock(this.path(`${name}.lock`), { what, command }), run)
  }
}

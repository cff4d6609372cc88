import type { Lock, LockOptions } from './lock.ts'

/** What stands at a path, links not followed. */
export interface FileState {
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Milliseconds since 1970. */
  readonly modified: number
}

/** Permissions and owner of a file from its birth on. */
export interface Attributes {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/**
 * The one port to files: those of the server, and gabarit's own. A dry run has it in memory, over the disk: what it wrote is
 * read again, and nothing reaches the disk. Paths are real paths (the root already in front).
 */
export interface Files {
  /** Undefined: there is nothing. */
  state(path: string): FileState | undefined
  read(path: string): Buffer
  readLink(path: string): string
  /** The path with all links resolved; undefined when it does not exist. */
  realPath(path: string): string | undefined
  /** The names in a folder, in no order; none when there is no such folder. */
  list(folder: string): string[]

  /** Makes a folder, and those above it; one that exists is fine. @param mode absent: 0755 */
  makeFolder(path: string, mode?: number): void
  /** Removes an empty folder. */
  removeFolder(path: string): void
  /** Writes a new file and syncs it; fails when the path exists. */
  writeNew(path: string, data: string | Uint8Array, attributes: Attributes): void
  /** Replaces a file, or makes it, as a whole: whoever reads it sees the old content or the new. */
  replace(path: string, data: string | Uint8Array, attributes: Attributes): void
  /** Adds to the end of a file that only its owner may read; it is made when there is none. */
  append(path: string, data: string | Uint8Array): void
  /** A second name for a file (a copy where the file system has no hard links). */
  link(path: string, name: string): void
  symlink(target: string, path: string): void
  rename(from: string, to: string): void
  /** Removes a file or link; a missing one is fine. */
  remove(path: string): void
  setAttributes(path: string, attributes: Attributes): void
  /** Makes the names in a folder durable. */
  syncFolder(path: string): void

  /** Waits for a lock and holds it; a dry run, which changes nothing, need not wait. */
  lock(path: string, options: LockOptions): Lock
}

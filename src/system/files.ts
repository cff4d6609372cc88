import type { NewAttributes, NewFile } from './atomic-write.ts'
import type { Lock, LockOptions } from './lock.ts'

/** As {@link NewAttributes}, with owner and group. */
export type Attributes = Required<NewAttributes>

/** What is at a path, not following links. */
export interface FileState extends Attributes {
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  /** Milliseconds since 1970. */
  readonly modified: number
  /**
   * Another one once the file has been touched. Absent if that was within the last second, when it could be touched again without
   * another time, and for what a dry run has changed.
   */
  readonly stamp?: string
}

/** How a file is removed. */
export interface Removal {
  /** The name goes at once; until the disk has freed the content, nobody waits. */
  readonly isQuick?: boolean
}

/**
 * The one port to files: the server's, and gabarit's own. A dry run keeps changes in memory, on top of the disk: it reads what it
 * wrote, but nothing reaches the disk. Paths are real paths (the root already in front).
 */
export interface Files {
  /** Undefined if there is nothing. */
  state(path: string): FileState | undefined
  read(path: string): Buffer
  readLink(path: string): string
  /** The path with all links resolved; undefined if it does not exist. */
  realPath(path: string): string | undefined
  /** The names in a folder, unsorted; none if there is no such folder. */
  list(folder: string): string[]

  /** Creates a folder and its parents, unless it exists. @param mode default: 0755 */
  makeFolder(path: string, mode?: number): void
  /** Removes an empty folder. */
  removeFolder(path: string): void
  /** Writes a new file and syncs it; fails if the path exists. */
  writeNew(path: string, data: string | Uint8Array, attributes: NewFile): void
  /** Creates or replaces a file atomically: a reader sees the old content or the new. */
  replace(path: string, data: string | Uint8Array, attributes: Attributes): void
  /** As {@link replace}, but durable only after {@link syncFolder}. */
  replaceUnsynced(path: string, data: string | Uint8Array, attributes: Attributes): void
  /** Appends to a file that only its owner may read, and creates it if it is missing. */
  append(path: string, data: string | Uint8Array): void
  /** Creates a second name for a file (a copy if the file system has no hard links). */
  link(path: string, name: string): void
  symlink(target: string, path: string): void
  rename(from: string, to: string): void
  /** Removes a file or link; does nothing if it is missing. */
  remove(path: string, how?: Removal): void
  setAttributes(path: string, attributes: Attributes): void
  /** Makes the names in a folder durable. */
  syncFolder(path: string): void

  /** Waits for a lock and holds it. A dry run changes nothing, so it does not wait. */
  lock(path: string, options: LockOptions): Lock
}

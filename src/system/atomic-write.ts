import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { hasCode, messageOf } from '../base/failure.ts'

export interface WriteOptions {
  /** The exact permissions of the file (the umask is not applied). */
  readonly mode: number
  /** Owner and group; default: those of the process. */
  readonly uid?: number
  readonly gid?: number
  /**
   * The caller has exclusive access, by a lock on the file or the event lock. The temporary file then gets a fixed name, and one
   * left by a killed writer is removed, so that they never pile up.
   */
  readonly locked?: boolean
}

/** New content, written to disk next to its file. */
export interface StagedFile {
  /** Puts it in place. */
  commit(): void
  /** Removes it. */
  discard(): void
}

/**
 * Replaces a file atomically: a reader sees the old content or the new, at any time and after any crash.
 * A symbolic link at `path` is replaced, not followed.
 */
export function writeFileAtomically(path: string, data: string | Uint8Array, options: WriteOptions): void {
  stageFile(path, data, options).commit()
}

/**
 * The first half of {@link writeFileAtomically}, the one that needs disk space. The temporary file is created exclusively, next
 * to the target, never with wider permissions than asked for, and removed if anything fails.
 */
export function stageFile(path: string, data: string | Uint8Array, options: WriteOptions): StagedFile {
  const folder = dirname(path)
  const temporary = join(folder, temporaryName(basename(path), options.locked === true))
  const discard = () => rmSync(temporary, { force: true })
  if (options.locked === true) discard()
  const descriptor = openSync(temporary, 'wx', options.mode & 0o700)
  let open = true
  try {
    writeFileSync(descriptor, data)
    if (options.uid !== undefined || options.gid !== undefined)
      fchownSync(descriptor, options.uid ?? -1, options.gid ?? -1)
    // After changing the owner, which clears set-user-id bits.
    fchmodSync(descriptor, options.mode)
    fsyncSync(descriptor)
    closeSync(descriptor)
    open = false
  } catch (error) {
    if (open) closeSync(descriptor)
    discard()
    throw error
  }
  const commit = () => {
    try {
      renameSync(temporary, path)
    } catch (error) {
      discard()
      throw error
    }
    syncFolder(folder)
  }
  return { commit, discard }
}

/** Makes a folder that survives a power cut, and those above it; one that exists is fine. */
export function makeFolder(folder: string, mode: number): void {
  mkdirSync(dirname(folder), { recursive: true })
  mkdirSync(folder, { recursive: true, mode })
  syncFolder(dirname(folder))
}

/** Makes the names in a folder survive a power cut. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } catch (error) {
    // Some file systems cannot sync a folder, and there is no alternative.
    if (!hasCode(error, 'EINVAL') && !hasCode(error, 'ENOTSUP')) throw error
  } finally {
    closeSync(descriptor)
  }
}

/** The error text of the operating system, without Node's code, call and path: `no space left on device`. */
export function systemReason(error: unknown): string {
  const message = messageOf(error)
  return /^[A-Z][A-Z0-9]+: (.*?), \w+/.exec(message)?.[1] ?? message
}

function temporaryName(name: string, fixed: boolean): string {
  // A name can be 255 bytes long: leave room for the additions.
  const start = Buffer.from(name)
    .subarray(0, 200)
    .toString('latin1')
    .replace(/[^ -~]/g, '_')
  const unique = fixed ? 'new' : `${process.pid}-${Math.random().toString(36).slice(2, 10)}.new`
  return `.${start}.${unique}`
}

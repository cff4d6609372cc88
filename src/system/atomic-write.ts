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
}

/**
 * Replaces a file atomically: a reader sees the old content or the new, at any time and after any crash.
 * A symbolic link at `path` is replaced, not followed. The temporary file is created exclusively, next to the target, never
 * with wider permissions than asked for, and removed if anything fails.
 */
export function writeFileAtomically(path: string, data: string | Uint8Array, options: WriteOptions): void {
  const folder = dirname(path)
  const temporary = join(folder, temporaryName(basename(path)))
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
    renameSync(temporary, path)
  } catch (error) {
    if (open) closeSync(descriptor)
    rmSync(temporary, { force: true })
    throw error
  }
  syncFolder(folder)
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

function temporaryName(name: string): string {
  // A name can be 255 bytes long: leave room for the additions.
  const start = Buffer.from(name)
    .subarray(0, 200)
    .toString('latin1')
    .replace(/[^ -~]/g, '_')
  return `.${start}.${process.pid}-${Math.random().toString(36).slice(2, 10)}.new`
}

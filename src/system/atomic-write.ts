import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure, hasCode, isOfSystem, messageOf, orUndefined } from '../base/failure.ts'

/** Permissions and owner that a file has from its creation. */
export interface NewAttributes {
  /** Exactly these: the umask is not applied. */
  readonly mode: number
  /** Owner and group; default: those of the process. */
  readonly uid?: number
  readonly gid?: number
}

export interface NewFile extends NewAttributes {
  /** Whether the content survives a power cut as soon as it is written; default: yes. */
  readonly synced?: boolean
}

/**
 * Writes a new file and syncs it. It never has wider permissions than asked for.
 * @throws the system's error; EEXIST if there is one
 */
export function writeNewFile(path: string, data: string | Uint8Array, attributes: NewFile): void {
  const descriptor = openSync(path, 'wx', attributes.mode & 0o700)
  try {
    writeFileSync(descriptor, data)
    complete(descriptor, attributes)
  } catch (error) {
    throw naming(path, error)
  } finally {
    closeSync(descriptor)
  }
}

function complete(descriptor: number, { mode, uid, gid, synced = true }: NewFile): void {
  if (uid !== undefined || gid !== undefined) fchownSync(descriptor, uid ?? -1, gid ?? -1)
  // After changing the owner, which clears set-user-id bits.
  fchmodSync(descriptor, mode)
  if (synced) fsyncSync(descriptor)
}

/** As {@link replaceFile}; the new content is also there after a power cut. */
export function writeFileAtomically(path: string, data: string | Uint8Array, attributes: NewAttributes): void {
  replaceFile(path, data, attributes)
  syncFolder(dirname(path))
}

/**
 * Replaces a file atomically: a reader sees the old content or the new, at any time and after any crash. Which of them is
 * there after a power cut is decided by {@link syncFolder}.
 * A symbolic link at `path` is replaced, not followed. The temporary file is next to the target, and removed if anything fails.
 */
export function replaceFile(path: string, data: string | Uint8Array, attributes: NewAttributes): void {
  const folder = dirname(path)
  const temporary = join(folder, temporaryName(basename(path)))
  try {
    writeNewFile(temporary, data, attributes)
    renameSync(temporary, path)
  } catch (error) {
    discard(temporary)
    throw naming(path, error)
  }
}

/** Removes what an error has left. A disk that cannot be written refuses that, too: the first error is the one to tell. */
function discard(temporary: string): void {
  orUndefined(() => rmSync(temporary, { force: true }))
}

/** A file that is being written. */
export interface Output {
  /** For a program. */
  readonly descriptor: number
  write(data: Uint8Array): void
  /** How many bytes it has now. */
  size(): number
}

/**
 * As {@link writeFileAtomically}, for a file that only its owner can read, and that a program may write.
 * @returns its size, and what was written in the words of whoever wrote it
 */
export async function replacePrivateFile<Written>(
  path: string,
  write: (output: Output) => Promise<Written>,
): Promise<{ readonly bytes: number; readonly written: Written }> {
  const temporary = join(dirname(path), temporaryName(basename(path)))
  let done: { readonly bytes: number; readonly written: Written }
  try {
    const descriptor = openSync(temporary, 'wx', 0o600)
    try {
      const size = () => fstatSync(descriptor).size
      const written = await write({ descriptor, write: data => writeFileSync(descriptor, data), size })
      complete(descriptor, { mode: 0o600 })
      done = { bytes: size(), written }
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
  } catch (error) {
    discard(temporary)
    throw naming(path, error)
  }
  syncFolder(dirname(path))
  return done
}

/**
 * An error with the path of the file that could not be written: Node names none for a descriptor and a temporary one for a
 * rename, but the message must say which disk is full.
 */
export function naming(path: string, error: unknown): unknown {
  return error instanceof Error ? Object.assign(error, { path }) : error
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
  return /^[A-Z][A-Z0-9]+: (.*?), [\w']/.exec(message)?.[1] ?? message
}

/**
 * What went wrong, for people.
 * @throws the error itself if it is neither a {@link Failure} nor of the operating system: a bug
 */
export function reasonOf(error: unknown): string {
  if (error instanceof Failure) return error.describe()
  if (isOfSystem(error)) return systemReason(error)
  throw error
}

function temporaryName(name: string): string {
  // A name can be 255 bytes long: leave room for the additions.
  const start = Buffer.from(name)
    .subarray(0, 200)
    .toString('latin1')
    .replace(/[^ -~]/g, '_')
  return `.${start}.${process.pid}-${Math.random().toString(36).slice(2, 10)}.new`
}

/** The name of the file that a temporary one was to become, as far as it tells; undefined for any other file. */
export function nameOfTemporary(name: string): string | undefined {
  return /^\.(.*)\.\d+-[a-z0-9]+\.new$/.exec(name)?.[1]
}

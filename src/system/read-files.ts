import {
  closeSync,
  constants,
  type Dirent,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs'
import { Failure, hasCode } from '../base/failure.ts'
import { naming, systemReason } from './atomic-write.ts'

// Everything that reads files uses these functions. What is there but cannot be read is a Failure that names it.

/** Whether a path exists, following links. What we may not see counts as missing. */
export function exists(path: string): boolean {
  return existsSync(path)
}

/** The status of a path, following links; undefined if it does not exist, or is a dangling or endless link. */
export function statOf(path: string): Stats | undefined {
  // Most layers do not have most templates, and creating an error with its stack costs more than asking.
  return ifThere(path, () => statSync(path, { throwIfNoEntry: false }), 'ELOOP')
}

/** What a path is, following links; undefined if it does not exist. */
export function kindOf(path: string): 'file' | 'folder' | 'other' | undefined {
  const stat = statOf(path)
  return stat === undefined ? undefined : stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other'
}

/** Whether it is a regular file with an execute permission. */
export function isExecutable(file: string): boolean {
  const stat = statOf(file)
  return stat?.isFile() === true && (stat.mode & 0o111) !== 0
}

/**
 * The bytes of a file, without waiting for them: a pipe in the place of a file would keep the reader for ever. There are many
 * files, and most are small: what it is, is asked only if it has nothing.
 * @throws Failure if it is a pipe; the system's error
 */
export function bytesNow(file: string): Buffer {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const bytes = readFileSync(descriptor)
    if (bytes.length === 0 && fstatSync(descriptor).isFIFO()) throw isPipe(file)
    return bytes
  } catch (error) {
    // Somebody writes into it.
    throw hasCode(error, 'EAGAIN') ? isPipe(file) : naming(file, error)
  } finally {
    closeSync(descriptor)
  }
}

const isPipe = (file: string) => new Failure('this is a pipe, not a file', { where: file })

/** Whether a file has these bytes, without reading it into memory as a whole. */
export function hasBytes(file: string, bytes: Buffer): boolean {
  if (statOf(file)?.size !== bytes.length) return false
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const piece = Buffer.allocUnsafe(Math.min(65536, bytes.length))
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(descriptor, piece)
      if (read === 0 || piece.compare(bytes, at, at + read, 0, read) !== 0) return false
      at += read
    }
    return true
  } finally {
    closeSync(descriptor)
  }
}

/** The bytes of a file; undefined if there is none. */
export function bytesOf(file: string): Buffer | undefined {
  return ifThere(file, () => bytesNow(file))
}

/** The text of a file; undefined if there is none. */
export function textOf(file: string): string | undefined {
  return bytesOf(file)?.toString('utf8')
}

/** The bytes of what a command names, which must exist: it may be a pipe, as of `<(…)`. */
export function readGiven(file: string): Buffer {
  return readBytes(file, readFileSync)
}

/** The bytes of a file, which must exist. @param read gets them */
export function readBytes(file: string, read: (file: string) => Buffer = bytesNow): Buffer {
  try {
    return read(file)
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** The text of a file, which must exist. */
export function readText(file: string): string {
  return readBytes(file).toString('utf8')
}

/** The first bytes of a file, which must exist; enough to tell what it is. */
export function headOf(file: string): Buffer {
  return readBytes(file, () => {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const head = Buffer.alloc(512)
      return head.subarray(0, readSync(descriptor, head))
    } finally {
      closeSync(descriptor)
    }
  })
}

/** The names in a folder, unsorted; none if there is no such folder. */
export function namesIn(folder: string): string[] {
  return ifThere(folder, () => readdirSync(folder), 'ELOOP') ?? []
}

/** The entries of a folder with their kinds, not following links; none if there is no such folder. */
export function entriesIn(folder: string): Dirent[] {
  return ifThere(folder, () => readdirSync(folder, { withFileTypes: true })) ?? []
}

/** The target text of a symbolic link; undefined for anything else. */
export function linkText(path: string): string | undefined {
  const isLink = ifThere(path, () => lstatSync(path, { throwIfNoEntry: false }))?.isSymbolicLink()
  return isLink === true ? readlinkSync(path) : undefined
}

/** A path with all links resolved; undefined if it leads nowhere. */
export function realPath(path: string): string | undefined {
  return ifThere(path, () => realpathSync(path), 'ELOOP')
}

/** @param missing more error codes that mean it does not exist */
function ifThere<Found>(path: string, look: () => Found, ...missing: string[]): Found | undefined {
  try {
    return look()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', ...missing].some(code => hasCode(error, code))) return undefined
    throw unreadable(path, error)
  }
}

/** The failure of a file or folder that cannot be read. */
export function unreadable(path: string, error: unknown): Failure {
  return new Failure(`cannot be read: ${systemReason(error)}`, { where: path, cause: error })
}

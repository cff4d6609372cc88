import {
  type Dirent,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs'
import { Failure, hasCode } from '../base/failure.ts'
import { systemReason } from './atomic-write.ts'

/*
 * Whoever reads asks one of these, and none of them writes. Where nothing is there they say so; a file that is there but cannot
 * be read is a Failure that names it.
 */

/** Whether something is there, links followed; what is closed to us counts as missing. */
export function exists(path: string): boolean {
  return existsSync(path)
}

/** What the system knows of a path, links followed; undefined for nothing, which a dangling or endless link is too. */
export function statOf(path: string): Stats | undefined {
  // Most layers lack most templates, and an error with its stack costs more than the question.
  return ifThere(path, () => statSync(path, { throwIfNoEntry: false }), 'ELOOP')
}

/** What a path is, links followed; undefined for nothing. */
export function kindOf(path: string): 'file' | 'folder' | 'other' | undefined {
  const stat = statOf(path)
  return stat === undefined ? undefined : stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other'
}

/** Whether it is a regular file that somebody may execute. */
export function isExecutable(file: string): boolean {
  const stat = statOf(file)
  return stat?.isFile() === true && (stat.mode & 0o111) !== 0
}

/** The bytes of a file; undefined when there is none. */
export function bytesOf(file: string): Buffer | undefined {
  return ifThere(file, () => readFileSync(file))
}

/** The text of a file; undefined when there is none. */
export function textOf(file: string): string | undefined {
  return bytesOf(file)?.toString('utf8')
}

/** The bytes of a file, which must be there. */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** The text of a file, which must be there. */
export function readText(file: string): string {
  return readBytes(file).toString('utf8')
}

/** The names in a folder, in no order; none when there is no such folder. */
export function namesIn(folder: string): string[] {
  return ifThere(folder, () => readdirSync(folder)) ?? []
}

/** What is in a folder, with the kind of each, links not followed; nothing when there is no such folder. */
export function entriesIn(folder: string): Dirent[] {
  return ifThere(folder, () => readdirSync(folder, { withFileTypes: true })) ?? []
}

/** What a symbolic link says; undefined for anything else. */
export function linkText(path: string): string | undefined {
  const isLink = ifThere(path, () => lstatSync(path, { throwIfNoEntry: false }))?.isSymbolicLink()
  return isLink === true ? readlinkSync(path) : undefined
}

/** A path with all links resolved; undefined when it leads nowhere. */
export function realPath(path: string): string | undefined {
  return ifThere(path, () => realpathSync(path))
}

/** @param missing codes of errors that say so too: nothing is there */
function ifThere<Found>(path: string, look: () => Found, ...missing: string[]): Found | undefined {
  try {
    return look()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', ...missing].some(code => hasCode(error, code))) return undefined
    throw unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): Failure {
  return new Failure(`cannot be read: ${systemReason(error)}`, { where: path, cause: error })
}

import {
  appendFileSync,
  chmodSync,
  close,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { defined } from '../base/defined.ts'
import { hasCode, orUndefined } from '../base/failure.ts'
import { type NewFile, replaceFile, syncFolder, writeNewFile } from './atomic-write.ts'
import type { Attributes, FileState, Files, Removal } from './files.ts'
import { acquireLock, type Lock, type LockOptions } from './lock.ts'
import { bytesNow, namesIn, realPath } from './read-files.ts'

/** Milliseconds after which a change of a file has another time for certain. */
const SETTLED = 1000

/** The files on the disk. */
export class RealFiles implements Files {
  state(path: string): FileState | undefined {
    try {
      const stat = lstatSync(path, { throwIfNoEntry: false })
      if (stat === undefined) return undefined
      const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'link' : 'other'
      const state = { kind, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, modified: stat.mtimeMs } as const
      const { ino, size, ctimeMs } = stat
      return ctimeMs < Date.now() - SETTLED ? { ...state, stamp: `${ino}.${size}.${ctimeMs}` } : state
    } catch (error) {
      // Below a file, or below a link that leads to itself, there is nothing.
      if (hasCode(error, 'ENOTDIR') || hasCode(error, 'ELOOP')) return undefined
      throw error
    }
  }

  read(path: string): Buffer {
    return bytesNow(path)
  }

  readLink(path: string): string {
    return readlinkSync(path)
  }

  realPath(path: string): string | undefined {
    return realPath(path)
  }

  list(folder: string): string[] {
    return namesIn(folder)
  }

  makeFolder(path: string, mode = 0o755): void {
    try {
      // Not `recursive`: on a read-only disk, Node would then say that something does not exist.
      mkdirSync(path, { mode })
      // Whatever the umask is.
      chmodSync(path, mode)
    } catch (error) {
      if (hasCode(error, 'EEXIST') && statSync(path).isDirectory()) return
      if (!hasCode(error, 'ENOENT') || dirname(path) === path) throw error
      this.makeFolder(dirname(path), mode)
      this.makeFolder(path, mode)
    }
  }

  removeFolder(path: string): void {
    rmdirSync(path)
  }

  writeNew(path: string, data: string | Uint8Array, attributes: NewFile): void {
    writeNewFile(path, data, givable(attributes))
  }

  replace(path: string, data: string | Uint8Array, attributes: Attributes): void {
    this.replaceUnsynced(path, data, attributes)
    this.syncFolder(dirname(path))
  }

  replaceUnsynced(path: string, data: string | Uint8Array, attributes: Attributes): void {
    replaceFile(path, data, givable(attributes))
  }

  append(path: string, data: string | Uint8Array): void {
    appendFileSync(path, data, { mode: 0o600 })
  }

  link(path: string, name: string): void {
    try {
      linkSync(path, name)
    } catch (error) {
      if (!hasCode(error, 'EPERM') && !hasCode(error, 'ENOTSUP') && !hasCode(error, 'EMLINK')) throw error
      this.#copy(path, name)
    }
  }

  /** With owner and mode, and synced: after a power cut it may be all that is left of the file. */
  #copy(path: string, name: string): void {
    const state = this.state(path)
    if (state?.kind === 'link') symlinkSync(readlinkSync(path), name)
    else if (state !== undefined) this.writeNew(name, this.read(path), state)
  }

  symlink(target: string, path: string): void {
    symlinkSync(target, path)
  }

  rename(from: string, to: string): void {
    renameSync(from, to)
  }

  remove(path: string, { isQuick = false }: Removal = {}): void {
    // Until it is closed, its content stays.
    const open = isQuick ? openForReading(path) : undefined
    try {
      rmSync(path, { force: true })
    } catch (error) {
      // A file or an endless link is where its folder should be, so it does not exist either.
      if (!hasCode(error, 'ENOTDIR') && !hasCode(error, 'ELOOP')) throw error
    } finally {
      if (open !== undefined) close(open, () => undefined)
    }
  }

  setAttributes(path: string, { mode, uid, gid }: Attributes): void {
    // A socket cannot be opened.
    if (lstatSync(path).isSocket()) {
      if (mayGiveAway()) lchownSync(path, uid, gid)
      chmodSync(path, mode)
      return
    }
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      if (mayGiveAway()) fchownSync(descriptor, uid, gid)
      fchmodSync(descriptor, mode)
    } finally {
      closeSync(descriptor)
    }
  }

  syncFolder(path: string): void {
    syncFolder(path)
  }

  lock(path: string, options: LockOptions): Lock {
    return acquireLock(path, options)
  }
}

/** Undefined if there is no file that can be read. */
function openForReading(path: string): number | undefined {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  return orUndefined(() => openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK))
}

/** What an ordinary user can give to a new file, too. */
function givable({ uid, gid, ...others }: NewFile): NewFile {
  return mayGiveAway() ? { ...others, ...defined({ uid, gid }) } : others
}

/** Only root can. In an ordinary user's sandbox everything belongs to that user. */
function mayGiveAway(): boolean {
  return process.geteuid?.() === 0
}

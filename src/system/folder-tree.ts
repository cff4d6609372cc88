import * as fs from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from './atomic-write.ts'

/** A new folder that only its owner can look into. @param path its name follows by chance */
export function makeUniqueFolder(path: string): string {
  return fs.mkdtempSync(path)
}

/** Removes a path with all that is below it, links not followed; also while a program that lost its parent still writes there. */
export function removeTree(path: string): void {
  fs.rmSync(path, { recursive: true, force: true, maxRetries: 5 })
}

/**
 * Copies what is in a folder: files directly in it as copies, those in folders below as further names of the same file where
 * the file system can do that. Owners and modes stay.
 */
export function copyTree(from: string, to: string): void {
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyBelow(source, copy)
    else copyOne(source, copy)
  }
}

function copyBelow(from: string, to: string): void {
  const { mode, uid, gid } = fs.statSync(from)
  fs.mkdirSync(to, { mode: 0o700 })
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyBelow(source, copy)
    else
      try {
        fs.linkSync(source, copy)
      } catch {
        copyOne(source, copy)
      }
  }
  own(to, uid, gid)
  fs.chmodSync(to, mode & 0o7777)
}

function copyOne(from: string, to: string): void {
  const { mode, uid, gid } = fs.lstatSync(from)
  if (fs.lstatSync(from).isSymbolicLink()) {
    fs.symlinkSync(fs.readlinkSync(from), to)
    return
  }
  fs.writeFileSync(to, fs.readFileSync(from), { mode: 0o600 })
  own(to, uid, gid)
  fs.chmodSync(to, mode & 0o7777)
}

function own(path: string, uid: number, gid: number): void {
  if (process.geteuid?.() === 0) fs.chownSync(path, uid, gid)
}

/** Brings to the disk what {@link copyTree} has copied and what came afterwards: names that share a file are there already. */
export function syncTree(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) syncTree(path)
    else if (entry.isFile() && fs.statSync(path).nlink === 1) {
      const descriptor = fs.openSync(path, 'r')
      try {
        fs.fsyncSync(descriptor)
      } finally {
        fs.closeSync(descriptor)
      }
    }
  }
  syncFolder(folder)
}

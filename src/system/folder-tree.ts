import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { hasCode } from '../base/failure.ts'
import { syncFolder } from './atomic-write.ts'
import { sleep } from './lock.ts'

/** Creates a folder that only its owner can read. @param path prefix of its random name */
export function makeUniqueFolder(path: string): string {
  return fs.mkdtempSync(path)
}

/**
 * Runs a function while a temporary folder contains these texts as files, by their paths in it. Nobody else can read them.
 * @param links what links in it lead to, by their paths; they are made last, so no file is written through one
 * @param programs files that somebody may execute
 */
export function withTemporaryFiles<Result>(
  texts: ReadonlyMap<string, string | Uint8Array>,
  run: (folder: string) => Result,
  links: ReadonlyMap<string, string> = new Map(),
  programs: ReadonlySet<string> = new Set(),
): Result {
  const folder = makeUniqueFolder(join(tmpdir(), 'gabarit-'))
  const place = (path: string) => {
    const file = join(folder, path)
    fs.mkdirSync(dirname(file), { recursive: true })
    return file
  }
  try {
    for (const [path, text] of texts) fs.writeFileSync(place(path), text, { mode: programs.has(path) ? 0o700 : 0o600 })
    for (const [path, target] of links) fs.symlinkSync(target, place(path))
    return run(folder)
  } finally {
    removeTree(folder)
  }
}

/**
 * Removes a path and everything below it, not following links, even while an orphaned program still writes there. (The
 * `maxRetries` of rmSync tries again only the folder, not the files that came into it meanwhile.)
 */
export function removeTree(path: string): void {
  for (let tries = 1; ; tries++) {
    try {
      fs.rmSync(path, { recursive: true, force: true })
      return
    } catch (error) {
      if (tries === 50 || !(hasCode(error, 'ENOTEMPTY') || hasCode(error, 'ENOENT'))) throw error
      sleep(tries)
    }
  }
}

/**
 * Copies the contents of a folder: files directly in it as copies, files in sub-folders as hard links if the file system
 * supports them. Owners and modes are preserved.
 * @param copyFile copies one file; for the files directly in the folder
 */
export function copyTree(from: string, to: string, copyFile = copyOne): void {
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) {
      fs.mkdirSync(copy, { mode: 0o700 })
      copyTree(source, copy, linkOne)
      copyAttributes(source, copy)
    } else copyFile(source, copy)
  }
}

function linkOne(from: string, to: string): void {
  try {
    fs.linkSync(from, to)
  } catch {
    copyOne(from, to)
  }
}

function copyOne(from: string, to: string): void {
  if (fs.lstatSync(from).isSymbolicLink()) {
    fs.symlinkSync(fs.readlinkSync(from), to)
    return
  }
  fs.writeFileSync(to, fs.readFileSync(from), { mode: 0o600 })
  copyAttributes(from, to)
}

function copyAttributes(from: string, to: string): void {
  const { mode, uid, gid } = fs.statSync(from)
  if (process.geteuid?.() === 0) fs.chownSync(to, uid, gid)
  fs.chmodSync(to, mode & 0o7777)
}

/** Syncs what {@link copyTree} has copied and what was added since; hard-linked files are already on disk. */
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

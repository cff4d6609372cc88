import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { hasCode } from '../base/failure.ts'
import { syncFolder } from './atomic-write.ts'
import { sleep } from './lock.ts'

/** Creates a folder that only its owner can read. @param path prefix of its random name */
export function makeUniqueFolder(path: string): string {
  return mkdtempSync(path)
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
    mkdirSync(dirname(file), { recursive: true })
    return file
  }
  try {
    for (const [path, text] of texts) writeFileSync(place(path), text, { mode: programs.has(path) ? 0o700 : 0o600 })
    for (const [path, target] of links) symlinkSync(target, place(path))
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
      rmSync(path, { recursive: true, force: true })
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
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) {
      mkdirSync(copy, { mode: 0o700 })
      copyTree(source, copy, linkOne)
      copyAttributes(source, copy)
    } else copyFile(source, copy)
  }
}

function linkOne(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    copyOne(from, to)
  }
}

function copyOne(from: string, to: string): void {
  if (lstatSync(from).isSymbolicLink()) {
    symlinkSync(readlinkSync(from), to)
    return
  }
  writeFileSync(to, readFileSync(from), { mode: 0o600 })
  copyAttributes(from, to)
}

function copyAttributes(from: string, to: string): void {
  const { mode, uid, gid } = statSync(from)
  if (process.geteuid?.() === 0) chownSync(to, uid, gid)
  chmodSync(to, mode & 0o7777)
}

/** Syncs what {@link copyTree} has copied and what was added since; hard-linked files are already on disk. */
export function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) syncTree(path)
    else if (entry.isFile() && statSync(path).nlink === 1) {
      const descriptor = openSync(path, 'r')
      try {
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
    }
  }
  syncFolder(folder)
}

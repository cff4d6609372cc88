import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, hasCode, isOfSystem } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { secretValues } from '../db/secrets.ts'
import { systemReason } from '../system/atomic-write.ts'
import { below, type Places, writtenFolder } from '../system/places.ts'
import type { System } from '../system/system.ts'
import { Masking } from './history/masking.ts'
import type { Manifest } from './manifest.ts'

/** Old contents are removed once they outnumber the files by this many. */
const SLACK = 100

/**
 * Keeps the current contents of the files that gabarit owns, separate from the history, which drops old contents. Called after
 * a commit. Not synced, because readers compare the hash. Failing to keep them is only a warning.
 */
export function keepWritten(manifest: Manifest, places: Places, system: System, warn: (message: string) => void): void {
  try {
    keep(manifest, places, system)
  } catch (error) {
    const known = error instanceof Failure || isOfSystem(error)
    if (!known) throw error
    warn(
      `the written files cannot be kept for gabarit adopt: ${error instanceof Failure ? error.describe() : systemReason(error)}`,
    )
  }
}

function keep(manifest: Manifest, places: Places, system: System): void {
  const stored = new Set(storedHashes(places))
  const missing = [...manifest].filter(([, { sha256: hash }]) => !stored.has(hash))
  if (missing.length > 0) {
    const masking = new Masking(places, secretValues(places))
    mkdirSync(writtenFolder(places), { recursive: true, mode: 0o700 })
    for (const [path, { sha256: hash }] of missing) {
      const real = below(places, path)
      if (system.state(real)?.kind !== 'file') continue
      const content = system.read(real)
      // A pinned file, or one not in this run, may have been edited by hand.
      if (sha256(content) === hash) write(fileOf(places, hash), masked(content, masking))
    }
  }
  if (stored.size > 2 * manifest.size + SLACK) clear(stored, manifest, places)
}

/** Atomic: a partial content would never be replaced. */
function write(file: string, content: string | Buffer): void {
  const staged = `${file}.new`
  writeFileSync(staged, content, { mode: 0o600 })
  renameSync(staged, file)
}

/** The last written content; undefined if it is no longer known, or contained a secret that has changed since. */
export function lastWritten(hash: string, places: Places): Buffer | undefined {
  try {
    const content = readFileSync(fileOf(places, hash))
    if (sha256(content) === hash) return content
    const revealed = new Masking(places, secretValues(places)).reveal(content.toString('utf8'))
    return revealed !== undefined && sha256(revealed) === hash ? Buffer.from(revealed) : undefined
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function storedHashes(places: Places): string[] {
  try {
    return readdirSync(writtenFolder(places))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

function clear(stored: ReadonlySet<string>, manifest: Manifest, places: Places): void {
  const used = new Set([...manifest.values()].map(({ sha256: hash }) => hash))
  for (const hash of stored) if (!used.has(hash)) rmSync(fileOf(places, hash), { force: true })
}

function masked(content: Buffer, masking: Masking): string | Buffer {
  const text = content.toString('utf8')
  return Buffer.from(text).equals(content) ? masking.hide(text) : content
}

function fileOf(places: Places, hash: string): string {
  return join(writtenFolder(places), hash)
}

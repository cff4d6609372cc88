import { Failure, isOfSystem } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { secretValues } from '../db/secrets.ts'
import { systemReason } from '../system/atomic-write.ts'
import { below, type Places, writtenFolder } from '../system/places.ts'
import type { System } from '../system/system.ts'
import { Masking } from './history/masking.ts'
import type { Manifest } from './manifest.ts'

/** Contents of former times are cleared away when there are more of them than files, and these are many. */
const SLACK = 100

/**
 * Keeps what stands now in the files that gabarit owns, apart from the history, which forgets old contents. Called when
 * a commit is done. It is not synced: who reads it compares the hash. That it cannot be kept fails nothing.
 */
export function keepWritten(manifest: Manifest, places: Places, system: System, warn: (message: string) => void): void {
  try {
    keep(manifest, places, system)
  } catch (error) {
    const known = error instanceof Failure || isOfSystem(error)
    if (!known) throw error
    warn(
      `what was written cannot be kept for gabarit adopt: ${error instanceof Failure ? error.describe() : systemReason(error)}`,
    )
  }
}

function keep(manifest: Manifest, places: Places, system: System): void {
  const folder = writtenFolder(places)
  const stored = new Set(folder.list())
  const missing = [...manifest].filter(([, { sha256: hash }]) => !stored.has(hash))
  if (missing.length > 0) {
    const masking = new Masking(places, secretValues(places))
    for (const [path, { sha256: hash }] of missing) {
      const real = below(places, path)
      if (system.state(real)?.kind !== 'file') continue
      const content = system.read(real)
      // One that is pinned or was left out of this run may hold a person's text.
      if (sha256(content) === hash) folder.writeLazily(hash, masked(content, masking))
    }
  }
  if (stored.size > 2 * manifest.size + SLACK) clear(stored, manifest, places)
}

/** The content last written; undefined when it is not known any more, or held a secret that has changed since. */
export function lastWritten(hash: string, places: Places): Buffer | undefined {
  const content = writtenFolder(places).read(hash)
  if (content === undefined || sha256(content) === hash) return content
  const revealed = new Masking(places, secretValues(places)).reveal(content.toString('utf8'))
  return revealed !== undefined && sha256(revealed) === hash ? Buffer.from(revealed) : undefined
}

function clear(stored: ReadonlySet<string>, manifest: Manifest, places: Places): void {
  const used = new Set([...manifest.values()].map(({ sha256: hash }) => hash))
  for (const hash of stored) if (!used.has(hash)) writtenFolder(places).remove(hash)
}

function masked(content: Buffer, masking: Masking): string | Buffer {
  const text = content.toString('utf8')
  return Buffer.from(text).equals(content) ? masking.hide(text) : content
}

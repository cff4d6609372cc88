import { sha256 } from '../base/sha256.ts'
import { reasonOf } from '../system/atomic-write.ts'
import { below, type Places, writtenFolder } from '../system/places.ts'
import type { System } from '../system/system.ts'
import { History } from './history/history.ts'
import { maskingWith } from './history/masking.ts'
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
    warn(`the written files cannot be kept for gabarit adopt: ${reasonOf(error)}`)
  }
}

function keep(manifest: Manifest, places: Places, system: System): void {
  const folder = writtenFolder(places)
  const stored = new Set(folder.list())
  const missing = [...manifest].filter(([, { sha256: hash, secret }]) => secret !== true && !stored.has(hash))
  if (missing.length > 0) {
    folder.makeFolder()
    const [masking, { objects }] = [maskingWith(places), new History(places)]
    for (const [path, { sha256: hash }] of missing) {
      if (stored.has(hash)) continue
      // The history has it already, unless a secret in it was masked.
      if (objects.has(hash)) {
        folder.files.link(objects.fileOf(hash), folder.path(hash))
        stored.add(hash)
        continue
      }
      const real = below(places, path)
      if (system.state(real)?.kind !== 'file') continue
      const content = system.read(real)
      // A pinned file, or one not in this run, may have been edited by hand.
      if (sha256(content) !== hash) continue
      folder.writeLazily(hash, masking.hideIn(content))
      stored.add(hash)
    }
  }
  if (stored.size > 2 * manifest.size + SLACK) clear(stored, manifest, places)
}

/** The last written content; undefined if it is no longer known, or contained a secret that has changed since. */
export function lastWritten(hash: string, places: Places): Buffer | undefined {
  const content = writtenFolder(places).read(hash)
  if (content === undefined || sha256(content) === hash) return content
  const revealed = maskingWith(places).reveal(content.toString('utf8'))
  return revealed !== undefined && sha256(revealed) === hash ? Buffer.from(revealed) : undefined
}

function clear(stored: ReadonlySet<string>, manifest: Manifest, places: Places): void {
  const used = new Set([...manifest.values()].map(({ sha256: hash }) => hash))
  for (const hash of stored) if (!used.has(hash)) writtenFolder(places).remove(hash)
}

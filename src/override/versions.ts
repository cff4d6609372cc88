import { join } from 'node:path'
import type { Places } from '../system/places.ts'
import { textOf } from '../system/read-files.ts'

/** The hashes of all versions of our fragments, one per line as sha256sum prints them; written by scripts/fragment-versions.mjs. */
const VERSIONS_FILE = 'templates/.versions.sha256'

/** The hashes of every version of each fragment that we ever shipped, by its path in `templates/`. */
export function readVersions(places: Places): ReadonlyMap<string, ReadonlySet<string>> {
  const versions = new Map<string, Set<string>>()
  for (const line of (textOf(join(places.shipped, VERSIONS_FILE)) ?? '').split('\n')) {
    const [, hash, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? []
    if (hash === undefined || path === undefined) continue
    versions.set(path, (versions.get(path) ?? new Set()).add(hash))
  }
  return versions
}

import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { hasCode, messageOf, refusal } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'
import type { Output } from '../template/expand.ts'
import { refuseUnknownState, wayOut } from './unknown.ts'

/** One file that gabarit wrote. */
export interface Owned {
  readonly template: string
  /** SHA-256 of the bytes last written. */
  readonly sha256: string
  /** Path of the symbolic link maintained next to it, if any. */
  readonly link?: string
  /** Services to adjust when it is removed: by then its template may have no output to ask. */
  readonly notify?: readonly string[]
}

/** The files that gabarit owns, by their path on the server. */
export type Manifest = ReadonlyMap<string, Owned>

/** The manifest's file. */
export function manifestFile(places: Places): string {
  return join(places.state, 'manifest.json')
}

/**
 * Reads the manifest; empty if it is missing on a server where gabarit has not written anything yet.
 * @throws Failure (refused) if it is damaged or lost: it would be unknown which files are ours
 */
export function readManifest(places: Places, system: System): Manifest {
  const file = manifestFile(places)
  try {
    return parseManifest(system.read(file).toString('utf8'))
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) {
      refuseUnknownState(places, file, sha256(formatManifest(new Map())))
      return new Map()
    }
    throw refusal(`the list of files that gabarit owns is damaged: ${messageOf(error)}`, {
      where: file,
      hint: wayOut(places, file),
    })
  }
}

/**
 * Reads the text of a manifest.
 * @throws Error if it is not a manifest
 */
export function parseManifest(text: string): Manifest {
  const outputs: unknown = JSON.parse(text).outputs
  if (typeof outputs !== 'object' || outputs === null) throw new Error('"outputs" is missing')
  return new Map(Object.entries(outputs).map(([path, entry]) => [path, checked(path, entry)]))
}

function checked(path: string, entry: unknown): Owned {
  const owned = typeof entry === 'object' && entry !== null ? (entry as Partial<Owned>) : {}
  const { template, sha256: hash, link = '', notify = [] } = owned
  if (typeof template !== 'string' || typeof hash !== 'string' || typeof link !== 'string' || !Array.isArray(notify))
    throw new Error(`the entry of ${path} is incomplete`)
  return entry as Owned
}

/** The manifest as text, in byte order of the paths. */
export function formatManifest(manifest: Manifest): string {
  const outputs = [...manifest].sort(([a], [b]) => compareBytes(a, b))
  const lines = outputs.map(([path, owned]) => `  ${JSON.stringify(path)}: ${JSON.stringify(owned)}`)
  return `{"version": 1, "outputs": {\n${lines.join(',\n')}\n}}\n`
}

/** What is recorded about an output once it is written. */
export function ownedBy({ template, link, metadata }: Output, hash: string): Owned {
  return {
    ...{ template, sha256: hash },
    ...(link === undefined ? {} : { link }),
    ...(metadata.notify.length === 0 ? {} : { notify: metadata.notify }),
  }
}

/** Whether two manifests are equal. */
export function sameManifest(a: Manifest, b: Manifest): boolean {
  if (a.size !== b.size) return false
  for (const [path, { template, sha256: hash, link, notify }] of a) {
    const other = b.get(path)
    if (other?.template !== template || other.sha256 !== hash || other.link !== link) return false
    if (other.notify?.join() !== notify?.join()) return false
  }
  return true
}

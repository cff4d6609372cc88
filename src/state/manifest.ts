import { compareBytes } from '../base/byte-order.ts'
import { sha256 } from '../base/sha256.ts'
import { listOf, mapOf, objectOf, optional, partOf, text } from '../base/shape.ts'
import type { Places } from '../system/places.ts'
import { StateFile } from '../system/state-file.ts'
import type { Output } from '../template/expand.ts'
import { refuseUnknownState, wayOut } from './missing-manifest.ts'

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

const shape = partOf(
  'outputs',
  mapOf(objectOf<Owned>({ template: text, sha256: text, link: optional(text), notify: optional(listOf(text)) })),
)

/** The list of owned files. It is read on every event, and stays readable in a diff: a line for each file. */
export const MANIFEST = new StateFile<Manifest>('manifest.json', {
  what: 'the list of files that gabarit owns',
  shape,
  wayOut: (file, places) => wayOut(places, file),
  format: manifest => {
    const outputs = [...manifest].sort(([a], [b]) => compareBytes(a, b))
    const lines = outputs.map(([path, owned]) => `  ${JSON.stringify(path)}: ${JSON.stringify(owned)}`)
    return `{"version": 1, "outputs": {\n${lines.join(',\n')}\n}}`
  },
})

/**
 * Reads the manifest; empty if it is missing on a server where gabarit has not written anything yet.
 * @throws Failure (refused) if it is damaged or lost: it would be unknown which files are ours
 */
export function readManifest(places: Places): Manifest {
  const manifest = MANIFEST.read(places)
  if (manifest === undefined) refuseUnknownState(places, MANIFEST.path(places), sha256(MANIFEST.text(new Map())))
  return manifest ?? new Map()
}

/**
 * Reads the text of a manifest.
 * @throws Error if it is not a manifest
 */
export function parseManifest(content: string): Manifest {
  return shape(JSON.parse(content))
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

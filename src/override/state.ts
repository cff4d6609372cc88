import { join } from 'node:path'
import { orUndefined } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import type { Objects } from '../state/history/objects.ts'
import type { Places } from '../system/places.ts'
import { isExecutable, textOf } from '../system/read-files.ts'
import { type Layer, METADATA_FILE } from '../template/tree.ts'
import { type Base, type Bases, overrideContents, readBases } from './bases.ts'
import { contentOf, overridden } from './content.ts'
import { type CustomFile, customFiles } from './custom-files.ts'

/** The hashes of all versions of our fragments, one per line as sha256sum prints them; written by scripts/fragment-versions.mjs. */
const VERSIONS_FILE = 'templates/.versions.sha256'

/**
 * `new`: nothing is shipped under that name. `stale`: the shipped file is no longer what the custom one was made from.
 * `unknown base`: no base is recorded yet; the next event does that.
 */
export type OverrideState = 'new' | 'in step' | 'stale' | 'unknown base' | 'switches off' | 'shadows nothing any more'

/** A custom file in effect, and how it relates to the shipped one. */
export interface Override extends CustomFile {
  readonly state: OverrideState
  readonly base: Base | undefined
  /** The base as recorded in overrides.json, before comparing bytes. */
  readonly remembered: Base | undefined
  /** Hashes of the custom and the shipped file. */
  readonly hash: string
  readonly shippedHash: string | null
  /** Whether it is identical to a version that we ship or have shipped. */
  readonly unchangedCopy: boolean
}

/** All overrides in effect, in byte order. Read-only. */
export function findOverrides(places: Places, layers: readonly Layer[], known?: Bases): Override[] {
  const files = customFiles(places, layers)
  if (files.length === 0) return []
  const bases = known ?? readBases(places)
  const versions = readVersions(places)
  const contents = overrideContents(places)
  return files.map(file => {
    const own = contentOf(file.file)
    const hash = sha256(own)
    const shipped = file.shadow === undefined ? undefined : contentOf(file.shadow.file)
    const shippedHash = shipped === undefined ? null : sha256(shipped)
    const earlier = file.kind === 'template' ? versions.get(file.path) : undefined
    const unchangedCopy = hash === shippedHash || (earlier?.has(hash) ?? false)
    const remembered = bases.get(file.id)
    const base = baseOf(remembered, hash, unchangedCopy, hash === shippedHash)
    const state =
      shipped === undefined
        ? withoutShadow(base, earlier !== undefined)
        : isSwitchedOff(file, own)
          ? 'switches off'
          : beside(file, own, shipped, base, contents)
    return { ...file, state, base, remembered, hash, shippedHash, unchangedCopy }
  })
}

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

function beside(
  file: CustomFile,
  own: Buffer,
  shipped: Buffer,
  base: Base | undefined,
  contents: Objects,
): OverrideState {
  if (base === undefined) return 'unknown base'
  if (base.sha256 === sha256(shipped)) return 'in step'
  const depth = file.shadow?.whole === true ? undefined : mergedLevels(file)
  if (depth === undefined) return 'stale'
  const { sha256: hash } = base
  // If the content cannot be read, only the hash counts.
  const before = hash === null ? Buffer.alloc(0) : orUndefined(() => contents.get(hash))
  const old = before === undefined ? undefined : overridden(own, before, depth)
  return old !== undefined && old === overridden(own, shipped, depth) ? 'in step' : 'stale'
}

/** What the administrator did with our commands takes precedence, then an exact copy, then what was seen first. */
function baseOf(known: Base | undefined, hash: string, isCopy: boolean, inStep: boolean): Base | undefined {
  const said = known !== undefined && known.origin !== 'seen' && known.origin !== 'copy'
  if (!isCopy || (said && !inStep) || known?.sha256 === hash) return known
  return { sha256: hash, origin: 'copy' }
}

function withoutShadow(base: Base | undefined, wasShipped: boolean): OverrideState {
  const shadowed = base === undefined ? wasShipped : base.sha256 !== null
  return shadowed ? 'shadows nothing any more' : 'new'
}

/** An empty fragment, or an action that is not executable. */
function isSwitchedOff({ kind, path, file }: CustomFile, own: Buffer): boolean {
  if (kind === 'event') return path.split('/').length === 2 && !isExecutable(file)
  return kind === 'template' && own.length === 0
}

/** How many levels of keys of this JSON file are merged into the shipped one; undefined if it replaces the whole file. */
export function mergedLevels({ kind, path }: CustomFile): number | undefined {
  if (kind === 'template')
    return path.endsWith(`/${METADATA_FILE}`) || path.endsWith(`.${METADATA_FILE}`) ? 1 : undefined
  return kind === 'description' && path.endsWith('.json') ? Number.POSITIVE_INFINITY : undefined
}

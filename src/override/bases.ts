import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { hasCode, messageOf, refusal } from '../base/failure.ts'
import { Objects } from '../state/history/objects.ts'
import { writeFileAtomically } from '../system/atomic-write.ts'
import { withLock } from '../system/lock.ts'
import type { Places } from '../system/places.ts'

const ORIGINS = ['customize', 'copy', 'seen', 'merge', 'keep'] as const

/** The shipped file that a custom one was made from, or last compared with. */
export interface Base {
  /** Its hash; null if nothing was shipped under that name. */
  readonly sha256: string | null
  /**
   * How we know: copied by `customize`; an exact copy of a version we shipped; shipped when the custom file was first seen;
   * merged; or declared by the administrator (`keep`).
   */
  readonly origin: (typeof ORIGINS)[number]
  /** If a merge with conflicts waits for the administrator: the hashes it was made from. */
  readonly merging?: { readonly shipped: string; readonly custom: string }
}

/** By the custom file's id. */
export type Bases = ReadonlyMap<string, Base>

function basesFile(places: Places): string {
  return join(places.state, 'overrides.json')
}

/**
 * Contents of bases, and of custom files that a merge replaced. They are separate from the history's, which drops old
 * contents: a base is needed as long as its custom file exists.
 */
export function overrideContents(places: Places): Objects {
  return new Objects({ ...places, state: contentsFolder(places) })
}

/** The file of one of these contents. */
export function contentFile(places: Places, hash: string): string {
  return join(contentsFolder(places), 'objects', hash.slice(0, 2), hash)
}

function contentsFolder(places: Places): string {
  return join(places.state, 'overrides')
}

/**
 * Reads what the custom files were made from; empty if the list does not exist.
 * @throws Failure (refused) if it is damaged: every override would silently count as up to date
 */
export function readBases(places: Places): Bases {
  const file = basesFile(places)
  try {
    const { bases }: { bases?: unknown } = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof bases !== 'object' || bases === null) throw new Error('"bases" is missing')
    return new Map(Object.entries(bases).map(([id, base]) => [id, checked(id, base)]))
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return new Map()
    if (hasCode(error, 'EACCES')) throw error
    throw refusal(`the list of override bases is damaged: ${messageOf(error)}`, {
      where: file,
      hint: 'Restore it from a backup. Or move it away: then the files shipped today count as the bases, and earlier changes are\nnever reported. So compare them first: gabarit overrides',
    })
  }
}

function checked(id: string, value: unknown): Base {
  const { sha256, origin, merging } = typeof value === 'object' && value !== null ? (value as Partial<Base>) : {}
  const isHash = (hash: unknown) => typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash)
  const whole = merging === undefined || (isHash(merging?.shipped) && isHash(merging?.custom))
  if ((sha256 !== null && !isHash(sha256)) || !ORIGINS.some(known => known === origin) || !whole)
    throw new Error(`the entry of ${id} is incomplete`)
  return value as Base
}

/** Changes the list under a lock. `change` gets the current list and returns the new entries. */
export function changeBases(places: Places, change: (bases: Bases) => ReadonlyMap<string, Base>): void {
  mkdirSync(places.state, { recursive: true })
  const lock = { what: 'the list of overrides', command: 'gabarit overrides' }
  withLock(`${basesFile(places)}.lock`, lock, () => {
    const before = readBases(places)
    const changed = change(before)
    if (changed.size === 0) return
    const after = [...new Map([...before, ...changed])].sort(([a], [b]) => compareBytes(a, b))
    const text = JSON.stringify({ version: 1, bases: Object.fromEntries(after) }, null, 2)
    writeFileAtomically(basesFile(places), `${text}\n`, { mode: 0o644, locked: true })
  })
}

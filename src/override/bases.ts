import { hash, mapOf, objectOf, oneOf, optional, orNull, partOf, type TypeOf } from '../base/shape.ts'
import { Objects } from '../state/history/objects.ts'
import type { Places } from '../system/places.ts'
import { indented, inOrder, StateFile } from '../system/state-file.ts'

/** The shipped file that a custom one was made from, or last compared with. */
export type Base = TypeOf<typeof base>
const base = objectOf({
  /** Its hash; null if nothing was shipped under that name. */
  sha256: orNull(hash),
  /**
   * How we know: copied by `customize`; an exact copy of a version we shipped; shipped when the custom file was first seen;
   * merged; or declared by the administrator (`keep`).
   */
  origin: oneOf('customize', 'copy', 'seen', 'merge', 'keep'),
  /** If a merge with conflicts waits for the administrator: the hashes it was made from. */
  merging: optional(objectOf({ shipped: hash, custom: hash })),
})

/** By the custom file's id. */
export type Bases = ReadonlyMap<string, Base>

export const BASES = new StateFile<Bases>('overrides.json', {
  what: 'the list of override bases',
  shape: partOf('bases', mapOf(base)),
  wayOut: [
    'Restore it from a backup. Or move it away: then the files shipped today count as the bases, and earlier changes are',
    'never reported. So compare them first: gabarit overrides',
  ].join('\n'),
  format: bases => indented({ version: 1, bases: inOrder(bases) }),
  mode: 0o644,
})

/**
 * Contents of bases, and of custom files that a merge replaced. They are separate from the history's, which drops old
 * contents: a base is needed as long as its custom file exists.
 */
export function overrideContents(places: Places): Objects {
  return new Objects(places.state.within('overrides'))
}

/**
 * Reads what the custom files were made from; empty if the list does not exist.
 * @throws Failure (refused) if it is damaged: every override would silently count as up to date
 */
export function readBases(places: Places): Bases {
  return BASES.read(places) ?? new Map()
}

/** Changes the list under a lock. `change` gets the current list and returns the new entries. */
export function changeBases(places: Places, change: (bases: Bases) => ReadonlyMap<string, Base>): void {
  places.state.withLock(BASES.name, 'the list of overrides', 'gabarit overrides', () => {
    const before = readBases(places)
    const changed = change(before)
    if (changed.size > 0) BASES.write(places, new Map([...before, ...changed]))
  })
}

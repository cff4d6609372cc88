import type { Records } from '../db/record.ts'
import { type Places, placesOn } from '../system/places.ts'
import type { System } from '../system/system.ts'
import { type Layer, searchList } from '../template/tree.ts'

/** What a run works with. */
export interface Context {
  readonly places: Places
  readonly system: System
  /** Databases that stand for those on disk (a dry run's initialisation). */
  readonly replaced: ReadonlyMap<string, Records>
  /** Files that will be there, because actions have made them, by path. Absent: none. */
  readonly made?: ReadonlyMap<string, unknown>
  readonly layers: readonly Layer[]
  readonly event: { readonly name: string; readonly args: readonly string[] }
  readonly warn: (message: string) => void
  /** Whether a sensitive file was named to be overwritten although it was edited by hand; absent: none was. */
  readonly mayOverwrite?: (path: string) => boolean
  /**
   * Whether the site's checks and the daemons' checkers are asked: `never` when what was in force before is put back,
   * `always` also in a dry run. Absent: in a real run.
   */
  readonly judge?: 'always' | 'never'
}

/** A context with the usual search list, outside of any event. */
export function makeContext(places: Places, system: System, warn: (message: string) => void): Context {
  return {
    places: placesOn(places, system),
    system,
    replaced: new Map(),
    layers: searchList(places),
    event: { name: '', args: [] },
    warn,
  }
}

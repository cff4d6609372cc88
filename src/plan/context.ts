import { Descriptions } from '../db/describe.ts'
import type { Records } from '../db/record.ts'
import { type Places, placesOn } from '../system/places.ts'
import type { System } from '../system/system.ts'
import { type Layer, searchList } from '../template/tree.ts'

/** What a run works with. */
export interface Context {
  readonly places: Places
  readonly system: System
  /** Databases to use instead of those on disk: as they were when the run began to generate files. */
  readonly replaced: ReadonlyMap<string, Records>
  /** Files that will be there, because actions have made them, by path. Absent: none. */
  readonly made?: ReadonlyMap<string, unknown>
  readonly layers: readonly Layer[]
  /** Of the records. They are read once in a run. */
  readonly descriptions: Descriptions
  readonly event: { readonly name: string; readonly args: readonly string[] }
  readonly warn: (message: string) => void
  /** Whether a sensitive file may be overwritten although it was edited by hand; default: no. */
  readonly mayOverwrite?: ((path: string) => boolean) | undefined
  /** The site's checks and the daemons' checkers do not run: a previous state is restored, or a dry run was not asked to check. */
  readonly judge?: 'never' | undefined
}

/** A context with the standard search list, outside any event. The same warning is given once, whoever finds it. */
export function makeContext(places: Places, system: System, warn: (message: string) => void): Context {
  const said = new Set<string>()
  return {
    places: placesOn(places, system),
    system,
    replaced: new Map(),
    layers: searchList(places),
    descriptions: new Descriptions(places),
    event: { name: '', args: [] },
    warn: message => {
      if (!said.has(message)) warn(message)
      said.add(message)
    },
  }
}

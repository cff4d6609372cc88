import { join } from 'node:path'
import { refusal, usageFailure } from '../../base/failure.ts'
import { Descriptions } from '../../db/describe.ts'
import type { Draft } from '../../db/draft.ts'
import { type Layer, layerPlaces } from '../../db/layers.ts'
import { recordsOf } from '../../db/store.ts'
import { findPaths, type Paths } from '../../system/places.ts'
import { exists } from '../../system/read-files.ts'
import type { Call } from './call.ts'

/**
 * The places of a part of the fleet, whose folder is made for a verb that changes something.
 * @param verb its name
 * @throws Failure (refused) on a host that is no controller
 */
export function placesOfFleet(places: Paths, layer: Layer, database: string, verb: string, onlyReads: boolean): Paths {
  if (database.startsWith('/')) throw usageFailure('--fleet is for databases by their names')
  if (verb === 'log')
    throw usageFailure('log tells of the records of this host', 'Those of the fleet: gabarit fleet diff')
  if (!exists(join(places.stateFolder, 'fleet/signing.key')))
    throw refusal('this host is no controller of a fleet', {
      hint: 'Run it on a controller. To begin one: gabarit fleet init NAME',
    })
  const own = layerPlaces(places, layer)
  if (!onlyReads) places.files.makeFolder(own.databases, 0o700)
  return own
}

/**
 * For a property of a record that this part of the fleet does not have yet: makes it, with the type that it has for all hosts, on
 * this one, or by its description.
 */
export function ensureRecord({ layer, places, database, io }: Call, draft: Draft, key: string): void {
  if (layer === undefined || draft.has(key)) return
  const own = findPaths(io.shipped, io.env, places.root, io.resolve)
  const all = layerPlaces(places, { kind: 'all' })
  const known = [all, own].map(other => recordsOf(other, database).get(key)?.type)
  const type = known.find(found => found !== undefined) ?? new Descriptions(places).ofRecord(database, key)?.type
  if (type !== undefined) draft.set(key, type)
}

import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { usageFailure } from '../base/failure.ts'
import { fleetRecords, type Paths } from '../system/places.ts'

/** A part of a fleet that has records of its own: all hosts, a group, one host. */
export type Layer = { readonly kind: 'all' } | { readonly kind: 'group' | 'host'; readonly name: string }

/** A name of a host or a group: what a name in DNS may be, in small letters. Never a path. */
export const LAYER_NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/

/** `all`, `group/web` or `host/www1`: its folder below those of records and of files. */
export function layerPath(layer: Layer): string {
  return layer.kind === 'all' ? 'all' : `${layer.kind}/${layer.name}`
}

/** `all`, `group web` or `host www1`, as people read it. */
export function layerName(layer: Layer): string {
  return layerPath(layer).replace('/', ' ')
}

/** The same places, with the databases of a layer. */
export function layerPlaces<P extends Paths>(places: P, layer: Layer): P {
  return { ...places, databases: join(fleetRecords(places), layerPath(layer)) }
}

/**
 * The layer that options name; without any, that of all hosts.
 * @throws Failure (usage) for both, or for a name that cannot be one
 */
export function layerOf(group: string | undefined, host: string | undefined): Layer {
  if (group !== undefined && host !== undefined) throw usageFailure('--group and --host exclude each other')
  const name = group ?? host
  if (name === undefined) return { kind: 'all' }
  if (!LAYER_NAME.test(name)) throw usageFailure(`${JSON.stringify(name)} is not the name of a group or host`)
  return { kind: group === undefined ? 'host' : 'group', name }
}

/** All layers that have a folder below one of these, in byte order: all hosts, groups, hosts. */
export function layersIn(places: Pick<Paths, 'files'>, folder: string): Layer[] {
  const named = (kind: 'group' | 'host') =>
    places.files
      .list(join(folder, kind))
      .filter(name => LAYER_NAME.test(name))
      .sort(compareBytes)
      .map((name): Layer => ({ kind, name }))
  const all: Layer[] = places.files.state(join(folder, 'all')) === undefined ? [] : [{ kind: 'all' }]
  return [...all, ...named('group'), ...named('host')]
}

/** All parts of the fleet that have records on this machine, with their places. */
export function partsOfFleet<P extends Paths>(places: P): readonly P[] {
  return layersIn(places, fleetRecords(places)).map(layer => layerPlaces(places, layer))
}

/** The layers of a host, the nearest first: its own, its groups in the order of its list, all. */
export function layersOf(host: string, groups: readonly string[]): Layer[] {
  return [{ kind: 'host', name: host }, ...groups.map((name): Layer => ({ kind: 'group', name })), { kind: 'all' }]
}

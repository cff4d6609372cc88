import { compareBytes } from '../../../base/byte-order.ts'
import type { DbRecord, Records } from '../../../db/record.ts'

/** The records and files of one part of a fleet. */
export interface LayerContents {
  /** `all`, `group web` or `host www1`. */
  readonly from: string
  readonly databases: ReadonlyMap<string, Records>
  /** By their paths below /etc/gabarit. */
  readonly files: ReadonlyMap<string, SiteFile>
}

/** A file or link of the fleet. */
export type SiteFile = { readonly data: Buffer; readonly program: boolean } | { readonly link: string }

/** A property that a release sets, and which part of the fleet says so. */
export interface ResolvedValue {
  readonly database: string
  readonly key: string
  /** Null: the record itself, whose type is the value. */
  readonly property: string | null
  readonly value: string
  readonly from: string
}

export type ResolvedFile = SiteFile & { readonly path: string; readonly from: string }

/** What a release sets on one host. */
export interface Resolved {
  /** By database, key and property, in byte order. */
  readonly values: readonly ResolvedValue[]
  /** By path, in byte order. */
  readonly files: readonly ResolvedFile[]
}

/**
 * What applies to a host: each property and each file from the nearest part that names it.
 * @param layers the nearest first
 */
export function resolve(layers: readonly LayerContents[]): Resolved {
  const files = nearest(layers, ({ files }) => files)
  const databases = nearest(layers, layer => layer.databases)
  return {
    values: [...databases.keys()].flatMap(database => {
      const records = nearest(layers, layer => layer.databases.get(database) ?? new Map<string, DbRecord>())
      return [...records.keys()].flatMap(key => resolveRecord(layers, database, key))
    }),
    files: [...files].map(([path, { found, from }]) => ({ path, from, ...found })),
  }
}

function resolveRecord(layers: readonly LayerContents[], database: string, key: string): ResolvedValue[] {
  const recordIn = (layer: LayerContents) => layer.databases.get(database)?.get(key)
  const type = layers
    .map(layer => ({ from: layer.from, type: recordIn(layer)?.type }))
    .find(one => one.type !== undefined)
  const properties = nearest(layers, layer => recordIn(layer)?.properties ?? new Map<string, string>())
  return [
    { database, key, property: null, value: type?.type ?? '', from: type?.from ?? '' },
    ...[...properties].map(([property, { found, from }]) => ({ database, key, property, value: found, from })),
  ]
}

/** What the layers have under each name, from the nearest that has it; names in byte order. */
function nearest<Value>(
  layers: readonly LayerContents[],
  inLayer: (layer: LayerContents) => ReadonlyMap<string, Value>,
): ReadonlyMap<string, { readonly found: Value; readonly from: string }> {
  const all = layers
    .toReversed()
    .flatMap(layer => [...inLayer(layer)].map(([name, found]) => [name, { found, from: layer.from }] as const))
  return new Map([...new Map(all)].sort(([a], [b]) => compareBytes(a, b)))
}

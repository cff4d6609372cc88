import type { PropertyDescription, RecordDescription, Rule, Texts } from '../../../db/description.ts'

/** A description as `db DATABASE describe` prints it. */
export interface Described extends Omit<RecordDescription, 'properties'> {
  readonly properties: Readonly<Record<string, PropertyDescription>>
}

/** All descriptions of a database. */
export interface Descriptions {
  readonly records: Readonly<Record<string, Described>>
  readonly types: Readonly<Record<string, Described>>
  /** By how the keys begin. */
  readonly families: Readonly<Record<string, Described>>
}

/** What is known about one record: what its type says, then its family, then itself. */
export interface Known {
  readonly description: Texts | undefined
  readonly key: PropertyDescription | undefined
  readonly scalar: PropertyDescription | undefined
  readonly properties: ReadonlyMap<string, PropertyDescription>
  readonly rules: readonly Rule[]
}

export function knownOf({ records, types, families }: Descriptions, key: string, type: string): Known {
  const family = Object.keys(families)
    .filter(start => key.startsWith(start))
    .sort((one, other) => other.length - one.length)[0]
  const own = Object.hasOwn(records, key) ? records[key] : undefined
  const ofType = own?.scalar === undefined && Object.hasOwn(types, type) ? types[type] : undefined
  const layers = [ofType, family === undefined ? undefined : families[family], own].filter(layer => layer !== undefined)
  const properties = new Map<string, PropertyDescription>()
  for (const layer of layers)
    for (const [name, property] of Object.entries(layer.properties))
      properties.set(name, { ...properties.get(name), ...property })
  return {
    description: layers.findLast(({ description }) => description !== undefined)?.description,
    key: layers.findLast(layer => layer.key !== undefined)?.key,
    scalar: own?.scalar,
    properties,
    rules: layers.findLast(({ rules }) => rules.length > 0)?.rules ?? [],
  }
}

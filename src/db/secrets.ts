import { databaseFile, type Places } from '../system/places.ts'
import { describeDatabase, describedDatabases } from './description.ts'
import { readDatabase } from './store.ts'

/** Shorter values would blank out half a file when they are masked, and are no secrets worth the name. */
const LEAST = 4

/** All values of properties that are described as secret, longest first, for masking them in what is shown. */
export function secretValues(places: Places): string[] {
  const values = new Set<string>()
  for (const name of describedDatabases(places)) {
    const description = describeDatabase(places, name)
    const secretOf = (key: string, type: string, property: string) =>
      description?.records.get(key)?.properties.get(property)?.secret ??
      description?.types.get(type)?.properties.get(property)?.secret
    const all = [...(description?.records.values() ?? []), ...(description?.types.values() ?? [])]
    if (!all.some(({ properties }) => [...properties.values()].some(({ secret }) => secret === true))) continue
    for (const record of readDatabase(databaseFile(places, name))?.values() ?? [])
      for (const [property, value] of record.properties)
        if (value.length >= LEAST && secretOf(record.key, record.type, property) === true) values.add(value)
  }
  return [...values].sort((a, b) => b.length - a.length)
}

import { databaseFile, type Places } from '../system/places.ts'
import { type DatabaseDescription, Descriptions, describeDatabase, describedDatabases } from './description.ts'
import { readDatabase } from './store.ts'

/** Shorter values would blank out half a file when they are masked, and are no secrets worth the name. */
const LEAST = 4

/** All values that are described as secret, longest first, for masking them in what is shown. */
export function secretValues(places: Places): string[] {
  const values = new Set<string>()
  const descriptions = new Descriptions(places)
  for (const name of describedDatabases(places)) {
    if (!holdsSecrets(describeDatabase(places, name))) continue
    for (const record of readDatabase(databaseFile(places, name))?.values() ?? []) {
      const description = descriptions.of(name, record.key, record.type)
      if (description?.scalar?.secret === true) values.add(record.type)
      for (const [property, value] of record.properties)
        if (description?.properties.get(property)?.secret === true) values.add(value)
    }
  }
  return [...values].filter(value => value.length >= LEAST).sort((a, b) => b.length - a.length)
}

function holdsSecrets(description: DatabaseDescription | undefined): boolean {
  const all = [...(description?.records.values() ?? []), ...(description?.types.values() ?? [])]
  return all.some(({ scalar, properties }) =>
    [scalar, ...properties.values()].some(property => property?.secret === true),
  )
}

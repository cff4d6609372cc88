import { orUndefined } from '../base/failure.ts'
import { QUOTERS } from '../base/quote.ts'
import { databaseFile, type Paths } from '../system/places.ts'
import { readText } from '../system/read-files.ts'
import { Descriptions, describedDatabases } from './describe.ts'
import { readDatabase } from './store.ts'

/** Masking shorter values would blank out half a file, and they are hardly secrets. */
const LEAST = 4

/**
 * All values described as secret, also as files quote them, longest first: for masking them in output.
 * @param read default: a database that cannot be read is an error
 */
export function secretValues(places: Paths, read = readDatabase): string[] {
  const values = new Set<string>()
  const descriptions = new Descriptions(places, mentionsSecret)
  for (const name of describedDatabases(places)) {
    if (!descriptions.describes(name)) continue
    for (const record of read(databaseFile(places, name))?.values() ?? []) {
      const description = descriptions.of(name, record.key, record.type)
      if (description?.scalar?.secret === true) values.add(record.type)
      for (const [property, value] of record.properties)
        if (description?.properties.get(property)?.secret === true) values.add(value)
    }
  }
  const long = [...values].filter(value => value.length >= LEAST)
  return [...new Set(long.flatMap(value => [value, ...quotedForms(value)]))].sort((a, b) => b.length - a.length)
}

/** The quoted forms of a value that needs escaping: a search for the plain value would not find them. */
function quotedForms(value: string): string[] {
  // Not every format can represent it.
  const forms = Object.values(QUOTERS).flatMap(quote => orUndefined(() => quote(value)) ?? [])
  return forms.filter(form => !form.includes(value))
}

/** Most descriptions have no secret. Parsing all of them would cost each event more than its own work. */
function mentionsSecret(path: string): boolean {
  return /"secret"|\\u/.test(readText(path))
}

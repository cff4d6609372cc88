import { databaseFile, type Places } from '../system/places.ts'
import { Descriptions } from './description.ts'
import type { Problem } from './problem.ts'
import { readDatabase } from './store.ts'
import { Validator } from './validate.ts'

/**
 * The values of a database that no longer fit its description, however old they are; none when it does not exist.
 * @throws Failure when the database or a description is damaged
 */
export function lintDatabase(places: Places, name: string): Problem[] {
  const records = readDatabase(databaseFile(places, name))
  if (records === undefined) return []
  const validator = new Validator({ places, descriptions: new Descriptions(places), database: name }, records)
  return [...records.values()].flatMap(record => validator.check(record, undefined))
}

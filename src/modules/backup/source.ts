import { Descriptions } from '../../db/describe.ts'
import type { Records } from '../../db/record.ts'
import { readDatabase } from '../../db/store.ts'
import { databaseFile, type Places } from '../../system/places.ts'
import { readText } from '../../system/read-files.ts'

/** What several parts of a backup ask, read once. */
export interface Source {
  readonly configuration: Records | undefined
  readonly descriptions: Descriptions
}

export function sourceOf(places: Places): Source {
  const configuration = readDatabase(databaseFile(places, 'configuration'))
  return { configuration, descriptions: descriptionsWithFiles(places) }
}

/**
 * Descriptions without those that name no file, which would take longer than all the rest. A scalar has no type. That of our own
 * settings is among them.
 */
export function descriptionsWithFiles(places: Places): Descriptions {
  return new Descriptions(
    places,
    path => path.endsWith('/configuration/backup.json') || /"backup"|"scalar"|\\u/.test(readText(path)),
  )
}

import { Descriptions } from '../../db/describe.ts'
import type { Records } from '../../db/record.ts'
import { readDatabase } from '../../db/store.ts'
import { databaseFile, type Places } from '../../system/places.ts'

/** Where backups go, and for whom: the properties of the record `backup`. */
export type Settings = ReadonlyMap<string, string>

/** Those of the record; what it has not, its description says. @param configuration default: as it is now */
export function settingsOf(
  places: Places,
  configuration: Records | undefined = readDatabase(databaseFile(places, 'configuration')),
): Settings {
  const own = configuration?.get('backup')?.properties ?? []
  const described = new Descriptions(places).ofRecord('configuration', 'backup')?.properties ?? []
  const defaults = [...described].flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return new Map([...defaults, ...own])
}

import { Descriptions } from '../../db/describe.ts'
import type { RecordDescription } from '../../db/description.ts'
import type { Records } from '../../db/record.ts'
import { readDatabase } from '../../db/store.ts'
import { databaseFile, type Places } from '../../system/places.ts'

/** Where backups go, and for whom: the properties of the record `backup`. */
export type Settings = ReadonlyMap<string, string>

/** Those of the record; what it has not, its description says. @param configuration default: as it is now */
export function settingsOf(
  places: Places,
  configuration: Records | undefined = readDatabase(databaseFile(places, 'configuration')),
  descriptions = new Descriptions(places),
): Settings {
  const described = descriptions.ofRecord('configuration', 'backup')
  return withDefaults(configuration?.get('backup')?.properties ?? new Map(), described)
}

/** The properties of a record; what it has not, its description says. */
export function withDefaults(own: Settings, described: RecordDescription | undefined): Settings {
  const defaults = [...(described?.properties ?? [])].flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return new Map([...defaults, ...own])
}

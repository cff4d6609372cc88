import { changeDatabase } from '../../../db/change.ts'
import { Draft } from '../../../db/draft.ts'
import type { Records } from '../../../db/record.ts'
import { readDatabase, recordsOf } from '../../../db/store.ts'
import { databaseFile, type Places } from '../../../system/places.ts'
import { wantedCertificates } from '../wanted.ts'
import type { World } from '../world.ts'

/** The databases whose records request names. */
const DATABASES = ['domains', 'hosts'] as const
const PROPERTY = 'letsencryptSSLcert'

export type DropPreview = ReturnType<typeof previewDrop>

/** The effect of {@link dropNames}. Changes nothing. */
export function previewDrop(world: Pick<World, 'places' | 'system'>, names: readonly string[]) {
  const replaced = new Map<string, Records>()
  const records = DATABASES.flatMap(database => {
    const draft = new Draft(recordsOf(world.places, database))
    const changed = disable(draft, names)
    replaced.set(database, draft.records())
    return changed.map(key => `${database} ${key}`)
  })
  const namesNow = (databases: ReadonlyMap<string, Records>) =>
    new Set(wantedCertificates(world, () => {}, databases).flatMap(certificate => certificate.names))
  const [before, after] = [namesNow(new Map()), namesNow(replaced)]
  return {
    /** The records that would be changed: `domains example.org`. */
    records,
    /** Names excluded with them: hosts of an excluded domain. */
    also: [...before].filter(name => !after.has(name) && !names.includes(name)),
    /** Names that would stay, because the property `configure` requests them, not a record. */
    stay: names.filter(name => after.has(name)),
  }
}

/**
 * Excludes names from the certificates: sets letsencryptSSLcert to disabled in their records.
 * @returns the changed records: `hosts www.example.org`
 */
export function dropNames(places: Places, names: readonly string[]): string[] {
  return DATABASES.flatMap(database => {
    if (readDatabase(databaseFile(places, database)) === undefined) return []
    const keys = changeDatabase(places, database, { command: 'gabarit letsencrypt check' }, draft =>
      disable(draft, names),
    )
    return keys.map(key => `${database} ${key}`)
  })
}

function disable(draft: Draft, names: readonly string[]): string[] {
  const keys = draft.keys().filter(key => names.includes(key.toLowerCase()))
  const asking = keys.filter(key => draft.getprop(key, PROPERTY) === 'enabled')
  for (const key of asking) draft.setprop(key, PROPERTY, 'disabled')
  return asking
}

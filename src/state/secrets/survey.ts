import { Failure, orFailure } from '../../base/failure.ts'
import { listDatabases } from '../../db/all-databases.ts'
import { storedValues } from '../../db/record.ts'
import { plainSecrets, secretDescriptions } from '../../db/sealing.ts'
import { readableDatabase } from '../../db/store.ts'
import { databaseFile, type Paths } from '../../system/places.ts'

/** A secret of a database, and how it is stored there. */
export interface StoredSecret {
  readonly database: string
  readonly key: string
  /** Null: the value of a scalar. */
  readonly property: string | null
  readonly stored: 'encrypted' | 'plain'
  /** Why it cannot be opened. Absent: it can. */
  readonly problem?: Failure
}

/**
 * All values that are described as secret, or encrypted. Databases that cannot be read are left out.
 * @param names of the databases; default: all
 */
export function storedSecrets(places: Paths, names = listDatabases(places)): StoredSecret[] {
  const descriptions = secretDescriptions(places)
  return names.flatMap(database => {
    const records = readableDatabase(databaseFile(places, database)) ?? new Map()
    return [...records.values()].flatMap(record => {
      const { key } = record
      const sealed = storedValues(record).flatMap(([property, stored]): StoredSecret[] => {
        if (typeof stored === 'string') return []
        const opened = orFailure(() => stored.open())
        const problem = opened instanceof Failure ? { problem: opened } : {}
        return [{ database, key, property, stored: 'encrypted', ...problem }]
      })
      // Without its type, nobody knows what describes it.
      if (sealed.some(({ property, problem }) => property === null && problem !== undefined)) return sealed
      const plain = plainSecrets(database, record, descriptions).map(property => ({ database, key, property }))
      return [...sealed, ...plain.map(secret => ({ ...secret, stored: 'plain' as const }))]
    })
  })
}

/** `configuration backup Passphrase` */
export function nameOfSecret({ database, key, property }: StoredSecret): string {
  return [database, key, property ?? []].flat().join(' ')
}

import { defined } from '../../base/defined.ts'
import { Failure, orFailure } from '../../base/failure.ts'
import { listDatabases } from '../../db/all-databases.ts'
import type { Descriptions } from '../../db/describe.ts'
import { partsOfFleet } from '../../db/layers.ts'
import { storedValues } from '../../db/record.ts'
import { nameOfValue, plainSecrets, secretDescriptions } from '../../db/sealing.ts'
import { readableDatabase } from '../../db/store.ts'
import { type DatabaseFile, databaseFile, type Paths } from '../../system/places.ts'

/** A secret of a database, and how it is stored there. */
export interface StoredSecret {
  /** The part of the fleet whose database it is, such as `group/web`; absent: it is about this machine. */
  readonly part?: string
  readonly database: string
  readonly key: string
  /** Null: the value of a scalar. */
  readonly property: string | null
  readonly stored: 'encrypted' | 'plain'
  /** Why it cannot be opened. Absent: it can. */
  readonly problem?: Failure
}

/** All databases whose secrets this machine stores: its own ones and, on a controller, those of the fleet. */
export function databasesWithSecrets(places: Paths): readonly DatabaseFile[] {
  return [places, ...partsOfFleet(places)].flatMap(at => listDatabases(at).map(name => databaseFile(at, name)))
}

/** All values that are described as secret, or encrypted. Databases that cannot be read are left out. */
export function storedSecrets(places: Paths): StoredSecret[] {
  const descriptions = secretDescriptions(places)
  return databasesWithSecrets(places).flatMap(file => secretsIn(file, descriptions))
}

/** Those of one database. */
export function secretsIn(file: DatabaseFile, descriptions: Descriptions): StoredSecret[] {
  const { name: database = '', part } = file.of ?? {}
  const place = { database, ...defined({ part }) }
  const records = readableDatabase(file) ?? new Map()
  return [...records.values()].flatMap(record => {
    const { key } = record
    const sealed = storedValues(record).flatMap(([property, stored]): StoredSecret[] => {
      if (typeof stored === 'string') return []
      const opened = orFailure(() => stored.open())
      const problem = opened instanceof Failure ? { problem: opened } : {}
      return [{ ...place, key, property, stored: 'encrypted', ...problem }]
    })
    // Without its type, nobody knows what describes it.
    if (sealed.some(({ property, problem }) => property === null && problem !== undefined)) return sealed
    const plain = plainSecrets(database, record, descriptions).map(property => ({ ...place, key, property }))
    return [...sealed, ...plain.map(secret => ({ ...secret, stored: 'plain' as const }))]
  })
}

/** `configuration backup Passphrase` */
export function nameOfSecret({ database, part, key, property }: StoredSecret): string {
  return nameOfValue({ name: database, ...defined({ part }) }, key, property)
}

import { compareBytes } from '../base/byte-order.ts'
import { orUndefined, refusal } from '../base/failure.ts'
import { findingsOf } from '../base/finding.ts'
import { databaseFile, type Paths } from '../system/places.ts'
import { describedDatabases } from './describe.ts'
import { readDatabase } from './store.ts'

/**
 * The names of the databases that exist, in byte order. Includes those that were lost but have a last good copy: reading one
 * reports that. Empty if their folder is missing or we may not read it.
 */
export function listDatabases(places: Paths): string[] {
  const files = orUndefined(() => places.files.list(places.databases)) ?? []
  const names = files.flatMap(file => {
    const [, present, lost] = /^(?:([^.].*)\.json|\.([^.].*)\.json\.last-good)$/.exec(file) ?? []
    return present ?? lost ?? []
  })
  return [...new Set(names)].sort(compareBytes)
}

/** The names of the databases that are described or exist. */
export function allDatabases(places: Paths): string[] {
  return [...new Set([...describedDatabases(places), ...listDatabases(places)])]
}

/**
 * Makes sure that every database can be read before anything is built from them. Otherwise an action would fail on a damaged
 * one, and then the files would fail again.
 * @throws Failure (refused) that lists every database that cannot be read
 */
export function refuseDamagedDatabases(places: Paths): void {
  const damage = allDatabases(places).flatMap(name => findingsOf(() => readDatabase(databaseFile(places, name))))
  if (damage.length > 0) throw refusal(damage.map(({ message }) => message).join('\n'))
}

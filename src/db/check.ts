import { Failure, refusal } from '../base/failure.ts'
import { databaseFile, type Paths } from '../system/places.ts'
import { describedDatabases } from './describe.ts'
import { listDatabases } from './list.ts'
import { readDatabase } from './store.ts'

/**
 * Makes sure that every database can be read before anything is built from them. Otherwise an action would fail on a damaged
 * one, and then the files would fail again.
 * @throws Failure (refused) that lists every database that cannot be read
 */
export function refuseDamagedDatabases(places: Paths): void {
  const names = new Set([...describedDatabases(places), ...listDatabases(places)])
  const problems = [...names].flatMap(name => {
    try {
      readDatabase(databaseFile(places, name))
      return []
    } catch (error) {
      if (error instanceof Failure) return [error.describe()]
      throw error
    }
  })
  if (problems.length > 0) throw refusal(problems.join('\n'))
}

import { readdirSync } from 'node:fs'
import { compareBytes } from '../base/byte-order.ts'
import type { Places } from '../system/places.ts'

/**
 * The names of the databases that exist, in byte order, also of those that were lost (only the last good copy is there:
 * reading one tells); none when their folder is missing or closed to us.
 */
export function listDatabases(places: Places): string[] {
  try {
    const names = readdirSync(places.databases).flatMap(file => {
      const [, present, lost] = /^(?:([^.].*)\.json|\.([^.].*)\.json\.last-good)$/.exec(file) ?? []
      return present ?? lost ?? []
    })
    return [...new Set(names)].sort(compareBytes)
  } catch {
    return []
  }
}

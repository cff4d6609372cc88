import { compareBytes } from '../base/byte-order.ts'
import type { Paths } from '../system/places.ts'
import { namesIn } from '../system/read-files.ts'

/**
 * The names of the databases that exist, in byte order. Includes those that were lost but have a last good copy: reading one
 * reports that. Empty if their folder is missing or we may not read it.
 */
export function listDatabases(places: Paths): string[] {
  try {
    const names = namesIn(places.databases).flatMap(file => {
      const [, present, lost] = /^(?:([^.].*)\.json|\.([^.].*)\.json\.last-good)$/.exec(file) ?? []
      return present ?? lost ?? []
    })
    return [...new Set(names)].sort(compareBytes)
  } catch {
    return []
  }
}

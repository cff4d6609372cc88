import { readdirSync } from 'node:fs'
import { compareBytes } from '../system/byte-order.ts'
import type { Places } from '../system/places.ts'

/** The names of the databases that exist, in byte order; none when their folder is missing or closed to us. */
export function listDatabases(places: Places): string[] {
  try {
    const names = readdirSync(places.databases).filter(name => /^[^.].*\.json$/.test(name))
    return names.map(name => name.slice(0, -'.json'.length)).sort(compareBytes)
  } catch {
    return []
  }
}

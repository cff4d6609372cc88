import { relative } from 'node:path'
import { type DatabaseFile, fleetRecords, type Places } from '../system/places.ts'
import { COVER } from '../system/secrets/cover.ts'
import { decodeDatabase } from './damage.ts'
import { serialize } from './json.ts'
import { OWNED } from './owned.ts'
import { openingOf } from './sealing.ts'

/** A database of a fleet below the folder of its records, or the last good copy of one. */
const OF_FLEET = /^(?<part>all|(group|host)\/[^/]+)\/(?<name>[^./][^/]*|\.(?<copied>[^/]+)\.json\.last-good)$/

/**
 * The content of a file of gabarit's own as it would be if this machine did not encrypt secrets: for another machine.
 * @param real its path on the disk
 * @throws Failure if it cannot be opened
 */
export function clearFile(real: string, data: Buffer, places: Places): Buffer {
  if (!data.includes('"sealed"')) return data
  if (real === OWNED.path(places)) return Buffer.from(COVER.open(data.toString('utf8'), OWNED.name, places))
  const { part = '', name = '', copied } = OF_FLEET.exec(relative(fleetRecords(places), real))?.groups ?? {}
  if (part === '') return data
  const of: DatabaseFile['of'] = { places, part, name: copied ?? name.replace(/\.json$/, '') }
  return Buffer.from(serialize(decodeDatabase(real, data, openingOf(of))))
}

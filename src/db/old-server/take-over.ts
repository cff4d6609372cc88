import type { Paths } from '../../system/places.ts'
import type { DbRecord, Records } from '../record.ts'
import { recordsOf } from '../store.ts'
import { fit } from './fit.ts'
import { LOGINS, tellLogins } from './logins.ts'
import type { Meaning, Placed, World } from './meaning.ts'
import { NETHSERVER } from './nethserver.ts'
import { NETHSERVER_WEB } from './nethserver-web.ts'
import type { Remark, Say } from './remark.ts'
import { SME_SERVER } from './sme-server.ts'

/** Databases of an old server in our words. */
export interface TakenOver {
  /** The records that come in, by database. */
  readonly databases: ReadonlyMap<string, Map<string, DbRecord>>
  /** Where the records of each database there went: how many, by database here. */
  readonly counts: ReadonlyMap<string, { readonly database: string; readonly records: number }>
  /** What became of the records; nothing is said of those that are taken as they are. */
  readonly remarks: readonly Remark[]
}

const MEANINGS: readonly Meaning[] = [...SME_SERVER, ...NETHSERVER, ...NETHSERVER_WEB, LOGINS]

/**
 * What an old server means by its databases, in our words, made to fit the descriptions: so it stops no event. Access is
 * never wider than it was there: what cannot be kept is closed.
 * @param there all its databases, since records name others
 * @param isWanted the records that come over; default: all
 */
export function takeOver(
  places: Paths,
  there: ReadonlyMap<string, Records>,
  isWanted: (database: string, record: DbRecord) => boolean = () => true,
): TakenOver {
  const converted = convert(places, there, isWanted)
  const remarks = [...converted.remarks]
  fit(places, converted.databases, remark => remarks.push(remark))
  const [old, incoming] = [there, converted.databases].map(all => all.get('configuration'))
  tellLogins(places, old, incoming, remark => remarks.push(remark))
  return { ...converted, remarks }
}

/** As {@link takeOver}, with values that do not fit. */
export function convert(
  places: Paths,
  there: ReadonlyMap<string, Records>,
  isWanted: (database: string, record: DbRecord) => boolean = () => true,
): TakenOver {
  const none: Records = new Map()
  const world: World = { present: name => recordsOf(places, name), there: name => there.get(name) ?? none }
  const databases = new Map<string, Map<string, DbRecord>>()
  const counts = new Map<string, { database: string; records: number }>()
  const remarks: Remark[] = []
  for (const [database, records] of there) {
    const wanted = [...records.values()].filter(record => isWanted(database, record))
    const placed = wanted.flatMap(record => placedOf({ database, record }, world, remarks))
    const into = new Set(placed.map(one => one.database))
    const [name = HOME[database] ?? database] = into
    counts.set(database, { database: name, records: placed.length })
    for (const one of new Set([name, ...into])) if (!databases.has(one)) databases.set(one, new Map())
    for (const one of placed) databases.get(one.database)?.set(one.record.key, one.record)
  }
  return { databases, counts, remarks }
}

/** Where the records of databases go that have another name there, also if they are empty. */
const HOME: Readonly<Record<string, string>> = {
  portforward_tcp: 'portforwards',
  portforward_udp: 'portforwards',
  portforward: 'portforwards',
}

function placedOf(start: Placed, world: World, remarks: Remark[]): readonly Placed[] {
  const { database, record } = start
  const say: Say = (fate, how, key = record.key) => remarks.push({ fate, database, key, how })
  return MEANINGS.reduce<readonly Placed[]>(
    (all, meaning) =>
      all.flatMap(one => {
        if (meaning.database !== one.database || !meaning.of(one.record)) return [one]
        return meaning
          .become(one.record, world, say)
          .map(next => ('record' in next ? next : { database: one.database, record: next }))
      }),
    [start],
  )
}

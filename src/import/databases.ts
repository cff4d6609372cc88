import { join } from 'node:path'
import { plural } from '../base/plural.ts'
import { sha256 } from '../base/sha256.ts'
import { type FlatFile, rawForm } from '../db/flat-file.ts'
import { readFolder } from '../db/import.ts'
import type { Remark } from '../db/old-server/remark.ts'
import { takeOver } from '../db/old-server/take-over.ts'
import { type DbRecord, type Records, sortedMap } from '../db/record.ts'
import type { Places } from '../system/places.ts'
import type { Line } from './part.ts'
import type { OldServer } from './source.ts'

/** What the databases of an old server become. */
export interface OldDatabases {
  readonly lines: readonly Line[]
  /** The records that come in, by database here. */
  readonly incoming: ReadonlyMap<string, ReadonlyMap<string, DbRecord>>
  /** The records that have come over, with the hash of what they were there: nothing of them is left to do. */
  readonly done: ReadonlyMap<string, string>
}

/** @param before the records that have come over before, see {@link OldDatabases.done} */
export function databases(old: OldServer, places: Places, before: ReadonlyMap<string, string>): OldDatabases {
  if (old.databases === undefined) return { lines: [], incoming: new Map(), done: before }
  const { tree } = old
  // Not by the path on this machine: no link leads out of the old server.
  const read = (path: string) => tree.read(path.slice(tree.root.length))
  const { files, skipped } = readFolder(join(tree.root, old.databases), tree.names(old.databases), read)
  const there = named(old, files)
  const hashes = new Map(
    [...there].flatMap(([name, records]) =>
      [...records.values()].map(record => [idOf(name, record.key), sha256(rawForm(record))] as const),
    ),
  )
  const isNew = (name: string, { key }: DbRecord) => before.get(idOf(name, key)) !== hashes.get(idOf(name, key))
  const { databases: incoming, remarks } = takeOver(places, there, isNew)
  const undone = new Set(
    remarks.filter(({ fate }) => fate === 'unsupported').map(({ database, key }) => idOf(database, key)),
  )
  const counted = [...there].map(([name, records]): Line => {
    const fresh = [...records.values()].filter(record => isNew(name, record)).length
    const how = fresh < records.size ? `, ${records.size - fresh} of them before` : ''
    return { fate: 'taken', what: join(old.databases ?? '', name), how: `${plural(records.size, 'record')}${how}` }
  })
  const odd = [...files].flatMap(([name, { notes }]) =>
    notes.map(
      ({ line, message }): Line => ({ fate: 'unsupported', what: `${old.databases}/${name}:${line}`, how: message }),
    ),
  )
  const notTaken = skipped.map((text): Line => {
    const [what = '', ...how] = text.slice(tree.root.length).split(': ')
    return { fate: 'unsupported', what, how: how.join(': ') }
  })
  return {
    lines: [...counted, ...remarks.map(remarkLine), ...odd, ...notTaken],
    incoming,
    done: new Map([...before, ...[...hashes].filter(([id]) => !undone.has(id))]),
  }
}

/** The line of one record. */
export function remarkLine({ fate, database, key, how }: Remark): Line {
  return { fate, what: `${database} ${key}`, how }
}

function idOf(database: string, key: string): string {
  return `${database} ${key}`
}

/** The databases. Some servers have their name only as that of the machine. */
function named({ tree }: OldServer, files: ReadonlyMap<string, FlatFile>): ReadonlyMap<string, Records> {
  const all = new Map([...files].map(([name, { records }]) => [name, records]))
  const settings = all.get('configuration') ?? new Map()
  const [name = '', ...domain] = hostName(tree).split('.')
  const missing = [
    { key: 'SystemName', type: name, properties: new Map() },
    { key: 'DomainName', type: domain.join('.'), properties: new Map() },
  ].filter(({ key, type }) => type !== '' && (settings.get(key)?.type ?? '') === '')
  return all.set('configuration', sortedMap([...settings, ...missing.map(record => [record.key, record] as const)]))
}

function hostName(tree: OldServer['tree']): string {
  const text = (path: string) => tree.read(path)?.toString('utf8') ?? ''
  const network = /^HOSTNAME="?([^"\s]+)/m.exec(text('/etc/sysconfig/network'))?.[1]
  return text('/etc/hostname').trim() || text('/etc/HOSTNAME').trim() || network || ''
}

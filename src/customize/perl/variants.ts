import { type DbRecord, makeRecord, type Records, sortedMap } from '../../db/record.ts'
import type { Read } from '../../template/databases.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Databases with one thing changed. */
export interface Variant {
  /** `configuration: sshd TCPPort=0`. */
  readonly what: string
  readonly databases: ReadonlyMap<string, Records>
}

/** What any property may hold: nothing, what is false in Perl, words, numbers, lists with and without blanks. */
const VALUES = ['', '0', 'changed', 'enabled', 'disabled', 'yes', 'no', '7', 'b, a,a', '192.0.2.7']
/** Of the words that the programs mention. */
const MOST_WORDS = 10
/** Records of one type are alike. */
const OF_A_TYPE = 2

/**
 * The databases with each property changed and removed that is asked for, each record that was read removed or added, and in
 * each list one more and one less.
 */
export function* variantsOf(
  databases: ReadonlyMap<string, Records>,
  reads: readonly Read[],
  words: Vocabulary,
): Generator<Variant> {
  for (const [database, keys] of byDatabase(reads)) {
    const records = databases.get(database)
    if (records === undefined) continue
    const change = (what: string, key: string, record: DbRecord | undefined): Variant => {
      const made = withRecord(records, key, record)
      return { what: `${database}: ${what}`, databases: new Map([...databases, [database, made]]) }
    }
    for (const key of keys) {
      if (key !== undefined) yield* ofRecord(records.get(key), key, words, change)
      else yield* ofList(records, words, change)
    }
  }
}

function withRecord(records: Records, key: string, record: DbRecord | undefined): Records {
  if (record !== undefined && !records.has(key)) return sortedMap([...records, [key, record]])
  const made = new Map(records)
  if (record === undefined) made.delete(key)
  else made.set(key, record)
  return made
}

type Change = (what: string, key: string, record: DbRecord | undefined) => Variant

function* ofRecord(record: DbRecord | undefined, key: string, words: Vocabulary, change: Change): Generator<Variant> {
  if (record === undefined) {
    yield change(`${key} added`, key, filled(key, 'service', words, 'enabled'))
    yield change(`${key} added, a value`, key, makeRecord(key, 'changed'))
    return
  }
  yield change(`no ${key}`, key, undefined)
  const { type, properties } = record
  if (properties.size === 0) {
    for (const value of VALUES.slice(0, 4)) yield change(`${key}=${value}`, key, makeRecord(key, value))
    return
  }
  for (const property of words.properties) {
    if (property === 'type') {
      for (const other of ['changed', ...words.types])
        yield change(`${key} of type ${other}`, key, makeRecord(key, other, properties))
      continue
    }
    const others = [...properties].filter(([name]) => name !== property)
    if (others.length > 0) yield change(`${key} without ${property}`, key, makeRecord(key, type, others))
    for (const value of new Set([...VALUES, ...[...words.values].slice(0, MOST_WORDS)]))
      yield change(`${key} ${property}=${value}`, key, makeRecord(key, type, [...others, [property, value]]))
  }
}

function* ofList(records: Records, words: Vocabulary, change: Change): Generator<Variant> {
  const seen = new Map<string, number>()
  for (const [key, record] of records) {
    const count = seen.get(record.type) ?? 0
    seen.set(record.type, count + 1)
    if (count < OF_A_TYPE) yield* ofRecord(record, key, words, change)
  }
  const types = new Set([...words.types, ...seen.keys()])
  for (const type of types) {
    const like = [...records.values()].find(record => record.type === type)
    for (const key of ['aaa', 'zzz.example.org', '10.9.8.0']) {
      if (like) yield change(`${key} added, like ${like.key}`, key, makeRecord(key, type, like.properties))
      yield change(`${key} added, a ${type}`, key, filled(key, type, words, 'changed'))
    }
    yield change(`a ${type} with 0 everywhere`, 'aaa', filled('aaa', type, words, '0'))
  }
}

function filled(key: string, type: string, words: Vocabulary, value: string): DbRecord {
  const names = [...words.properties].filter(name => name !== 'type' && name !== 'key')
  return makeRecord(key, type, [...names.map(name => [name, value] as const), ['Other', 'x']])
}

function byDatabase(reads: readonly Read[]): Map<string, Set<string | undefined>> {
  const found = new Map<string, Set<string | undefined>>()
  for (const { database, key } of reads) {
    const keys = found.get(database) ?? new Set()
    found.set(database, keys.add(key))
  }
  return found
}

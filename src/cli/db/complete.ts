import { compareBytes } from '../../base/byte-order.ts'
import { orUndefined } from '../../base/failure.ts'
import { listDatabases } from '../../db/all-databases.ts'
import { Descriptions, describeDatabase, describedDatabases } from '../../db/describe.ts'
import type { PropertyDescription } from '../../db/description.ts'
import { FORMATS } from '../../db/formats.ts'
import type { Records } from '../../db/record.ts'
import { readDatabase, recordsOf } from '../../db/store.ts'
import { databaseFile, type Paths } from '../../system/places.ts'
import { FLAGS } from './options.ts'
import { argumentName, type Verb } from './verb.ts'
import { VERBS } from './verbs.ts'

/**
 * Completions of the last word of a `db` or `config` command line, in byte order. An unreadable database or description gives
 * no candidates: completion must never print an error into the command line.
 * @param words the command line: the program's name first, the unfinished word last (possibly empty)
 */
export function completeDb(words: readonly string[], places: Paths): string[] {
  const current = words.at(-1) ?? ''
  const found = orUndefined(() => candidates(words[0] === 'config' ? 'config' : 'db', words.slice(1), places)) ?? []
  return [...new Set(found)].filter(word => word.startsWith(current)).sort(compareBytes)
}

function candidates(program: 'db' | 'config', words: readonly string[], places: Paths): Iterable<string> {
  let rest = words
  while (rest.length > 1 && rest[0]?.startsWith('-') === true) rest = rest.slice(rest[0] === '--root' ? 2 : 1)
  if (rest.length === 1 && rest[0]?.startsWith('-') === true) return FLAGS
  const [database = '', name, ...args] = program === 'config' ? ['configuration', ...rest] : rest
  if (name === undefined) return [...listDatabases(places), ...describedDatabases(places), 'import']
  if (args.length === 0) return database === 'import' ? ['--tree'] : Object.keys(VERBS)
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
  return verb === undefined ? [] : new Completion(places, database, name, verb).argument(args)
}

/** Candidates for the arguments of one verb. */
class Completion {
  readonly #places: Paths
  readonly #database: string
  readonly #name: string
  readonly #verb: Verb
  readonly #records: Records

  constructor(places: Paths, database: string, name: string, verb: Verb) {
    this.#places = places
    this.#database = database
    this.#name = name
    this.#verb = verb
    this.#records = recordsOf(places, database)
  }

  argument(args: readonly string[]): Iterable<string> {
    const [key = ''] = args
    switch (argumentName(this.#verb, args.length - 1)) {
      case 'KEY':
        return this.#keys()
      case 'TYPE':
        return this.#types(key)
      case 'PROP':
        return this.#properties(key, args[1])
      case 'VALUE':
        return this.#values(key, args[1], args.at(-2) ?? '')
      default:
        return []
    }
  }

  #keys(): string[] {
    const existing = [...this.#records.keys()]
    if (!['describe', 'set', 'setdefault', 'setjson'].includes(this.#name)) return existing
    const described = describeDatabase(this.#places, this.#database)
    const types = this.#name === 'describe' ? [...(described?.types.keys() ?? [])].map(type => `@${type}`) : []
    return [...existing, ...(described?.records.keys() ?? []), ...types]
  }

  #types(key: string): string[] {
    const described = this.#description(key, '')
    if (described?.scalar !== undefined) return this.#valuesOf(described.scalar, this.#records.get(key)?.type)
    if (described?.type !== undefined) return [described.type]
    const known = describeDatabase(this.#places, this.#database)?.types.keys() ?? []
    return [...[...this.#records.values()].map(({ type }) => type), ...known]
  }

  #properties(key: string, type: string | undefined): string[] {
    const existing = [...(this.#records.get(key)?.properties.keys() ?? [])]
    if (['getprop', 'printprop', 'delprop'].includes(this.#name)) return existing
    return [...existing, ...(this.#description(key, type)?.properties.keys() ?? [])]
  }

  #values(key: string, type: string | undefined, property: string): string[] {
    const described = this.#description(key, type)?.properties.get(property)
    return this.#valuesOf(described ?? {}, this.#records.get(key)?.properties.get(property))
  }

  #valuesOf(description: PropertyDescription, present: string | undefined): string[] {
    if (description.secret === true) return []
    const { enum: words = [], format = '', reference, default: value } = description
    return [
      ...words,
      ...(FORMATS[format]?.values ?? []),
      ...(value === undefined ? [] : [value]),
      ...(present === undefined ? [] : [present]),
      ...(reference === undefined ? [] : this.#referenced(reference)),
    ].filter(word => word !== '')
  }

  #referenced({ database, type, or = [] }: NonNullable<PropertyDescription['reference']>): string[] {
    const records = readDatabase(databaseFile(this.#places, database)) ?? new Map<string, never>()
    const fitting = [...records.values()].filter(record => type === undefined || record.type === type)
    return [...or, ...fitting.map(record => record.key)]
  }

  /** `set` and `setdefault` name the type. Otherwise it is the record's, or the described one. */
  #description(key: string, type: string | undefined) {
    const descriptions = new Descriptions(this.#places)
    const given = this.#name === 'set' || this.#name === 'setdefault' ? type : undefined
    const present = this.#records.get(key)?.type ?? descriptions.ofRecord(this.#database, key)?.type
    return descriptions.of(this.#database, key, given ?? present ?? '')
  }
}

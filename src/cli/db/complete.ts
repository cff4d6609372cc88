import { compareBytes } from '../../base/byte-order.ts'
import { orUndefined } from '../../base/failure.ts'
import { allDatabases } from '../../db/all-databases.ts'
import { Descriptions, describeDatabase } from '../../db/describe.ts'
import { allowedBy, type PropertyDescription } from '../../db/description.ts'
import { FORMATS } from '../../db/formats.ts'
import type { Records } from '../../db/record.ts'
import { recordsOf } from '../../db/store.ts'
import type { Paths } from '../../system/places.ts'
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
  if (name === undefined) return [...allDatabases(places), 'import']
  if (args.length === 0) return database === 'import' ? ['--tree'] : Object.keys(VERBS)
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
  if (verb === undefined) return []
  return candidatesFor({ places, database, name, verb, records: recordsOf(places, database) }, args)
}

/** The verb whose arguments are completed. */
interface Subject {
  readonly places: Paths
  readonly database: string
  readonly name: string
  readonly verb: Verb
  readonly records: Records
}

/** Candidates for the last of the arguments. */
function candidatesFor(subject: Subject, args: readonly string[]): Iterable<string> {
  const [key = ''] = args
  switch (argumentName(subject.verb, args.length - 1)) {
    case 'KEY':
      return keys(subject)
    case 'TYPE':
      return types(subject, key)
    case 'PROP':
      return properties(subject, key, args[1])
    case 'VALUE':
      return values(subject, key, args[1], args.at(-2) ?? '')
    default:
      return []
  }
}

function keys(subject: Subject): string[] {
  const existing = [...subject.records.keys()]
  if (!['describe', 'set', 'setdefault', 'setjson'].includes(subject.name)) return existing
  const described = describeDatabase(subject.places, subject.database)
  const types = subject.name === 'describe' ? [...(described?.types.keys() ?? [])].map(type => `@${type}`) : []
  return [...existing, ...(described?.records.keys() ?? []), ...types]
}

function types(subject: Subject, key: string): string[] {
  const described = descriptionOf(subject, key, '')
  if (described?.scalar !== undefined) return valuesOf(subject, described.scalar, subject.records.get(key)?.type)
  if (described?.type !== undefined) return [described.type]
  const known = describeDatabase(subject.places, subject.database)?.types.keys() ?? []
  return [...[...subject.records.values()].map(({ type }) => type), ...known]
}

function properties(subject: Subject, key: string, type: string | undefined): string[] {
  const existing = [...(subject.records.get(key)?.properties.keys() ?? [])]
  if (['getprop', 'printprop', 'delprop'].includes(subject.name)) return existing
  return [...existing, ...(descriptionOf(subject, key, type)?.properties.keys() ?? [])]
}

function values(subject: Subject, key: string, type: string | undefined, property: string): string[] {
  const described = descriptionOf(subject, key, type)?.properties.get(property)
  return valuesOf(subject, described ?? {}, subject.records.get(key)?.properties.get(property))
}

function valuesOf(subject: Subject, description: PropertyDescription, present = ''): string[] {
  if (description.secret === true) return []
  const { enum: words = [], format = '', reference, default: value = '' } = description
  const others = reference === undefined ? [] : allowedBy(reference, recordsOf(subject.places, reference.database))
  return [...words, ...(FORMATS[format]?.values ?? []), value, present, ...others].filter(word => word !== '')
}

/** `set` and `setdefault` name the type. Otherwise it is the record's, or the described one. */
function descriptionOf(subject: Subject, key: string, type: string | undefined) {
  const descriptions = new Descriptions(subject.places)
  const given = subject.name === 'set' || subject.name === 'setdefault' ? type : undefined
  const present = subject.records.get(key)?.type ?? descriptions.ofRecord(subject.database, key)?.type
  return descriptions.of(subject.database, key, given ?? present ?? '')
}

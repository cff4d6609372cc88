import { compareBytes } from '../../base/byte-order.ts'
import { orUndefined } from '../../base/failure.ts'
import { allDatabases } from '../../db/all-databases.ts'
import { Descriptions, describeDatabase } from '../../db/describe.ts'
import { allowedBy, type PropertyDescription } from '../../db/description.ts'
import { FORMATS } from '../../db/formats.ts'
import { layerPlaces, layersIn } from '../../db/layers.ts'
import type { Records } from '../../db/record.ts'
import { recordsOf } from '../../db/store.ts'
import { fleetRecords, type Paths } from '../../system/places.ts'
import { paths } from '../../terminal/command.ts'
import { AFTER_READING, FLAGS, parseOptions } from './options.ts'
import { argumentName, type Verb } from './verb.ts'
import { reads, VERBS } from './verbs.ts'

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
  const last = words.at(-1) ?? ''
  if (words.at(-2) === '--root') return paths([last])
  const given = words.slice(0, -1)
  const option = words.at(-2)
  if (option === '--group' || option === '--host') return layerNames(places, option === '--group' ? 'group' : 'host')
  const { words: typed, layer } = parseOptions(program, given, reads)
  const [database = '', name, ...args] = program === 'config' ? ['configuration', ...typed, last] : [...typed, last]
  const verb = name !== undefined && args.length > 0 && Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
  if (database === 'import' && name !== undefined && args.length <= 1)
    return args.length === 0 ? ['--tree'] : paths(args)
  if (last.startsWith('-') && verb === undefined) return FLAGS
  if (name === undefined) return [...allDatabases(places), 'import']
  if (args.length === 0) return Object.keys(VERBS)
  if (verb === undefined) return program === 'config' && name === 'help' && args.length === 1 ? Object.keys(VERBS) : []
  if (last.startsWith('--') && reads(name) && !given.includes('--')) return AFTER_READING
  return candidatesFor(layer === undefined ? places : layerPlaces(places, layer), database, name, verb, args)
}

/** The groups or hosts that have records of their own. */
function layerNames(places: Paths, kind: 'group' | 'host'): string[] {
  return layersIn(places, fleetRecords(places)).flatMap(layer => (layer.kind === kind ? layer.name : []))
}

/** Candidates for the last of the arguments. Descriptions are only read where they matter. */
function candidatesFor(places: Paths, database: string, name: string, verb: Verb, args: readonly string[]): string[] {
  const records = recordsOf(places, database)
  const [key = '', given = ''] = args
  const record = records.get(key)
  const described = () => {
    const descriptions = new Descriptions(places)
    if (name === 'describe' && key.startsWith('@')) return descriptions.of(database, '', key.slice(1))
    if (name !== 'set' && name !== 'setdefault')
      return descriptions.of(database, key, record?.type ?? descriptions.ofRecord(database, key)?.type ?? '')
    // They name the type, once it is complete.
    return descriptions.of(database, key, args.length > 2 ? given : '')
  }
  const existing = [...(record?.properties.keys() ?? [])]
  const property = args.at(-2) ?? ''
  switch (argumentName(verb, args.length - 1)) {
    case 'KEY':
      return [...records.keys(), ...describedNames(places, database, name)]
    case 'TYPE': {
      const { scalar, type } = described() ?? {}
      if (scalar !== undefined) return valuesOf(places, scalar, record?.type)
      return type === undefined ? allTypes(places, database, records) : [type]
    }
    case 'PROP':
      if (['getprop', 'printprop', 'delprop'].includes(name)) return existing
      return [...existing, ...(described()?.properties.keys() ?? [])]
    case 'FILE':
      return [...paths(args)]
    case 'VALUE':
      return valuesOf(places, described()?.properties.get(property) ?? {}, record?.properties.get(property))
    default:
      return []
  }
}

/** What is described, for a verb that may name a record that does not exist. */
function describedNames(places: Paths, database: string, verb: string): string[] {
  if (!['describe', 'set', 'setdefault', 'setjson'].includes(verb)) return []
  const described = describeDatabase(places, database)
  const types = verb === 'describe' ? [...(described?.types.keys() ?? [])].map(type => `@${type}`) : []
  return [...(described?.records.keys() ?? []), ...types]
}

function allTypes(places: Paths, database: string, records: Records): string[] {
  const described = describeDatabase(places, database)?.types.keys() ?? []
  return [...[...records.values()].map(({ type }) => type), ...described]
}

function valuesOf(places: Paths, description: PropertyDescription, present = ''): string[] {
  if (description.secret === true) return []
  const { enum: words = [], format = '', reference, default: value = '' } = description
  const others = reference === undefined ? [] : allowedBy(reference, recordsOf(places, reference.database))
  return [...words, ...(FORMATS[format]?.values ?? []), value, present, ...others].filter(word => word !== '')
}

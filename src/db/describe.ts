import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { cached } from '../base/cached.ts'
import { defined } from '../base/defined.ts'
import { DATABASE_NAME, type Paths, packageFolders } from '../system/places.ts'
import { exists, kindOf, namesIn } from '../system/read-files.ts'
import { refuseUnsafePart } from '../system/trust.ts'
import type { DatabaseDescription, DescriptionFile, RecordDescription } from './description.ts'
import { readDescription, readShipped } from './description-file.ts'

/** The names of the databases that have a description or a migration, shipped or the site's, in byte order. */
export function describedDatabases(places: Paths): string[] {
  const names = folders(places).flatMap(folder =>
    namesIn(folder).filter(name => DATABASE_NAME.test(name) && kindOf(join(folder, name)) === 'folder'),
  )
  return [...new Set(names)].sort(compareBytes)
}

/** Everything that describes a database; undefined if nothing does. */
export function describeDatabase(places: Paths, name: string): DatabaseDescription | undefined {
  if (!DATABASE_NAME.test(name) || !folders(places).some(folder => exists(join(folder, name)))) return undefined
  const files = listFiles(places, name)
  // Sorted by subject: the file "httpd.json" sorts after "httpd-admin.json", but the key "httpd" before "httpd-admin".
  const subjects = [...files.keys()].map(file => ({ file, subject: decodeName(file) }))
  subjects.sort((a, b) => compareBytes(a.subject.name, b.subject.name))
  const records = new Map<string, RecordDescription>()
  const types = new Map<string, RecordDescription>()
  const families = new Map<string, RecordDescription>()
  const maps = { record: records, type: types, family: families }
  for (const { file, subject } of subjects) {
    const { kind, name } = subject
    // Initialisation needs to know the type of a record, which may be its family's.
    const family = kind === 'record' ? familyFile(files.keys(), name) : undefined
    const description = together([family ?? '', file].map(part => load(places, files, part)))
    if (description !== undefined) maps[kind].set(name, kind === 'type' ? { ...description, type: name } : description)
  }
  return { name, records, types, families }
}

/** The files that describe a database, malformed ones included. */
export function descriptionFiles(places: Paths, name: string): string[] {
  return [...listFiles(places, name).values()].flat()
}

/** Links among the descriptions of a database that lead nowhere: they describe nothing. */
export function danglingDescriptions(places: Paths, name: string): string[] {
  return folders(places)
    .map(base => join(base, name))
    .flatMap(folder => namesIn(folder).map(file => join(folder, file)))
    .filter(path => kindOf(path) === undefined)
}

/** Keys of the records with their own description. The descriptions themselves are not read. */
export function describedKeys(places: Paths, name: string): string[] {
  return subjectsIn(listFiles(places, name), 'record')
}

/**
 * The description that applies to one record: its type's, overridden by its family's, overridden by its own. Only the files
 * that concern it are read, so a command that changes one record stays quick. Cached: a batch asks thousands of times.
 */
export class Descriptions {
  readonly places: Paths
  readonly #concerns: (path: string) => boolean
  readonly #files = new Map<string, DescriptionFiles>()
  readonly #known = new Map<string, DescriptionFile | undefined>()
  readonly #merged = new Map<string, RecordDescription | undefined>()
  readonly #onlyTypes = new Map<string, boolean>()
  readonly #ofTypes = new Map<string, RecordDescription | undefined>()

  /** @param concerns which description files to read; default: all */
  constructor(places: Paths, concerns: (path: string) => boolean = () => true) {
    this.places = places
    this.#concerns = concerns
  }

  of(database: string, key: string, type: string): RecordDescription | undefined {
    if (!this.#describesOnlyTypes(database)) return this.#of(database, key, type)
    return cached(this.#ofTypes, `${database} ${type}`, () => this.#of(database, key, type))
  }

  #describesOnlyTypes(database: string): boolean {
    return cached(
      this.#onlyTypes,
      database,
      () => this.subjects(database, 'type').length === this.#filesOf(database).size,
    )
  }

  #of(database: string, key: string, type: string): RecordDescription | undefined {
    const files = this.#filesOf(database)
    const own = encodeName('record', key)
    // The type of a scalar is its value.
    const ofType = this.#load(database, own)?.scalar === undefined ? encodeName('type', type) : ''
    const names = [ofType, familyFile(files.keys(), key) ?? '', own].filter(name => files.has(name))
    const id = [database, ...names].join('\0')
    return cached(this.#merged, id, () => together(names.map(name => this.#load(database, name))))
  }

  /** The description of the record itself (not of its type). */
  ofRecord(database: string, key: string): RecordDescription | undefined {
    return together([this.#load(database, encodeName('record', key))])
  }

  /** Whether any file describes part of the database. */
  describes(database: string): boolean {
    return this.#filesOf(database).size > 0
  }

  /** The keys, or the types, with their own description. */
  subjects(database: string, kind: 'record' | 'type'): string[] {
    return subjectsIn(this.#filesOf(database), kind)
  }

  #filesOf(database: string): DescriptionFiles {
    return cached(this.#files, database, () => listFiles(this.places, database, this.#concerns))
  }

  #load(database: string, name: string): DescriptionFile | undefined {
    const files = this.#filesOf(database)
    if (!files.has(name)) return undefined
    return cached(this.#known, `${database}/${name}`, () => load(this.places, files, name))
  }
}

/** One description on top of another, such as a record's on top of its type's. Only rules replace rules. */
function overlay(under: DescriptionFile, over: DescriptionFile): DescriptionFile {
  const properties = new Map(under.properties)
  for (const [name, property] of over.properties) properties.set(name, { ...properties.get(name), ...property })
  const { type = under.type, description = under.description, rules = under.rules, health = under.health } = over
  const { confirmWithin = under.confirmWithin, needs = under.needs } = over
  const backup = [...new Set([...(under.backup ?? []), ...(over.backup ?? [])])]
  const key = both(under.key, over.key)
  const scalar = both(under.scalar, over.scalar)
  const probes = both(under.probes, over.probes)
  return defined({
    type,
    description,
    key,
    scalar,
    properties,
    rules,
    health,
    probes,
    confirmWithin,
    needs,
    ...(backup.length > 0 ? { backup } : {}),
  })
}

function both<Part extends object>(under: Part | undefined, over: Part | undefined): Part | undefined {
  return under === undefined || over === undefined ? (over ?? under) : { ...under, ...over }
}

/** Those of these descriptions that exist as one, each on top of those before it; undefined if there is none. */
function together(files: readonly (DescriptionFile | undefined)[]): RecordDescription | undefined {
  const present = files.filter(file => file !== undefined)
  if (present.length === 0) return undefined
  const whole = present.reduce(overlay)
  return { ...whole, rules: whole.rules ?? [] }
}

/** The description files of a database by name, each with its paths: the shipped one before the site's. */
type DescriptionFiles = ReadonlyMap<string, readonly string[]>

function listFiles(places: Paths, database: string, concerns = (_path: string) => true): DescriptionFiles {
  const files = new Map<string, string[]>()
  const seen = new Set<string>()
  if (!DATABASE_NAME.test(database)) return files
  for (const base of folders(places)) {
    const folder = join(base, database)
    for (const name of namesIn(folder)) {
      const path = join(folder, name)
      if (!/^[^.].*\.json$/.test(name) || !refuseUnsafePart(places, path, seen) || !concerns(path)) continue
      cached(files, name, () => []).push(path)
    }
  }
  return files
}

function load({ shipped }: Paths, files: DescriptionFiles, name: string): DescriptionFile | undefined {
  const none: DescriptionFile = { properties: new Map() }
  const read = (path: string) => (path.startsWith(join(shipped, 'db/')) ? readShipped(path) : readDescription(path))
  return files.get(name)?.reduce((found, path) => overlay(found, read(path)), none)
}

/** Shipped first: the site's overrides it. */
function folders(places: Paths): string[] {
  return packageFolders(places).map(folder => join(folder, 'db'))
}

/** What a description file describes. */
interface Subject {
  readonly kind: 'record' | 'type' | 'family'
  readonly name: string
}

function subjectsIn(files: DescriptionFiles, wanted: Subject['kind']): string[] {
  const subjects = [...files.keys()].map(decodeName)
  return subjects.filter(({ kind }) => kind === wanted).map(({ name }) => name)
}

/** The file that describes the family of a key, that with the longest prefix of it. */
function familyFile(files: Iterable<string>, key: string): string | undefined {
  const fitting = [...files].filter(file => file.endsWith('*.json') && key.startsWith(decodeName(file).name))
  return fitting.sort((a, b) => decodeName(b).name.length - decodeName(a).name.length)[0]
}

/** The name of the file that describes a record or a type: `%`, `/`, control characters, a leading `@` or `.` and a trailing `*` of a key are percent-encoded. */
export function encodeName(kind: 'record' | 'type', name: string): string {
  const encoded = name.replace(/[%/\p{Cc}]/gu, percent).replace(/\*$/, percent)
  return kind === 'type' ? `@${encoded}.json` : `${encoded.replace(/^[@.]/, percent)}.json`
}

/** What a file describes, according to its name. */
function decodeName(file: string): Subject {
  const stem = file.slice(0, -'.json'.length)
  const kind = stem.startsWith('@') ? 'type' : stem.endsWith('*') ? 'family' : 'record'
  const text = kind === 'type' ? stem.slice(1) : kind === 'family' ? stem.slice(0, -1) : stem
  return { kind, name: text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))) }
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

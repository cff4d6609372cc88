import { cached } from '../base/cached.ts'
import { EXIT, Failure, orFailure, withStatus } from '../base/failure.ts'
import { byName, nameOf } from '../db/host-names.ts'
import { type DbRecord, type Records, storedType, storedValues } from '../db/record.ts'
import { inClear, type Stored, storedIn } from '../db/stored.ts'
import { Questions } from './questions.ts'
import { splitList } from './text.ts'

/**
 * A record as a fragment sees it: its properties, plus the `key` and `type` of the record itself. Frozen.
 * `properties` has only the properties, for records with one called `key` or `type` (modSSL).
 */
export type RecordView = Readonly<Record<string, string>> & { readonly key: string; readonly type: string }

/** What was read from the databases: `database`, and the key of a record or `undefined` for a whole collection. */
export interface Read {
  readonly database: string
  readonly key: string | undefined
}

/** Loads the records of a database. @throws UnknownDatabase if there is none of this name */
export type LoadDatabase = (name: string) => Records

/** Nobody has described or made a database of this name. */
export class UnknownDatabase extends Failure {
  constructor(message: string) {
    super(message, { status: EXIT.refused })
  }
}

interface Collection {
  readonly records: Records
  readonly byKey: ReadonlyMap<string, RecordView>
  /** By the type that was asked for; undefined: all. */
  readonly lists: Map<string | undefined, readonly RecordView[]>
  /** For each property that was asked for: the records by the elements of its list, in lower case. */
  readonly indexes: Map<string, ReadonlyMap<string, readonly RecordView[]>>
}

/** The databases of one run: each is read once, and every read by a fragment is recorded. */
export class Databases {
  /** The record that the last look-up did not find; undefined if it found one. */
  lastMissing: Read | undefined
  /** What the fragments of an output ask, in more detail than the reads. */
  readonly questions = new Questions()
  readonly #load: LoadDatabase
  readonly #collections = new Map<string, Collection>()
  #state = {}
  /** Undefined: nobody wants to know. */
  #reads: Map<string, Set<string | undefined>> | undefined

  constructor(load: LoadDatabase) {
    this.#load = load
  }

  /** Another object after each {@link reload}: for what is kept elsewhere of the databases. */
  get state(): object {
    return this.#state
  }

  /** Loads them anew. What is made of the records of a database is kept as long as they are the same ones. */
  reload(): void {
    this.#state = {}
    for (const [name, { records }] of this.#collections) {
      const loaded = orFailure(() => this.#load(name))
      if (loaded !== records) this.#collections.delete(name)
    }
  }

  /** A record. Recorded as read even if it is missing, since the output then depends on its absence. */
  get(database: string, key: string): RecordView | undefined {
    this.questions.ask('record', database, key)
    const found = this.#collection(database).byKey.get(key)
    this.note(database, storedKey(found) ?? key)
    this.lastMissing = found === undefined ? { database, key } : undefined
    return found
  }

  /** All records, or those of a type, in byte order of their keys. */
  all(database: string, type?: string): readonly RecordView[] {
    this.questions.ask('all', database, ...(type === undefined ? [] : [type]))
    this.note(database, undefined)
    const { byKey, lists } = this.#collection(database)
    const isAsked = (record: RecordView) => type === undefined || record.type === type
    return cached(lists, type, () => Object.freeze([...byKey.values()].filter(isAsked)))
  }

  /** The records whose list property has an element, in upper or lower case. An index is made once: no search per call. */
  listing(database: string, property: string, element: string): readonly RecordView[] {
    this.questions.ask('listing', database, property, element)
    this.note(database, undefined)
    const { byKey, indexes } = this.#collection(database)
    const index = cached(indexes, property, () => {
      const found = new Map<string, RecordView[]>()
      for (const record of byKey.values())
        for (const one of new Set(splitList(record[property]?.toLowerCase()))) cached(found, one, () => []).push(record)
      return found
    })
    return index.get(element.toLowerCase()) ?? []
  }

  /** Reads a database before it is needed, so that an unknown name fails where it is mentioned. */
  load(database: string): void {
    this.questions.ask('database', database)
    this.#collection(database)
  }

  /** The records as they are stored; undefined if there is no such database. Not recorded as read. */
  records(database: string): Records | undefined {
    const found = orFailure(() => this.#collection(database))
    if (found instanceof UnknownDatabase) return undefined
    if (found instanceof Failure) throw found
    return found.records
  }

  /** Records a read that happened in another way, such as the record of a per-record output. */
  note(database: string, key: string | undefined): void {
    if (this.#reads !== undefined) cached(this.#reads, database, () => new Set()).add(key)
  }

  /** Runs something and returns what it read. The reads also count for the surrounding run. */
  tracked<Result>(run: () => Result): { result: Result; reads: readonly Read[] } {
    const outer = this.#reads
    const inner = new Map<string, Set<string | undefined>>()
    this.#reads = inner
    const reads: Read[] = []
    try {
      const result = run()
      for (const [database, keys] of inner) for (const key of keys) reads.push({ database, key })
      return { result, reads }
    } finally {
      this.#reads = outer
      if (outer !== undefined) for (const [database, keys] of inner) for (const key of keys) this.note(database, key)
    }
  }

  #collection(name: string): Collection {
    return cached(this.#collections, name, () => {
      const records = orFailure(() => this.#load(name))
      // Refused: nothing can be generated from a damaged database, and nothing was changed.
      if (records instanceof Failure) throw withStatus(records, EXIT.refused)
      let byKey: Collection['byKey'] | undefined
      return {
        records,
        // Fragments in Perl need none.
        get byKey() {
          byKey ??= new Map([...byName(records)].map(([key, record]) => [key, viewOf(record)]))
          return byKey
        },
        lists: new Map(),
        indexes: new Map(),
      }
    })
  }
}

/** Whether a record is a scalar: it has no properties. */
export function isScalar(view: RecordView): boolean {
  return behind.get(view)?.properties.size === 0
}

/** The records of the views, for `properties`: a getter shared by all views costs nothing per record. */
const behind = new WeakMap<object, DbRecord>()

class View {
  [name: string]: string
}
// Without Object.prototype: a record has a "constructor" only if it is a property.
Object.setPrototypeOf(View.prototype, null)
Reflect.deleteProperty(View.prototype, 'constructor')
Object.defineProperty(View.prototype, 'properties', {
  get(this: object) {
    const properties: Record<string, string> = Object.create(null)
    for (const [name, value] of behind.get(this)?.properties ?? []) properties[name] = value
    return Object.freeze(properties)
  },
})

/** All of a record, as text; what is encrypted stays so. */
export function textOfRecord(view: object | undefined): string {
  const record = view && behind.get(view)
  return JSON.stringify(record && [record.key, ...storedValues(record)]) ?? ''
}

/** A text with its length, so that joined ones are the same only if each is. */
export function measured(text: string): string {
  return `${text.length} ${text}`
}

/** The key of a record as the database spells it. */
export function storedKey(view: object | undefined): string | undefined {
  return view && behind.get(view)?.key
}

/** Of a view itself. A record may have properties of these names. */
const OWN_NAMES = ['properties', 'key', 'type']

/** What is encrypted is opened when a fragment reads it. */
function setLate(view: View, name: string, stored: Stored): void {
  if (typeof stored === 'string') view[name] = stored
  else Object.defineProperty(view, name, { get: () => inClear(stored), enumerable: true })
}

export function viewOf(record: DbRecord): RecordView {
  const view = new View()
  for (const [name, stored] of storedIn(record.properties)) if (!OWN_NAMES.includes(name)) setLate(view, name, stored)
  view.key = nameOf(record)
  if (record.key === 'DomainName') view.type = record.type.toLowerCase()
  else setLate(view, 'type', storedType(record))
  behind.set(view, record)
  return Object.freeze(view) as RecordView
}

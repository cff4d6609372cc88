import { compareBytes } from '../base/byte-order.ts'
import { escapeControls } from '../base/escape-controls.ts'
import { Failure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { type DbRecord, makeRecord, type Records, sortedMap, storedType } from './record.ts'
import { type Stored, sameStored, storedIn } from './stored.ts'

/** Properties as a list of pairs, a map, or a plain object. */
export type Properties = Iterable<readonly [string, string]> | Readonly<Record<string, string>>

/** The record to change does not exist. */
export class MissingRecord extends Failure {
  readonly key: string

  constructor(key: string, known: Iterable<string>) {
    super(`there is no record ${escapeControls(`"${key}"${didYouMean(key, known)}`)}`)
    this.key = key
  }
}

/** A changed record: our own copy of its properties, sorted only on demand so that a batch of thousands stays quick. */
interface Working {
  type: Stored
  readonly properties: Map<string, Stored>
  sorted: DbRecord | undefined
}

/**
 * A changeable copy of a database, which transactions, migrations and batches work on. Nothing reaches the disk until the
 * transaction ends. Every value is checked to be text, since migrations are plain JavaScript.
 */
export class Draft {
  readonly before: Records
  readonly #changes = new Map<string, Working | undefined>()
  /** Results of {@link changedKeys} and {@link records}, kept until the next change. */
  #answers: { changed?: readonly string[]; records?: Records } = {}

  constructor(before: Records) {
    this.before = before
  }

  get(key: string): DbRecord | undefined {
    if (!this.#changes.has(key)) return this.before.get(key)
    const working = this.#changes.get(key)
    if (working === undefined) return undefined
    working.sorted ??= makeRecord(key, working.type, working.properties)
    return working.sorted
  }

  /** One property of a record; undefined when either is absent. */
  getprop(key: string, name: string): string | undefined {
    return this.get(key)?.properties.get(name)
  }

  has(key: string): boolean {
    return this.#changes.has(key) ? this.#changes.get(key) !== undefined : this.before.has(key)
  }

  /** Keys in byte order, of one type if given. */
  keys(type?: string): string[] {
    const records = [...this.records().values()]
    return records.filter(record => type === undefined || record.type === type).map(({ key }) => key)
  }

  /** Creates or replaces a whole record. */
  set(key: string, type: string, properties: Properties = []): void {
    checkText('key', key)
    if (key === '') throw new Failure('the key of a record must not be empty')
    checkText('type', type)
    this.#answers = {}
    this.#changes.set(key, { type, properties: new Map(checkedPairs(properties)), sorted: undefined })
  }

  setprop(key: string, properties: Properties): void
  setprop(key: string, name: string, value: string): void
  /** Sets properties of an existing record. */
  setprop(key: string, first: string | Properties, value?: string): void {
    const pairs = checkedPairs(typeof first === 'string' ? ([[first, value]] as [string, string][]) : first)
    const working = this.#working(key)
    for (const [name, text] of pairs) working.properties.set(name, text)
  }

  /** Changes the type of an existing record, or the value of a scalar. */
  settype(key: string, type: string): void {
    checkText('type', type)
    this.#working(key).type = type
  }

  /** Removes properties; absent ones, or an absent record, are ignored. */
  delprop(key: string, ...names: string[]): void {
    if (!this.has(key)) return
    const { properties } = this.#working(key)
    for (const name of names) properties.delete(name)
  }

  /** Removes a record; true if there was one. */
  delete(key: string): boolean {
    if (!this.has(key)) return false
    this.#answers = {}
    this.#changes.set(key, undefined)
    return true
  }

  /** Gives a record another key, which must be free. */
  rename(key: string, newKey: string): void {
    this.#working(key)
    if (key === newKey) return
    if (this.has(newKey)) throw new Failure(`there is already a record "${newKey}"`)
    const { type, properties } = this.get(key) ?? makeRecord(key, '')
    this.set(newKey, type, properties)
    this.delete(key)
  }

  /** Keys of the changed records, in byte order. */
  changedKeys(): readonly string[] {
    this.#answers.changed ??= [...this.#changes.keys()]
      .filter(key => !sameRecord(this.before.get(key), this.get(key)))
      .sort(compareBytes)
    return this.#answers.changed
  }

  /** The whole database as it would be now. */
  records(): Records {
    if (this.#changes.size === 0) return this.before
    if (this.#answers.records !== undefined) return this.#answers.records
    const all = new Map(this.before)
    let added = false
    for (const key of this.#changes.keys()) {
      const record = this.get(key)
      if (record === undefined) all.delete(key)
      else {
        added ||= !all.has(key)
        all.set(key, record)
      }
    }
    this.#answers.records = added ? sortedMap(all) : all
    return this.#answers.records
  }

  /** The record to change, copied the first time. A missing one throws a {@link Failure} that names the nearest key. */
  #working(key: string): Working {
    this.#answers = {}
    const changed = this.#changes.get(key)
    if (changed !== undefined) {
      changed.sorted = undefined
      return changed
    }
    const record = this.#changes.has(key) ? undefined : this.before.get(key)
    if (record === undefined) throw new MissingRecord(key, this.records().keys())
    const working = { type: storedType(record), properties: new Map(storedIn(record.properties)), sorted: undefined }
    this.#changes.set(key, working)
    return working
  }
}

/** True when both are absent, or equal in type and every property. */
export function sameRecord(a: DbRecord | undefined, b: DbRecord | undefined): boolean {
  if (a === undefined || b === undefined || a === b) return a === b
  if (a.properties.size !== b.properties.size || !sameStored(storedType(a), storedType(b))) return false
  const others = storedIn(b.properties)
  for (const [name, value] of storedIn(a.properties)) if (!sameStored(value, others.get(name))) return false
  return true
}

function checkedPairs(properties: Properties): (readonly [string, string])[] {
  const pairs = Symbol.iterator in properties ? [...properties] : Object.entries(properties)
  for (const [name, value] of pairs) {
    checkText('name of a property', name)
    if (name === '') throw new Failure('the name of a property must not be empty')
    checkText('value of property', value, name)
  }
  return pairs
}

/** @param name of the part, if it has one: put into words only for a failure, since a batch checks thousands */
function checkText(what: string, value: unknown, name?: string): asserts value is string {
  // Half a surrogate pair has no UTF-8 form, so it could not be read back.
  if (typeof value === 'string' && value.isWellFormed()) return
  const wrong =
    typeof value === 'string'
      ? 'is not valid Unicode (half a surrogate pair)'
      : `must be text, not ${value === null ? 'null' : typeof value}`
  throw new Failure(`the ${what}${name === undefined ? '' : ` "${name}"`} ${wrong}`)
}

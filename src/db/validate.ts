import { cached } from '../base/cached.ts'
import { defined } from '../base/defined.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Descriptions } from './describe.ts'
import { allowedBy, type PropertyDescription, type RecordDescription, type Reference } from './description.ts'
import { FORMATS } from './formats.ts'
import type { Problem } from './problem.ts'
import type { DbRecord, Records } from './record.ts'
import { type FindTwin, ruleProblems, twinsIn } from './rules.ts'
import { recordsOf } from './store.ts'

/**
 * Checks what a transaction changed, in its final state. Old values that no longer match do not block a change elsewhere.
 * All problems are returned, not only the first.
 */
export function validateChanges(
  descriptions: Descriptions,
  database: string,
  before: Records,
  after: Records,
  keys: readonly string[],
): Problem[] {
  const validator = new Validator(descriptions, database, after)
  return keys.flatMap(key => {
    const record = after.get(key)
    return record === undefined ? [] : validator.check(record, before.get(key))
  })
}

/** Checks records of one database; caches what it reads. */
export class Validator {
  readonly #descriptions: Descriptions
  readonly #database: string
  readonly #records: Records
  readonly #findTwin: FindTwin
  readonly #others = new Map<string, Records>()

  constructor(descriptions: Descriptions, database: string, records: Records) {
    this.#descriptions = descriptions
    this.#database = database
    this.#records = records
    this.#findTwin = twinsIn(records)
  }

  /** What is wrong with the parts of a record that differ from `before` (with all of it, if `before` is absent). */
  check(record: DbRecord, before: DbRecord | undefined): Problem[] {
    const { key, type, properties } = record
    const description = this.#descriptions.of(this.#database, key, type)
    if (description === undefined) return []
    const problems: Problem[] = []
    const note = (message: string | undefined, property?: string) => {
      if (message !== undefined) problems.push({ key, ...defined({ property }), message })
    }
    if (type !== before?.type) {
      note(this.#keyProblem(key, description))
      note(this.#typeProblem(type, description))
    }
    const changed = changedProperties(before, record)
    for (const property of changed) {
      const [value, described] = [properties.get(property), description.properties.get(property)]
      if (value !== undefined && described !== undefined) note(this.#problemOf(value, described), property)
    }
    return [...problems, ...ruleProblems(description, record, changed, this.#findTwin)]
  }

  /** A key is chosen once, when the record is created (or gets that type). */
  #keyProblem(key: string, description: RecordDescription): string | undefined {
    const problem = description.key && this.#problemOf(key, description.key)
    return problem && `the key ${problem}`
  }

  #typeProblem(type: string, { scalar, type: wanted }: RecordDescription): string | undefined {
    if (scalar !== undefined) return this.#problemOf(type, scalar)
    return wanted === undefined || wanted === type ? undefined : `its type must be "${wanted}", not "${type}"`
  }

  #problemOf(value: string, description: PropertyDescription): string | undefined {
    if (value === '') return this.#emptyProblem(description)
    if (description.list === undefined) return this.#elementProblem(value, description)
    const elements = value.split(description.list === ' ' ? /\s+/ : description.list).map(element => element.trim())
    if (elements.includes('')) return `the list (separated by "${description.list}") has an empty element`
    return elements.map(element => this.#elementProblem(element, description)).find(message => message !== undefined)
  }

  #emptyProblem(description: PropertyDescription): string | undefined {
    const { enum: words, pattern, format, reference, empty } = description
    if (empty === true || words?.includes('') === true) return undefined
    return (words ?? pattern ?? format ?? reference) ? 'it must not be empty' : undefined
  }

  #elementProblem(value: string, description: PropertyDescription): string | undefined {
    const shown = description.secret === true ? 'the value (secret)' : JSON.stringify(value)
    const { enum: words, pattern, form = pattern, reference } = description
    if (words !== undefined && !words.includes(value)) {
      const hint = description.secret === true ? '' : didYouMean(value, words)
      return `${shown} is not one of ${words.join(', ')}${hint}`
    }
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value))
      return `${shown} does not have the form ${form}`
    return (
      formatProblem(value, shown, description) ??
      (reference === undefined ? undefined : this.#referenceProblem(value, shown, reference))
    )
  }

  #referenceProblem(value: string, shown: string, reference: Reference) {
    const { database, type } = reference
    if (reference.or?.includes(value)) return undefined
    const records = this.#recordsOf(database)
    const found = records.get(value)
    if (found !== undefined && (type === undefined || found.type === type)) return undefined
    const what = `a record${type === undefined ? '' : ` of type "${type}"`} of the database "${database}"`
    return `${shown} is not ${what}${didYouMean(value, allowedBy(reference, records))}`
  }

  #recordsOf(database: string): Records {
    if (database === this.#database) return this.#records
    return cached(this.#others, database, () => recordsOf(this.#descriptions.places, database))
  }
}

/** Names of the added, changed or removed properties. */
export function changedProperties(before: DbRecord | undefined, after: DbRecord): Set<string> {
  const names = [...after.properties.keys(), ...(before?.properties.keys() ?? [])]
  return new Set(names.filter(name => before?.properties.get(name) !== after.properties.get(name)))
}

function formatProblem(value: string, shown: string, description: PropertyDescription): string | undefined {
  const { format: name, minimum, maximum, unit } = description
  const format = name === undefined ? undefined : FORMATS[name]
  if (format !== undefined && !format.accepts(value)) {
    const meant = description.secret === true ? undefined : format.meant?.(value)
    if (meant !== undefined && format.accepts(meant)) return `${shown} is not ${format.is}; did you mean "${meant}"?`
    return `${shown} is not ${format.is}${format.values === undefined ? '' : didYouMean(value, format.values)}`
  }
  if (minimum === undefined && maximum === undefined) return undefined
  const number = (format?.number ?? Number)(value)
  const words = unit === undefined ? '' : ` ${unit}`
  if (Number.isNaN(number)) return `${shown} is not a number`
  if (minimum !== undefined && number < minimum) return `${shown} is too small; the minimum is ${minimum}${words}`
  if (maximum !== undefined && number > maximum) return `${shown} is too large; the maximum is ${maximum}${words}`
  return undefined
}

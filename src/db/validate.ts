import { cached } from '../base/cached.ts'
import { defined } from '../base/defined.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Descriptions } from './describe.ts'
import {
  allowedBy,
  elementsOf,
  type PropertyDescription,
  type RecordDescription,
  type Reference,
} from './description.ts'
import { FORMATS, withAsciiNames } from './formats.ts'
import { byName, nameOf } from './host-names.ts'
import type { Problem } from './problem.ts'
import type { DbRecord, Records } from './record.ts'
import { removalProblems } from './removal.ts'
import { ruleProblems, twinsIn } from './rules.ts'
import { recordsOf } from './store.ts'
import { sameStored, storedIn } from './stored.ts'

/**
 * Checks what a transaction changed, in its final state. Old values that no longer match do not block a change elsewhere.
 * All problems are returned, not only the first.
 * @param recordsIn the other databases; default: as they are on the disk
 */
export function validateChanges(
  descriptions: Descriptions,
  database: string,
  before: Records,
  after: Records,
  keys: readonly string[],
  recordsIn?: RecordsOf,
): Problem[] {
  const check = makeValidator(descriptions, database, after, recordsIn)
  return keys.flatMap(key => {
    const [former, record] = [before.get(key), after.get(key)]
    const removed = former === undefined || former.type === record?.type ? undefined : former
    const reasons = removed === undefined ? [] : removalProblems(descriptions, database, removed, after)
    return [...reasons.map(message => ({ key, message })), ...(record === undefined ? [] : check(record, former))]
  })
}

/**
 * Checks the changed values of a part of the records, each by itself: neither what values name, nor rules on several properties.
 */
export function validateValues(
  descriptions: Descriptions,
  database: string,
  before: Records,
  after: Records,
  keys: readonly string[],
): Problem[] {
  return keys.flatMap(key => {
    const record = after.get(key)
    const described = record && descriptions.of(database, key, record.type)
    if (record === undefined || described === undefined) return []
    const typed = record.type === before.get(key)?.type ? undefined : typeProblem(record.type, described)
    const values = [...changedProperties(before.get(key), record)].flatMap((property): Problem[] => {
      const [value, known] = [record.properties.get(property), described.properties.get(property)]
      const message = value === undefined || known === undefined ? undefined : problemOf(value, known)
      return message === undefined ? [] : [{ key, property, message }]
    })
    return [...(typed === undefined ? [] : [{ key, message: typed }]), ...values]
  })
}

/** Finds the records of a database. */
type RecordsOf = (database: string) => Records

/**
 * Checks records of one database; caches what it reads.
 * @returns a function that tells what is wrong with the parts of a record that differ from `before` (with all of it, if
 * `before` is absent)
 */
export function makeValidator(
  descriptions: Descriptions,
  database: string,
  records: Records,
  recordsOfOther: RecordsOf = name => recordsOf(descriptions.places, name),
) {
  const findTwin = twinsIn(records)
  const hasTwins = byName(records).size < records.size
  const known = new Map([[database, records]])
  const recordsIn: RecordsOf = name => cached(known, name, () => recordsOfOther(name))
  return (record: DbRecord, before: DbRecord | undefined): Problem[] => {
    const { key, type, properties } = record
    const description = descriptions.of(database, key, type)
    if (description === undefined) return []
    const problems: Problem[] = []
    const note = (message: string | undefined, property?: string) => {
      if (message !== undefined) problems.push({ key, ...defined({ property }), message })
    }
    if (type !== before?.type) {
      note(keyProblem(key, description, recordsIn))
      note(typeProblem(type, description, recordsIn))
      if (hasTwins) note(spellingProblem(record, records))
    }
    const changed = changedProperties(before, record)
    for (const property of changed) {
      const [value, described] = [properties.get(property), description.properties.get(property)]
      if (value !== undefined && described !== undefined) note(problemOf(value, described, recordsIn), property)
    }
    return [...problems, ...ruleProblems(description, record, changed, findTwin)]
  }
}

/** A key is chosen once, when the record is created (or gets that type). */
function keyProblem(key: string, description: RecordDescription, recordsIn: RecordsOf): string | undefined {
  const problem = description.key && problemOf(key, description.key, recordsIn)
  return problem && `the key ${problem}`
}

function spellingProblem(record: DbRecord, records: Records): string | undefined {
  const twin = [...records.values()].find(other => other !== record && nameOf(other) === nameOf(record))
  return twin && `the same name is already there as "${twin.key}"`
}

function typeProblem(type: string, description: RecordDescription, recordsIn?: RecordsOf): string | undefined {
  const { scalar, type: wanted } = description
  if (scalar !== undefined) return problemOf(type, scalar, recordsIn)
  return wanted === undefined || wanted === type ? undefined : `its type must be "${wanted}", not "${type}"`
}

/** @param recordsIn absent: what a value names is not looked for */
function problemOf(value: string, description: PropertyDescription, recordsIn?: RecordsOf): string | undefined {
  if (value === '') return emptyProblem(description)
  const { list } = description
  if (list === undefined) return elementProblem(value, description, recordsIn)
  const elements = elementsOf(value, list)
  if (elements.includes('')) return `the list (separated by "${list}") has an empty element`
  const problem = elements
    .map(element => elementProblem(element, description, recordsIn))
    .find(message => message !== undefined)
  if (problem === undefined || description.secret === true) return problem
  const meant = otherSeparator(value, list, text => elementProblem(text, description, recordsIn) === undefined)
  return meant === '' ? problem : problem.replace(/; did you mean .*/s, '') + meant
}

/** What was meant if the elements are right and only separated by something else: `root, admin` or `root admin`. */
function otherSeparator(value: string, list: string, fits: (element: string) => boolean): string {
  const elements = value.split(/[\s,;]+/).filter(element => element !== '')
  if (elements.length < 2 || !elements.every(fits)) return ''
  return `; several are separated by "${list}": "${elements.join(list)}"`
}

/** What is wrong with an empty value. */
export function emptyProblem(description: PropertyDescription): string | undefined {
  const { enum: words, pattern, format, reference, empty } = description
  if (empty === true || words?.includes('') === true) return undefined
  return (words ?? pattern ?? format ?? reference) ? 'it must not be empty' : undefined
}

function elementProblem(value: string, description: PropertyDescription, recordsIn?: RecordsOf): string | undefined {
  const shown = description.secret === true ? 'the value (secret)' : JSON.stringify(value)
  const { enum: words, pattern, form = pattern, reference } = description
  if (words !== undefined && !words.includes(value)) {
    const hint = description.secret === true ? '' : didYouMean(value, words)
    return `${shown} is not one of ${words.join(', ')}${hint}`
  }
  const fits = (text: string) => pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(text)
  if (!fits(value)) {
    const meant = description.secret === true ? value : withAsciiNames(value)
    return `${shown} does not have the form ${form}${fits(meant) ? `; did you mean "${meant}"?` : ''}`
  }
  const misshapen = formatProblem(value, shown, description)
  if (misshapen !== undefined || reference === undefined || recordsIn === undefined) return misshapen
  return referenceProblem(value, shown, reference, recordsIn)
}

function referenceProblem(value: string, shown: string, reference: Reference, recordsIn: RecordsOf) {
  const { database, type } = reference
  if (reference.or?.includes(value)) return undefined
  const records = recordsIn(database)
  const found = records.get(value)
  if (found !== undefined && (type === undefined || found.type === type)) return undefined
  const what = `a record${type === undefined ? '' : ` of type "${type}"`} of the database "${database}"`
  return `${shown} is not ${what}${didYouMean(value, allowedBy(reference, records))}`
}

/** Names of the added, changed or removed properties. */
export function changedProperties(before: DbRecord | undefined, after: DbRecord): Set<string> {
  const names = [...after.properties.keys(), ...(before?.properties.keys() ?? [])]
  const [former, present] = [before && storedIn(before.properties), storedIn(after.properties)]
  return new Set(names.filter(name => !sameStored(former?.get(name), present.get(name))))
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

import { cached } from '../base/cached.ts'
import { type RecordDescription, type Rule, uniqueNames } from './description.ts'
import type { Problem } from './problem.ts'
import type { DbRecord, Records } from './record.ts'

/**
 * Checks the cross-property rules of a record that name a changed property. They apply to the final state of a transaction,
 * so that `setprop` can set several properties at once in any order.
 */
export function ruleProblems(
  description: RecordDescription,
  record: DbRecord,
  changed: ReadonlySet<string>,
  findTwin: FindTwin,
): Problem[] {
  return description.rules
    .filter(rule => namesOf(rule).some(name => changed.has(name)))
    .map(rule => ruleProblem(rule, description, record, findTwin))
    .filter(problem => problem !== undefined)
    .map(problem => ({ key: record.key, ...problem }))
}

function namesOf(rule: Rule): readonly string[] {
  if ('allOrNone' in rule) return rule.allOrNone
  if ('unique' in rule) return uniqueNames(rule)
  return [rule.dependsOn.property, ...rule.dependsOn.requires]
}

function ruleProblem(
  rule: Rule,
  description: RecordDescription,
  record: DbRecord,
  findTwin: FindTwin,
): Omit<Problem, 'key'> | undefined {
  const textOf = (name: string) => record.properties.get(name) ?? ''
  if ('allOrNone' in rule) {
    const missing = rule.allOrNone.filter(name => textOf(name) === '')
    if (missing.length === 0 || missing.length === rule.allOrNone.length) return undefined
    const message = `set either all of ${rule.allOrNone.join(', ')} or none; missing: ${missing.join(', ')}`
    return { message, properties: rule.allOrNone, incomplete: true }
  }
  if ('dependsOn' in rule) {
    const { property, values, requires } = rule.dependsOn
    const value = textOf(property)
    if (values === undefined ? value === '' : !values.includes(value)) return undefined
    const missing = requires.filter(name => textOf(name) === '')
    if (missing.length === 0) return undefined
    const shown = description.properties.get(property)?.secret === true ? 'a value' : `"${value}"`
    const message = `${shown} also needs ${missing.join(', ')}`
    return { property, message, ...(values === undefined ? { incomplete: true } : {}) }
  }
  const names = uniqueNames(rule)
  const other = names.some(name => textOf(name) === '') ? undefined : findTwin(record, names)
  if (other === undefined) return undefined
  const secret = names.some(name => description.properties.get(name)?.secret === true)
  const shown = secret ? 'the value' : names.map(name => `"${textOf(name)}"`).join(' ')
  return {
    property: names.join(' and '),
    properties: names,
    twin: other,
    message: `${shown} is already used by record "${other}"`,
  }
}

/** The key of another record of the same type with the same values in these properties. */
export type FindTwin = (record: DbRecord, properties: readonly string[]) => string | undefined

/** Finds records that share a value. The index is built the first time a property is asked for. */
export function twinsIn(records: Records): FindTwin {
  const indexes = new Map<string, ReadonlyMap<string, readonly string[]>>()
  return (record, properties) => {
    const id = JSON.stringify([record.type, properties])
    const index = cached(indexes, id, () => indexByValues(records, record.type, properties))
    return index.get(valuesOf(record, properties) ?? '')?.find(key => key !== record.key)
  }
}

function indexByValues(records: Records, type: string, properties: readonly string[]): Map<string, string[]> {
  const index = new Map<string, string[]>()
  for (const record of records.values()) {
    const value = record.type === type ? valuesOf(record, properties) : undefined
    if (value !== undefined) cached(index, value, () => []).push(record.key)
  }
  return index
}

/** The values of several properties as one text; undefined if one is missing. */
function valuesOf({ properties }: DbRecord, names: readonly string[]): string | undefined {
  const values = names.map(name => properties.get(name))
  return values.includes(undefined) ? undefined : JSON.stringify(values)
}

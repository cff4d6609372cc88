import { isDeepStrictEqual } from 'node:util'
import { describeDatabase, describedDatabases } from '../../src/db/describe.ts'
import { type PropertyDescription, type RecordDescription, type Rule, uniqueNames } from '../../src/db/description.ts'
import { FORMATS } from '../../src/db/formats.ts'
import type { Places } from '../../src/system/places.ts'
import { code, NOTICE, prose, wrap } from './markdown.ts'

/** The pages of all described databases, each by its name: `configuration`. */
export function propertyPages(places: Places): Map<string, string> {
  return new Map(describedDatabases(places).map(name => [name, page(places, name)]))
}

function page(places: Places, name: string): string {
  const database = describeDatabase(places, name)
  if (database === undefined) throw new Error(`nothing describes the database ${name}`)
  const { types, families, records } = database
  const command = name === 'configuration' ? 'config' : `db ${name}`
  const parts = [
    `# Properties: ${name}`,
    NOTICE,
    wrap(
      `What the records of the database ${code(name)} may hold. ${code(`${command} describe KEY`)} prints the same, with what ` +
        'the site has changed. Formats and rules: [databases](../databases.md#formats).',
    ),
    ...[...types].flatMap(([type, record]) => section(`Records of type ${type}`, record)),
    ...[...families].flatMap(([start, record]) => section(`Records whose key begins with ${start}`, record)),
    ...[...records].flatMap(([key, record]) => {
      const family = [...families].find(([start]) => key.startsWith(start))?.[1]
      return section(key, family === undefined ? record : beyond(family, record), record.type)
    }),
  ]
  return `${parts.join('\n\n')}\n`
}

/** What a record has beside the description of its family, which has a section of its own. */
export function beyond(family: RecordDescription, record: RecordDescription): RecordDescription {
  const own = [...record.properties].filter(([name, known]) => !isDeepStrictEqual(known, family.properties.get(name)))
  return {
    ...record,
    properties: new Map(own),
    rules: isDeepStrictEqual(record.rules, family.rules) ? [] : record.rules,
  }
}

/** @param type of a record that initialisation makes */
function section(title: string, record: RecordDescription, type?: string): string[] {
  const { description, scalar, properties, rules } = record
  const parts = [`## ${title}`]
  const texts = [description?.en, type === undefined ? undefined : `Type ${code(type)}`].filter(
    text => text !== undefined,
  )
  if (texts.length > 0) parts.push(wrap(texts.map(text => ended(prose(text))).join(' ')))
  const rows = [
    ...(record.key === undefined ? [] : [item('The key', record.key)]),
    ...(scalar === undefined ? [] : [item('The value', scalar)]),
    ...[...properties].map(([name, property]) => item(code(name), property)),
  ]
  if (rows.length > 0) parts.push(rows.join('\n'))
  if (rules.length > 0) parts.push(['Rules:', '', ...rules.map(rule => wrap(`- ${ruleText(rule)}`, '  '))].join('\n'))
  return parts
}

function item(name: string, property: PropertyDescription): string {
  const facts = factsOf(property).join('; ')
  const text = property.description?.en ?? ''
  const meaning = text === '' ? '' : ended(prose(text))
  return wrap(`- ${name}${facts === '' ? '' : ` (${facts})`}: ${meaning}`.replace(/: $/, ''), '  ')
}

/** Longer patterns, and those beside a format, are left to `describe`: the text says what they mean. */
const LONGEST_PATTERN = 40

function factsOf(property: PropertyDescription): string[] {
  const { enum: words, format, pattern, form, minimum, maximum, unit, list, reference, secret, detect } = property
  const values = words ?? FORMATS[format ?? '']?.values
  const hidden = form !== undefined || format !== undefined || (pattern?.length ?? 0) > LONGEST_PATTERN
  const facts = [
    values?.map(word => (word === '' ? 'empty' : code(word))).join(', '),
    format === undefined || values !== undefined ? undefined : `format ${code(format)}`,
    form === undefined ? undefined : `of the form ${prose(form)}`,
    pattern === undefined || hidden ? undefined : `pattern ${code(pattern)}`,
    bounds(minimum, maximum, unit),
    list === undefined ? undefined : `several, separated by ${code(list)}`,
    reference === undefined ? undefined : referenceText(reference),
    secret === true ? 'secret' : undefined,
    property.default === undefined || secret === true ? undefined : `default ${defaultText(property.default)}`,
    detect === undefined ? undefined : 'detected on the machine',
    property.forced === undefined || secret === true ? undefined : `always ${code(property.forced)}`,
  ]
  return facts.filter(fact => fact !== undefined)
}

function defaultText(text: string): string {
  return text === '' ? 'empty' : code(text)
}

function bounds(minimum?: number, maximum?: number, unit?: string): string | undefined {
  const range =
    minimum !== undefined && maximum !== undefined
      ? `${minimum} to ${maximum}`
      : minimum !== undefined
        ? `at least ${minimum}`
        : maximum !== undefined
          ? `at most ${maximum}`
          : undefined
  return range === undefined ? (unit === undefined ? undefined : `in ${unit}`) : [range, unit].filter(Boolean).join(' ')
}

function referenceText({ database, type, or = [] }: NonNullable<PropertyDescription['reference']>): string {
  const record = `the key of ${type === undefined ? 'a record' : `a record of type ${code(type)}`} in ${code(database)}`
  return or.length === 0 ? record : `${record}, or ${or.map(code).join(', ')}`
}

function ruleText(rule: Rule): string {
  const names = (list: readonly string[]) => list.map(code).join(', ')
  if ('allOrNone' in rule) return `All of ${names(rule.allOrNone)} are set, or none.`
  if ('unique' in rule) return `No two records have the same ${uniqueNames(rule).map(code).join(' and ')}.`
  const { property, values, requires } = rule.dependsOn
  const when = values === undefined ? code(property) : `${code(property)} ${values.map(code).join(' or ')}`
  return `${when} needs ${names(requires)}.`
}

/** Ends a text with a full stop, unless it has an end. */
export function ended(text: string): string {
  return /[.?!:]$/.test(text) ? text : `${text}.`
}

import { defined } from '../../base/defined.ts'
import { escapeControls } from '../../base/escape-controls.ts'
import { Failure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { Descriptions, describeDatabase } from '../../db/describe.ts'
import {
  type DatabaseDescription,
  type PropertyDescription,
  type RecordDescription,
  type Reference,
  type Rule,
  type Texts,
  uniqueNames,
} from '../../db/description.ts'
import { FORMATS } from '../../db/formats.ts'
import { answer, type Call, readRecords } from './call.ts'

/** `describe`: what is known about the database, a record (or `@type`), or one property. */
export function runDescribe(call: Call, [subject, property]: readonly string[]): number {
  const database = describeDatabase(call.places, call.database)
  if (database === undefined) throw new Failure(`nothing describes the database "${call.database}"`)
  if (subject === undefined) {
    const { records, types, families } = database
    const all = { records: plain(records), types: plain(types), families: plain(families) }
    return answer(call, { lines: () => overview(database, call), data: () => all })
  }
  const description = find(call, database, subject)
  if (property === undefined) {
    return answer(call, { lines: () => recordLines(subject, description, call), data: () => plainRecord(description) })
  }
  const described = description.properties.get(property)
  if (described === undefined) {
    const hint = didYouMean(property, description.properties.keys())
    throw new Failure(escapeControls(`property "${property}" of ${subject} has no description${hint}`))
  }
  return answer(call, { lines: () => propertyLines(property, described, call), data: () => plainProperty(described) })
}

function find(call: Call, database: DatabaseDescription, subject: string): RecordDescription {
  const type = subject.startsWith('@') ? database.types.get(subject.slice(1)) : familyNamed(database, subject)
  const ofRecord = database.records.get(subject)
  const recordType = readRecords(call).get(subject)?.type ?? ofRecord?.type ?? ''
  const description = type ?? new Descriptions(call.places).of(call.database, subject, recordType)
  if (description !== undefined) return description
  const known = [...database.records.keys(), ...[...database.types.keys()].map(name => `@${name}`)]
  throw new Failure(escapeControls(`"${subject}" has no description${didYouMean(subject, known)}`))
}

function familyNamed({ families }: DatabaseDescription, subject: string): RecordDescription | undefined {
  return subject.endsWith('*') ? families.get(subject.slice(0, -1)) : undefined
}

function overview({ records, types, families }: DatabaseDescription, call: Call): string[] {
  const line = (name: string, { description }: RecordDescription) =>
    [name, textIn(description, call)].filter(part => part !== '').join(' - ')
  return [
    ...[...types].map(([type, description]) => line(`@${type}`, description)),
    ...[...families].map(([start, description]) => line(`${start}*`, description)),
    ...[...records].map(([key, description]) => line(key, description)),
  ]
}

function recordLines(subject: string, description: RecordDescription, call: Call): string[] {
  const { type, key, scalar, properties, rules } = description
  const lines = [`${subject}${type === undefined || subject.startsWith('@') ? '' : ` (${type})`}`]
  const text = textIn(description.description, call)
  if (text !== '') lines.push(`  ${text}`)
  if (key !== undefined) lines.push(...propertyLines('the key of a record', key, call).map(indent))
  if (scalar !== undefined) lines.push(...propertyLines('value', scalar, call).map(indent))
  for (const [name, property] of properties) lines.push(...propertyLines(name, property, call).map(indent))
  return [...lines, ...rules.map(rule => `  ${ruleLine(rule)}`)]
}

function propertyLines(name: string, property: PropertyDescription, call: Call): string[] {
  const { unit, secret, list, minimum, maximum } = property
  const facts = [
    property.enum?.join(' | '),
    property.format === undefined ? undefined : (FORMATS[property.format]?.is ?? property.format),
    property.pattern === undefined ? undefined : `of the form ${property.form ?? property.pattern}`,
    minimum === undefined ? undefined : `at least ${minimum}`,
    maximum === undefined ? undefined : `at most ${maximum}`,
    unit,
    list === undefined ? undefined : `several, separated by "${list}"`,
    property.reference === undefined ? undefined : referenceText(property.reference),
    secret === true ? 'secret' : undefined,
    property.default === undefined || secret === true ? undefined : `default ${property.default || 'empty'}`,
    property.detect === undefined ? undefined : 'detected',
    property.forced === undefined || secret === true ? undefined : `always ${property.forced}`,
  ].filter(fact => fact !== undefined)
  const text = textIn(property.description, call)
  return [`${name}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}`, ...(text === '' ? [] : [`  ${text}`])]
}

function referenceText({ database, type, or = [] }: Reference): string {
  const record = `the key of a${type === undefined ? ' record' : `n "${type}"`} in ${database}`
  return or.length === 0 ? record : `${record} or ${or.join(', ')}`
}

function ruleLine(rule: Rule): string {
  if ('allOrNone' in rule) return `rule: all of ${rule.allOrNone.join(', ')} or none`
  if ('unique' in rule) return `rule: no two records with the same ${uniqueNames(rule).join(' and ')}`
  const { property, values, requires } = rule.dependsOn
  return `rule: ${property}${values === undefined ? '' : ` ${values.join(' or ')}`} needs ${requires.join(', ')}`
}

/** The text in the user's language, French or English. */
function textIn(texts: Texts | undefined, { io: { env } }: Call): string {
  const language = env.LC_ALL || env.LC_MESSAGES || env.LANG || ''
  return (language.startsWith('fr') ? texts?.fr : undefined) ?? texts?.en ?? texts?.fr ?? ''
}

function plainRecord({ properties, scalar, ...rest }: RecordDescription): object {
  return {
    ...rest,
    ...defined({ scalar: scalar && plainProperty(scalar) }),
    properties: Object.fromEntries([...properties].map(([name, property]) => [name, plainProperty(property)])),
  }
}

/** Even a default password must not appear on a terminal. */
function plainProperty({ default: value, forced, ...rest }: PropertyDescription): object {
  if (rest.secret === true) return rest
  return { ...defined({ default: value, forced }), ...rest }
}

function plain(descriptions: ReadonlyMap<string, RecordDescription>): object {
  return Object.fromEntries([...descriptions].map(([name, description]) => [name, plainRecord(description)]))
}

function indent(line: string): string {
  return `  ${line}`
}

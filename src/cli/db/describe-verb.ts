import { defined } from '../../base/defined.ts'
import { escapeControls } from '../../base/escape-controls.ts'
import { Failure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { Descriptions, describeDatabase } from '../../db/describe.ts'
import type { DatabaseDescription, PropertyDescription, RecordDescription } from '../../db/description.ts'
import { factsOf, ruleLine, textIn } from '../../db/description-words.ts'
import { phrase } from '../../db/french.ts'
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
    [name, textIn(description, isFrench(call))].filter(part => part !== '').join(' - ')
  return [
    ...[...types].map(([type, description]) => line(`@${type}`, description)),
    ...[...families].map(([start, description]) => line(`${start}*`, description)),
    ...[...records].map(([key, description]) => line(key, description)),
  ]
}

function recordLines(subject: string, description: RecordDescription, call: Call): string[] {
  const { type, key, scalar, properties, rules } = description
  const french = isFrench(call)
  const lines = [`${subject}${type === undefined || subject.startsWith('@') ? '' : ` (${type})`}`]
  const text = textIn(description.description, french)
  if (text !== '') lines.push(`  ${text}`)
  if (key !== undefined) lines.push(...propertyLines(phrase(french, 'the key of a record'), key, call).map(indent))
  if (scalar !== undefined) lines.push(...propertyLines(phrase(french, 'value'), scalar, call).map(indent))
  for (const [name, property] of properties) lines.push(...propertyLines(name, property, call).map(indent))
  return [...lines, ...rules.map(rule => `  ${ruleLine(rule, french)}`)]
}

function propertyLines(name: string, property: PropertyDescription, call: Call): string[] {
  const facts = factsOf(property, isFrench(call))
  const text = textIn(property.description, isFrench(call))
  return [`${name}${facts === '' ? '' : `: ${facts}`}`, ...(text === '' ? [] : [`  ${text}`])]
}

function isFrench({ io: { env } }: Call): boolean {
  return (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').startsWith('fr')
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

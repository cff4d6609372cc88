import { Failure, messageOf } from '../base/failure.ts'
import { isObject } from '../base/is-object.ts'
import { didYouMean } from '../base/nearest.ts'
import type { DescriptionFile } from './description.ts'
import { FORMATS } from './formats.ts'
import { readJsonFile } from './json-reader.ts'
import { effectiveProblem, probesProblem } from './probe-shapes.ts'

/** Returns what the value must be, or nothing if it is valid. */
type Check = (value: unknown) => string | undefined

const text: Check = value => (typeof value === 'string' ? undefined : 'a string')
const flag: Check = value => (typeof value === 'boolean' ? undefined : 'true or false')
const number: Check = value => (typeof value === 'number' ? undefined : 'a number')
const words: Check = value =>
  Array.isArray(value) && value.length > 0 && value.every(word => typeof word === 'string')
    ? undefined
    : 'a list of strings'
const texts: Check = value =>
  isObject(value) && Object.entries(value).every(([language, line]) => /^(en|fr)$/.test(language) && isText(line))
    ? undefined
    : 'a text per language: {"en": "…", "fr": "…"}'

const PROPERTY: Readonly<Record<string, Check>> = {
  description: texts,
  default: text,
  forced: text,
  detect: value =>
    Array.isArray(value) && value.every(isDetection)
      ? undefined
      : 'a list of {"exists": PATH, "value": TEXT} or {"fact": "hostname" or "domain"}',
  enum: words,
  pattern: value => (isText(value) ? patternProblem(value) : 'a regular expression, as a string'),
  form: text,
  format: value =>
    isText(value) && Object.hasOwn(FORMATS, value)
      ? undefined
      : `one of ${Object.keys(FORMATS).join(', ')}${isText(value) ? didYouMean(value, Object.keys(FORMATS)) : ''}`,
  minimum: number,
  maximum: number,
  list: value => (isText(value) && value !== '' ? undefined : 'the separator, as a string'),
  reference: value => (isReference(value) ? undefined : '{"database": NAME, "type": TYPE, "or": [WORD…]}'),
  secret: flag,
  unit: text,
  empty: flag,
  replaces: words,
  backup: flag,
  effective: effectiveProblem,
}

/** Keywords for a key, which has no default and is never secret. */
const OF_KEY = ['description', 'enum', 'pattern', 'form', 'format', 'minimum', 'maximum', 'reference', 'unit']

/**
 * Reads one description file and checks all of it.
 * @throws Failure that names the file and the part, with the nearest keyword
 */
export function readDescription(path: string): DescriptionFile {
  const fail = (part: string, message: string): never => {
    throw new Failure(`${part === '' ? '' : `${part}: `}${message}`, { where: path })
  }
  const whole = readObject(path)
  const keywords = [
    'type',
    'description',
    'key',
    'scalar',
    'properties',
    'rules',
    'health',
    'probes',
    'confirmWithin',
    'backup',
    'needs',
  ]
  for (const name of Object.keys(whole))
    if (!keywords.includes(name)) fail('', `unknown keyword "${name}"${didYouMean(name, keywords)}`)
  const { type, description, key, scalar, properties = {}, rules, health, probes, confirmWithin, backup, needs } = whole
  if (type !== undefined && !isText(type)) fail('type', 'must be a string')
  if (description !== undefined && texts(description)) fail('description', `must be ${texts(description)}`)
  if (!isObject(properties)) return fail('properties', 'must be an object: {"name": {…}}')
  for (const [name, value] of Object.entries(properties)) checkProperty(value, `properties.${name}`, fail)
  if (key !== undefined) checkProperty(key, 'key', fail, OF_KEY)
  if (scalar !== undefined) checkProperty(scalar, 'scalar', fail)
  if (rules !== undefined && !Array.isArray(rules)) fail('rules', 'must be a list')
  for (const [index, rule] of (Array.isArray(rules) ? rules : []).entries())
    if (!isRule(rule))
      fail(`rules[${index}]`, 'must be {"allOrNone": […]}, {"dependsOn": {…}} or {"unique": NAME or [NAME…]}')
  if (health !== undefined && !isHealth(health)) fail('health', 'must be {"tcp": [PROPERTY…], "command": [WORD…]}')
  const wrong = probes === undefined ? undefined : probesProblem(probes)
  if (wrong !== undefined) fail('probes', `must be ${wrong}`)
  if (confirmWithin !== undefined && !(isText(confirmWithin) && isWindow(confirmWithin)))
    fail('confirmWithin', 'must be a duration as a string, or "no"')
  if (
    backup !== undefined &&
    !(Array.isArray(backup) && backup.every(path => isText(path) && FORMATS.path?.accepts(path)))
  )
    fail('backup', 'must be a list of absolute paths')
  if (needs !== undefined && !(Array.isArray(needs) && needs.every(isNeed)))
    fail('needs', 'must be a list of {"service": KEY, "property": NAME}')
  return descriptionIn(whole)
}

/** As {@link readDescription}, of a file of the package: its tests and lint have checked it, which would take every command longer. */
export function readShipped(path: string): DescriptionFile {
  return descriptionIn(readObject(path))
}

function readObject(path: string): Record<string, unknown> {
  const whole = readJsonFile(path)
  if (isObject(whole)) return whole
  throw new Failure('a description is an object: {"type": …, "properties": {…}}', { where: path })
}

function descriptionIn(whole: Record<string, unknown>): DescriptionFile {
  return { ...whole, properties: new Map(Object.entries(whole.properties ?? {})) }
}

function checkProperty(
  value: unknown,
  part: string,
  fail: (part: string, message: string) => never,
  keywords: readonly string[] = Object.keys(PROPERTY),
): void {
  if (!isObject(value)) fail(part, 'must be an object: {"format": …, "description": …}')
  for (const [keyword, given] of Object.entries(value)) {
    const check = keywords.includes(keyword) ? PROPERTY[keyword] : undefined
    if (check === undefined) {
      const where = Object.hasOwn(PROPERTY, keyword) ? 'is not a keyword for a key' : 'is not a keyword'
      fail(part, `"${keyword}" ${where}${didYouMean(keyword, keywords)}`)
    }
    const problem = check(given)
    if (problem !== undefined) fail(`${part}.${keyword}`, `must be ${problem}`)
  }
}

function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u')
    return undefined
  } catch (error) {
    return `a regular expression (${messageOf(error)})`
  }
}

function isDetection(value: unknown): boolean {
  if (!isObject(value)) return false
  if (value.fact !== undefined) return value.fact === 'hostname' || value.fact === 'domain'
  return isText(value.exists) && isText(value.value)
}

function isReference(value: unknown): boolean {
  if (!isObject(value) || !isText(value.database)) return false
  const { type = '', or = [''] } = value
  return isText(type) && words(or) === undefined
}

function isHealth(value: unknown): boolean {
  if (!isObject(value)) return false
  const { tcp = ['x'], command = ['x'], ...unknown } = value
  return words(tcp) === undefined && words(command) === undefined && Object.keys(unknown).length === 0
}

function isWindow(text: string): boolean {
  return text === 'no' || FORMATS.duration?.accepts(text) === true
}

function isRule(value: unknown): boolean {
  if (!isObject(value) || Object.keys(value).length !== 1) return false
  const { allOrNone, dependsOn, unique } = value
  if (allOrNone !== undefined) return words(allOrNone) === undefined
  if (unique !== undefined) return isText(unique) || words(unique) === undefined
  if (!isObject(dependsOn)) return false
  const { property, values = [''], requires } = dependsOn
  return isText(property) && words(values) === undefined && words(requires) === undefined
}

function isNeed(value: unknown): boolean {
  if (!isObject(value)) return false
  const { service, property = '', ...more } = value
  return isText(service) && isText(property) && Object.keys(more).length === 0
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

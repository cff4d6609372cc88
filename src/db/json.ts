import { compareBytes } from '../base/byte-order.ts'
import { cached } from '../base/cached.ts'
import { orUndefined } from '../base/failure.ts'
import { isObject } from '../base/is-object.ts'
import { JsonReader } from './json-reader.ts'
import { type DbRecord, makeRecord, type Records, sortedMap } from './record.ts'

/**
 * Reads the text of a database. `JSON.parse` is quick but lenient (a name given twice, half a surrogate pair) and does not
 * say where it fails. So anything not exactly as {@link serialize} writes it goes through the strict reader.
 * @throws SyntaxProblem with the line and column
 */
export function parse(text: string): Records {
  return cached(parsed, text, () => parseQuickly(text) ?? parseStrictly(text))
}

/** An event reads most databases several times: to look for damage, to use them, and as they were before. */
const parsed = new Map<string, Records>()

/** It must have exactly the shape `{"key": {"type": "…", "properties": {"name": "value"}}}`, with only text as values. */
function parseStrictly(text: string): Records {
  const reader = new JsonReader(text)
  if (text.trim() === '') reader.fail('the file is empty')
  const records: [string, DbRecord][] = []
  reader.object('record', (key, position) => {
    if (key === '') reader.fail('the key of a record must not be empty', position)
    records.push([key, readRecord(reader, key, position)])
  })
  reader.end('the database')
  return sortedMap(records)
}

function readRecord(reader: JsonReader, key: string, position: number): DbRecord {
  let type: string | undefined
  const properties: [string, string][] = []
  reader.object('part', (part, partPosition) => {
    if (part === 'type') type = reader.string('the type of a record')
    else if (part === 'properties')
      reader.object('property', (name, namePosition) => {
        if (name === '') reader.fail('the name of a property must not be empty', namePosition)
        properties.push([name, reader.string(`the value of property "${name}"`)])
      })
    else reader.fail(`a record has only "type" and "properties", not "${part}"`, partPosition)
  })
  if (type === undefined) return reader.fail(`record "${key}" has no "type"`, position)
  return makeRecord(key, type, properties)
}

/** The text of a database: JSON with one property per line, keys and names in byte order, easy to read and to diff. */
export function serialize(records: Records): string {
  return cached(texts, records, () => textOf(records))
}

/** A run needs the text of the same records several times: to check them, and for the history. */
const texts = new WeakMap<Records, string>()

function textOf(records: Records): string {
  if (records.size === 0) return '{}\n'
  const parts: string[] = []
  for (const { key, type, properties } of records.values()) {
    let text = `  ${quote(key)}: {\n    "type": ${quote(type)}`
    if (properties.size > 0) {
      text += ',\n    "properties": {'
      let separator = '\n      '
      for (const [name, value] of properties) {
        text += `${separator}${quote(name)}: ${quote(value)}`
        separator = ',\n      '
      }
      text += '\n    }'
    }
    parts.push(`${text}\n  }`)
  }
  return `{\n${parts.join(',\n')}\n}\n`
}

function quote(text: string): string {
  // Only quotes, backslashes, control characters and surrogates need escaping.
  return /[^ !#-[\]-\ud7ff\ue000-\uffff]/.test(text) ? JSON.stringify(text) : `"${text}"`
}

function parseQuickly(text: string): Records | undefined {
  if (/\\u[dD][89a-fA-F]/.test(text)) return undefined
  const whole: unknown = orUndefined(() => JSON.parse(text))
  if (!isObject(whole)) return undefined
  const keys = Object.keys(whole)
  const records = new Map<string, DbRecord>()
  const isSorted = SURROGATE.test(text) ? inByteOrder : inOrder
  let lines = 2
  for (const key of keys) {
    const record = toRecord(key, whole[key], isSorted)
    if (record === undefined) return undefined
    lines += record.properties.size === 0 ? 3 : 5 + record.properties.size
    records.set(key, record)
  }
  // A name given twice would show as an extra line.
  if (keys.length > 0 && countLines(text) !== lines) return undefined
  return isSorted(keys) ? records : sortedMap(records)
}

function toRecord(key: string, value: unknown, isSorted: IsSorted): DbRecord | undefined {
  if (!isObject(value) || typeof value.type !== 'string' || key === '') return undefined
  const names = Object.keys(value)
  if (names.length === 1) return { key, type: value.type, properties: new Map() }
  if (names.length !== 2 || !isObject(value.properties)) return undefined
  const properties = new Map<string, string>()
  const given = Object.keys(value.properties)
  for (const name of given) {
    const text = value.properties[name]
    if (typeof text !== 'string' || name === '') return undefined
    properties.set(name, text)
  }
  return isSorted(given) ? { key, type: value.type, properties } : makeRecord(key, value.type, properties)
}

/** Whether names are in byte order. Those of most files are: to ask is quicker than to sort. */
type IsSorted = (names: readonly string[]) => boolean

const inByteOrder: IsSorted = names =>
  names.every((name, index) => index === 0 || compareBytes(names[index - 1] ?? '', name) < 0)

/** Without surrogates, the order of JavaScript is the same, and quicker. */
const SURROGATE = /[\ud800-\udfff]/
const inOrder: IsSorted = names => names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name)

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

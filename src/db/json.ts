import { compareBytes } from '../base/byte-order.ts'
import { cached } from '../base/cached.ts'
import { orUndefined, refusal } from '../base/failure.ts'
import { isObject } from '../base/is-object.ts'
import { JsonReader } from './json-reader.ts'
import {
  type DbRecord,
  isSealed,
  makeRecord,
  type Records,
  recordOf,
  sortedMap,
  storedType,
  storedValues,
} from './record.ts'
import { type Opening, Sealed, type Stored, storedIn } from './stored.ts'

/**
 * Reads the text of a database. `JSON.parse` is quick but lenient (a name given twice, half a surrogate pair) and does not
 * say where it fails. So anything not exactly as {@link serialize} writes it goes through the strict reader.
 * @param open opens its encrypted values; default: they cannot be opened
 * @throws SyntaxProblem with the line and column
 */
export function parse(text: string, open = openNone): Records {
  // Without encrypted values, it is the same for everybody.
  const known = cached(parsed, text.includes('"sealed"') ? open : openNone, () => new Map<string, Records>())
  return cached(known, text, () => parseQuickly(text, open) ?? parseStrictly(text, open))
}

/**
 * As {@link parse}, for a database most of whose records are those of another: they are taken from there, so that they are known
 * to be the same at a glance.
 */
export function parseLike(text: string, like: Records): Records {
  const known = cached(parsed, openNone, () => new Map<string, Records>())
  return cached(known, text, () => {
    const records = takenFrom(like, text)
    if (records === undefined) return parse(text)
    texts.set(records, text)
    return records
  })
}

/** Undefined: one of the texts is not as {@link serialize} writes it. */
function takenFrom(like: Records, text: string): Records | undefined {
  const old = [...like.values()]
  const [known, pieces] = [piecesOf(texts.get(like)), piecesOf(text)]
  if (known?.length !== old.length || pieces === undefined) return undefined
  if (!old.every(({ key }, at) => known[at]?.startsWith(`  ${quote(key)}: {`))) return undefined
  const records = new Map<string, DbRecord>()
  let [at, last] = [0, '']
  for (const piece of pieces) {
    const isSame = piece === known[at]
    const record = isSame ? old[at] : recordIn(piece)
    if (record === undefined || (!isSame && compareBytes(last, record.key) >= 0)) return undefined
    last = record.key
    records.set(last, record)
    for (let next = old[at]; next !== undefined && compareBytes(next.key, last) <= 0; next = old[at]) at++
  }
  return records
}

/** The records in the text of a database, if it has any. Only between them is such a line. */
function piecesOf(text: string | undefined): readonly string[] | undefined {
  const [start, end] = ['{\n', '\n  }\n}\n']
  if (text?.startsWith(start) !== true || !text.endsWith(end)) return undefined
  return text.slice(start.length, -end.length).split('\n  },\n')
}

/** A record as {@link serialize} writes it. */
function recordIn(piece: string): DbRecord | undefined {
  const text = `{\n${piece}\n  }\n}\n`
  const [record, ...others] = parseQuickly(text, openNone)?.values() ?? []
  if (record === undefined || others.length > 0 || isSealed(record)) return undefined
  return serialize(new Map([[record.key, record]])) === text ? record : undefined
}

/** An event reads most databases several times: to look for damage, to use them, and as they were before. */
const parsed = new WeakMap<Opening, Map<string, Records>>()

const openNone: Opening = (_, key, property) => {
  throw refusal(`${[key, property ?? []].flat().join(' ')} is encrypted, and this is no database of this machine`)
}

/**
 * It must have exactly the shape `{"key": {"type": "…", "properties": {"name": "value"}}}`, with only text as values, or
 * `{"sealed": "…"}` for encrypted text.
 */
function parseStrictly(text: string, open: Opening): Records {
  const reader = new JsonReader(text)
  if (text.trim() === '') reader.fail('the file is empty')
  const records: [string, DbRecord][] = []
  reader.object('record', (key, position) => {
    if (key === '') reader.fail('the key of a record must not be empty', position)
    records.push([key, readRecord(reader, key, position, open)])
  })
  reader.end('the database')
  return sortedMap(records)
}

function readRecord(reader: JsonReader, key: string, position: number, open: Opening): DbRecord {
  let type: Stored | undefined
  const properties: [string, Stored][] = []
  reader.object('part', (part, partPosition) => {
    if (part === 'type') type = readStored(reader, 'the type of a record', text => open(text, key, null))
    else if (part === 'properties')
      reader.object('property', (name, namePosition) => {
        if (name === '') reader.fail('the name of a property must not be empty', namePosition)
        properties.push([name, readStored(reader, `the value of property "${name}"`, text => open(text, key, name))])
      })
    else reader.fail(`a record has only "type" and "properties", not "${part}"`, partPosition)
  })
  if (type === undefined) return reader.fail(`record "${key}" has no "type"`, position)
  return makeRecord(key, type, properties)
}

function readStored(reader: JsonReader, what: string, open: (text: string) => string): Stored {
  if (!reader.startsWith('{')) return reader.string(what)
  let sealed: string | undefined
  const refuse = (position?: number) =>
    reader.fail(`${what} must be text in double quotes, or {"sealed": "…"}`, position)
  reader.object('part', (part, position) => {
    if (part !== 'sealed') refuse(position)
    sealed = reader.string('an encrypted value')
  })
  const text = sealed ?? refuse()
  return new Sealed(text, () => open(text))
}

/** The text of a database in clear: JSON with one property per line, keys and names in byte order, easy to read and to diff. */
export function serialize(records: Records): string {
  return cached(texts, records, () => textOf(records, ({ type, properties }) => [type, properties]))
}

/** The same as it is stored: what is encrypted stays so. */
export function serializeStored(records: Records): string {
  return textOf(records, record => [storedType(record), storedIn(record.properties)])
}

/** A run needs the text of the same records several times: to check them, and for the history. */
const texts = new WeakMap<Records, string>()

function textOf(
  records: Records,
  values: (record: DbRecord) => readonly [Stored, ReadonlyMap<string, Stored>],
): string {
  if (records.size === 0) return '{}\n'
  const parts: string[] = []
  for (const record of records.values()) {
    const { key } = record
    const [type, properties] = values(record)
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

function quote(text: Stored): string {
  if (typeof text !== 'string') return `{"sealed": ${quote(text.text)}}`
  // Only quotes, backslashes, control characters and surrogates need escaping.
  return /[^ !#-[\]-\ud7ff\ue000-\uffff]/.test(text) ? JSON.stringify(text) : `"${text}"`
}

function parseQuickly(text: string, open: Opening): Records | undefined {
  if (/\\u[dD][89a-fA-F]/.test(text)) return undefined
  const whole: unknown = orUndefined(() => JSON.parse(text))
  if (!isObject(whole)) return undefined
  const keys = Object.keys(whole)
  const records = new Map<string, DbRecord>()
  const inOrder = SURROGATE.test(text) ? inByteOrder : inUsualOrder
  let allSorted = true
  const isSorted: IsSorted = names => {
    const sorted = inOrder(names)
    allSorted &&= sorted
    return sorted
  }
  let lines = 2
  for (const key of keys) {
    const record = toRecord(key, whole[key], isSorted, open)
    if (record === undefined) return undefined
    lines += record.properties.size === 0 ? 3 : 5 + record.properties.size
    records.set(key, record)
  }
  // A name given twice would show as an extra line; that of an encrypted value has no line of its own.
  if (keys.length > 0 && count(text, '\n') !== lines) return undefined
  const sealed = sealedIn(records)
  if (count(text, '"sealed":') !== sealed) return undefined
  const inPlace = isSorted(keys) ? records : sortedMap(records)
  // At most its spaces are not ours.
  if (allSorted && sealed === 0) texts.set(inPlace, text)
  return inPlace
}

function toRecord(key: string, value: unknown, isSorted: IsSorted, open: Opening): DbRecord | undefined {
  if (!isObject(value) || key === '') return undefined
  const type = typeof value.type === 'string' ? value.type : toSealed(value.type, text => open(text, key, null))
  if (type === undefined) return undefined
  const names = Object.keys(value)
  if (names.length === 1) return recordOf(key, type, new Map())
  if (names.length !== 2 || !isObject(value.properties)) return undefined
  const properties = new Map<string, Stored>()
  const own = Object.keys(value.properties)
  for (const name of own) {
    const given = value.properties[name]
    const text = typeof given === 'string' ? given : toSealed(given, sealed => open(sealed, key, name))
    if (text === undefined || name === '') return undefined
    properties.set(name, text)
  }
  return isSorted(own) ? recordOf(key, type, properties) : makeRecord(key, type, properties)
}

function toSealed(value: unknown, open: (sealed: string) => string): Sealed | undefined {
  if (!isObject(value) || typeof value.sealed !== 'string' || Object.keys(value).length !== 1) return undefined
  const { sealed } = value
  return new Sealed(sealed, () => open(sealed))
}

/** Whether names are in byte order. Those of most files are: to ask is quicker than to sort. */
type IsSorted = (names: readonly string[]) => boolean

const inByteOrder: IsSorted = names =>
  names.every((name, index) => index === 0 || compareBytes(names[index - 1] ?? '', name) < 0)

/** Without surrogates, the order of JavaScript is the same, and quicker. */
const SURROGATE = /[\ud800-\udfff]/
const inUsualOrder: IsSorted = names => names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name)

function count(text: string, word: string): number {
  let found = 0
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) found++
  return found
}

function sealedIn(records: Records): number {
  let found = 0
  for (const record of records.values())
    if (isSealed(record)) for (const [, stored] of storedValues(record)) if (typeof stored !== 'string') found++
  return found
}

import { Failure } from '../../base/failure.ts'
import { isObject } from '../../base/is-object.ts'
import { JsonReader, SyntaxProblem } from '../../db/json-reader.ts'
import type { Verb } from './verb.ts'

type Change = NonNullable<Verb['change']>

const set: Change = (draft, [key = '', type = '', ...words]) => draft.set(key, type, pairs(words))

/** Replaces a whole record with JSON as `getjson` prints it. Null (as for a secret) keeps the current value. */
const setjson: Change = (draft, [key = '', text = '']) => {
  const { name, type, props = {}, ...others } = parseObject(text)
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw new Failure(`setjson: a record has "name", "type" and "props", not "${unknown}"`)
  if (name !== undefined && name !== key) throw new Failure('setjson: the "name" in the JSON is not the KEY')
  if (!isObject(props)) throw new Failure('setjson: "props" must be an object')
  const kept = (part: string, present: string | undefined): string => {
    if (present === undefined)
      throw new Failure(`setjson: ${part} is missing or null, and there is no current value to keep`)
    return present
  }
  const properties = Object.entries(props).map(([property, value]): [string, string] => {
    if (value === null) return [property, kept(`property ${property}`, draft.getprop(key, property))]
    return [property, asText(value, `property ${property}`)]
  })
  const newType = type === undefined || type === null ? kept('"type"', draft.get(key)?.type) : asText(type, '"type"')
  draft.set(key, newType, properties)
}

export const WRITE_VERBS: Readonly<Record<string, Verb>> = {
  set: {
    arguments: 'KEY TYPE [PROP VALUE]...',
    summary: 'create a record, or replace all of it',
    example: 'sshd service status enabled TCPPort 22',
    mayBeEmpty: ['TYPE'],
    change: set,
  },
  setdefault: {
    arguments: 'KEY TYPE [PROP VALUE]...',
    summary: 'create a record unless it exists',
    example: 'sshd service status disabled',
    change: (draft, args) => draft.has(args[0] ?? '') || set(draft, args),
  },
  setprop: {
    arguments: 'KEY PROP VALUE [PROP VALUE]...',
    summary: 'set properties of a record',
    example: 'sshd TCPPort 2222',
    // The verb of most batches: without a rest element, which costs an iterator.
    change: (draft, args) => draft.setprop(args[0] ?? '', pairs(args.slice(1))),
  },
  settype: {
    arguments: 'KEY TYPE',
    summary: 'change the type of a record',
    example: 'DomainName example.org',
    change: (draft, [key = '', type = '']) => draft.settype(key, type),
  },
  delprop: {
    arguments: 'KEY PROP [PROP]...',
    summary: 'remove properties',
    example: 'sshd TCPPort',
    change: (draft, [key = '', ...names]) => draft.delprop(key, ...names),
  },
  delete: {
    arguments: 'KEY',
    summary: 'remove a record',
    example: 'sshd',
    change: (draft, [key = '']) => draft.delete(key),
  },
  setjson: {
    arguments: 'KEY JSON',
    summary: 'replace a record with JSON ("-" reads standard input; null keeps a value)',
    example: `sshd '{"type":"service","props":{"status":"enabled"}}'`,
    change: setjson,
  },
}

function pairs(words: readonly string[]): [string, string][] {
  const found: [string, string][] = []
  for (let index = 0; index + 1 < words.length; index += 2) found.push([words[index] ?? '', words[index + 1] ?? ''])
  return found
}

function parseObject(text: string): Record<string, unknown> {
  const value = parseJson(text)
  if (!isObject(value)) throw new Failure('setjson: the JSON must be an object: {"type": …, "props": {…}}')
  return value
}

/** Not by JSON.parse: its messages quote the text, which may hold a password, and it accepts a name given twice. */
function parseJson(text: string): unknown {
  try {
    return new JsonReader(text).whole()
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error
    throw new Failure(`setjson: this is not valid JSON: column ${error.column}: ${error.message}`)
  }
}

function asText(value: unknown, part: string): string {
  if (typeof value === 'string') return value
  throw new Failure(`setjson: ${part} must be text in double quotes`)
}

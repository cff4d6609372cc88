import { isObject } from '../base/is-object.ts'
import type { ProbeDescription } from '../db/description.ts'

/** What a daemon says: the values by its own keys. */
export type Answer = ReadonlyMap<string, readonly string[]>

/**
 * Reads an answer; each line of `words` and `equals` is one value of its key.
 * @throws SyntaxError if it is not JSON
 */
export function readAnswer(form: ProbeDescription['answer'], key: string, text: string): Answer {
  const lines = text.split('\n').filter(line => line.trim() !== '')
  switch (form) {
    case 'value':
      return new Map([[key, lines.map(line => line.trim())]])
    case 'json':
      return byKey(jsonValues(JSON.parse(text)))
    case 'words':
      return byKey(lines.map(line => split(line, /\s+/)))
    case 'equals':
    case 'differences':
      return byKey(lines.map(line => split(line, /\s*=\s*/)))
  }
}

type Pair = readonly [key: string, value: string]

function split(line: string, separator: RegExp): Pair {
  const text = line.trim()
  const { index = text.length, 0: found = '' } = separator.exec(text) ?? {}
  return [text.slice(0, index), text.slice(index + found.length)]
}

/** `{"a": {"b": [1, 2]}}` has the values 1 and 2 for the key `a.b`. */
function jsonValues(value: unknown, key = ''): Pair[] {
  if (Array.isArray(value)) return value.flatMap(one => jsonValues(one, key))
  if (!isObject(value)) return [[key, String(value)]]
  return Object.entries(value).flatMap(([name, inner]) => jsonValues(inner, key === '' ? name : `${key}.${name}`))
}

function byKey(pairs: readonly Pair[]): Answer {
  const values = new Map<string, string[]>()
  for (const [key, value] of pairs) values.set(key, [...(values.get(key) ?? []), value])
  return values
}

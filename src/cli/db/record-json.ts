import type { DbRecord } from '../../db/record.ts'
import type { Secrets } from './secrets.ts'

/** The JSON form of a record, as in NethServer: `{"name": KEY, "type": TYPE, "props": {…}}`; a secret is null. */
export function recordJson(record: DbRecord, secrets: Secrets, indent = ''): string {
  const type = secrets.covers(record) ? null : record.type
  return objectJson(
    [
      ['name', JSON.stringify(record.key)],
      ['type', JSON.stringify(type)],
      ['props', propertiesJson(record, secrets, indent === '' ? '' : `${indent}  `)],
    ],
    indent,
  )
}

export function propertiesJson(record: DbRecord, secrets: Secrets, indent = '', names?: readonly string[]): string {
  const chosen = names === undefined ? [...record.properties.keys()] : [...new Set(names)]
  const members = chosen.flatMap(name => {
    const value = record.properties.get(name)
    if (value === undefined) return []
    return [[name, JSON.stringify(secrets.covers(record, name) ? null : value)] as const]
  })
  return objectJson(members, indent)
}

export function arrayJson(elements: readonly string[], indented = false): string {
  if (elements.length === 0) return '[]'
  return indented ? `[\n  ${elements.join(',\n  ')}\n]` : `[${elements.join(',')}]`
}

/**
 * Hand-written: JavaScript would move names that look like numbers to the front, and lose one called `__proto__`.
 * @param indent spaces before the members, according to the depth; empty for a single line
 */
function objectJson(members: readonly (readonly [string, string])[], indent: string): string {
  if (members.length === 0) return '{}'
  if (indent === '') return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
  const lines = members.map(([name, value]) => `${indent}${JSON.stringify(name)}: ${value}`)
  return `{\n${lines.join(',\n')}\n${indent.slice(2)}}`
}

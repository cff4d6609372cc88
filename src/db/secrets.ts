import { orUndefined } from '../base/failure.ts'
import { QUOTERS } from '../base/quote.ts'
import { databaseFile, type Paths } from '../system/places.ts'
import { readText } from '../system/read-files.ts'
import { Descriptions, describedDatabases } from './describe.ts'
import type { Records } from './record.ts'
import { readDatabase } from './store.ts'

/** Masking shorter values would blank out half a file, and they are hardly secrets. */
const LEAST = 4

/** A value that is described as secret. */
export interface Secret {
  readonly database: string
  readonly key: string
  /** Undefined: the value of a scalar record. */
  readonly property: string | undefined
  readonly value: string
}

/** All values described as secret, except for very short ones. */
export function secretsIn(places: Paths, read: (database: string) => Records | undefined): Secret[] {
  const descriptions = new Descriptions(places, mentionsSecret)
  return describedDatabases(places).flatMap(database => {
    if (!descriptions.describes(database)) return []
    return [...(read(database)?.values() ?? [])].flatMap(({ key, type, properties }) => {
      const description = descriptions.of(database, key, type)
      const own = [...properties].filter(([property]) => description?.properties.get(property)?.secret === true)
      const values = description?.scalar?.secret === true ? [[undefined, type] as const, ...own] : own
      return values.flatMap(([property, value]) => (value.length < LEAST ? [] : { database, key, property, value }))
    })
  })
}

/**
 * All values described as secret, also as files quote or encode them, longest first: for masking them in output.
 * @param read default: a database that cannot be read is an error
 */
export function secretValues(places: Paths, read = readDatabase): string[] {
  const secrets = secretsIn(places, name => read(databaseFile(places, name)))
  const forms = new Set(secrets.flatMap(({ value }) => formsOf(value).filter(form => form !== undefined)))
  return [...forms].sort((a, b) => b.length - a.length)
}

/** What a value looks like in a file: itself, quoted, encoded; undefined for what cannot represent it or shows it as it is. */
export function formsOf(value: string): (string | undefined)[] {
  const quoted = Object.values(QUOTERS).map(quote => orUndefined(() => quote(value)))
  const bytes = Buffer.from(value)
  const encoded = [encodeURIComponent(value.toWellFormed()), bytes.toString('hex'), bytes.toString('hex').toUpperCase()]
  const forms = [...quoted, ...encoded, ...inBase64(bytes)]
  return [value, ...forms.map(form => (form?.includes(value) || (form?.length ?? 0) < LEAST ? undefined : form))]
}

/** Encoded by itself, and the characters that it alone decides if something precedes it: `user:password`. */
function inBase64(bytes: Buffer): string[] {
  const parts = [1, 2].map(before => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    return text.slice(before + 1, Math.floor(((before + bytes.length) * 4) / 3))
  })
  const forms = [bytes.toString('base64').replace(/=+$/, ''), ...parts]
  return forms.flatMap(form => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

/** Most descriptions have no secret. Parsing all of them would cost each event more than its own work. */
function mentionsSecret(path: string): boolean {
  return /"secret"|\\u/.test(readText(path))
}

import { orUndefined } from '../base/failure.ts'
import { QUOTERS } from '../base/quote.ts'
import { databaseFile, type Paths } from '../system/places.ts'
import { describedDatabases } from './describe.ts'
import { type Records, storedValues } from './record.ts'
import { isSecret, secretDescriptions } from './sealing.ts'
import { readDatabase } from './store.ts'
import { inClear, type Stored } from './stored.ts'

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

/**
 * All values described as secret, except for very short ones.
 * @param open default: a value that cannot be opened is an error; undefined leaves it out
 */
export function secretsIn(
  places: Paths,
  read: (database: string) => Records | undefined,
  open: (stored: Stored) => string | undefined = inClear,
): Secret[] {
  const descriptions = secretDescriptions(places)
  return describedDatabases(places).flatMap(database => {
    if (!descriptions.describes(database)) return []
    return [...(read(database)?.values() ?? [])].flatMap(record => {
      const { key } = record
      const values = storedValues(record)
      const type = open(values[0]?.[1] ?? '') ?? ''
      const description = descriptions.of(database, key, type)
      return values.flatMap(([property, stored]) => {
        const value = isSecret(description, property) ? (open(stored) ?? '') : ''
        return value.length < LEAST ? [] : { database, key, property: property ?? undefined, value }
      })
    })
  })
}

/** As {@link secretValues}, for other databases than those on the disk. */
export function secretsAmong(places: Paths, databases: ReadonlyMap<string, Records>): string[] {
  const byPath = new Map([...databases].map(([name, records]) => [databaseFile(places, name).path, records]))
  return secretValues(places, file => byPath.get(typeof file === 'string' ? file : file.path))
}

/**
 * All values described as secret, also as files quote or encode them, longest first: for masking them in output.
 * @param read default: a database that cannot be read is an error
 * @param open as for {@link secretsIn}
 */
export function secretValues(
  places: Paths,
  read = readDatabase,
  open?: (stored: Stored) => string | undefined,
): string[] {
  const secrets = secretsIn(places, name => read(databaseFile(places, name)), open)
  const forms = new Set(secrets.flatMap(({ value }) => formsToHide(value)))
  return [...forms].sort((a, b) => b.length - a.length)
}

/** What of a secret must not be seen: what it looks like in a file; nothing of a very short one. */
export function formsToHide(value: string): string[] {
  return value.length < LEAST ? [] : formsOf(value).filter(form => form !== undefined)
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

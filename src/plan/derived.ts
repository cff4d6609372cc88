import { Failure, orFailure } from '../base/failure.ts'
import { type DbRecord, type Records, recordOf, storedType } from '../db/record.ts'
import { formsOf, type Secret, secretsIn } from '../db/secrets.ts'
import { readableDatabase } from '../db/store.ts'
import { ifOpens, storedIn } from '../db/stored.ts'
import { databaseFile } from '../system/places.ts'
import type { Expander } from '../template/expand.ts'
import type { Output } from '../template/output.ts'
import type { Context } from './context.ts'

/**
 * Marks the outputs that hold something made from a secret in which masking would not find it: a part of it, a hash. To tell,
 * their templates are expanded once more with other secrets. What else has changed then was made from one.
 */
export function markDerived(
  context: Context,
  outputs: readonly Output[],
  expanderFor: (context: Context) => Expander,
): Output[] {
  const secrets = knownSecrets(context)
  const readBy = (output: Output) => {
    const isRead = (secret: Secret) =>
      output.reads.some(({ database, key }) => database === secret.database && (key ?? secret.key) === secret.key)
    const read = secrets.filter(isRead)
    return read.length === 0 || output.content === undefined ? [] : read
  }
  const templates = new Set(outputs.flatMap(output => (readBy(output).length > 0 ? output.template : [])))
  if (templates.size === 0) return [...outputs]
  const expander = expanderFor({ ...context, replaced: withOthers(context, secrets), warn: () => undefined })
  const others = [...templates].flatMap(name => {
    const made = orFailure(() => expander.expand(`/${name}`))
    return made instanceof Failure ? [] : made
  })
  const contents = new Map(others.map(({ path, content }) => [path, content]))
  return outputs.map(output => {
    const own = readBy(output)
    if (own.length === 0 || isMasked(output.content ?? '', contents.get(output.path), own)) return output
    const { content, reads } = output
    // They may be found only when somebody asks.
    return { ...output, content, reads, secret: true }
  })
}

/** The secrets that fragments can read. */
export function knownSecrets(context: Context): Secret[] {
  // No fragment can have made anything of what nobody can open.
  return secretsIn(context.places, name => recordsOf(context, name), ifOpens)
}

function recordsOf({ places, replaced }: Context, name: string): Records | undefined {
  return replaced.get(name) ?? readableDatabase(databaseFile(places, name))
}

/** The databases with another value of the same kind and length for each secret. */
export function withOthers(context: Context, secrets: readonly Secret[]): Map<string, Records> {
  const databases = new Map(context.replaced)
  for (const { database, key, property, value } of secrets) {
    const records = new Map(databases.get(database) ?? recordsOf(context, database))
    const record = records.get(key)
    if (record === undefined) continue
    const changed: DbRecord =
      property === undefined
        ? { ...record, type: otherThan(value) }
        : recordOf(key, storedType(record), new Map([...storedIn(record.properties), [property, otherThan(value)]]))
    databases.set(database, records.set(key, changed))
  }
  return databases
}

function otherThan(secret: string): string {
  return secret.replace(/[a-z0-9]|[^\0-\x7f]/giu, character => NEXT.get(character) ?? neighbour(character))
}

/** Another character of the same script and length. */
function neighbour(character: string): string {
  return String.fromCodePoint((character.codePointAt(0) ?? 0) ^ 1)
}

const NEXT = new Map(
  ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789'].flatMap(row =>
    [...row].map((character, index) => [character, row[(index + 1) % row.length] ?? ''] as const),
  ),
)

/** Whether all that other secrets change in a content is the secrets themselves, as masking finds them. */
function isMasked(content: string, other: string | undefined, secrets: readonly Secret[]): boolean {
  if (other === undefined) return false
  let text = content
  for (const { value } of secrets) {
    if (text === other) return true
    const others = formsOf(otherThan(value))
    formsOf(value).forEach((form, index) => {
      const replacement = others[index]
      if (form === undefined || replacement?.length !== form.length) return
      for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1))
        if (other.startsWith(replacement, at)) text = text.slice(0, at) + replacement + text.slice(at + form.length)
    })
  }
  return text === other
}

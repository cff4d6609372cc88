import { createHash } from 'node:crypto'
import { orUndefined, usageFailure } from '../../../base/failure.ts'
import { integer, listOf, objectOf, type TypeOf, text } from '../../../base/shape.ts'

/** What a controller hands to the administrator of a host that shall join. */
const TOKEN = objectOf({
  fleet: text,
  host: text,
  endpoints: listOf(text),
  /** Proves each side to the other one. */
  secret: text,
  /** In PEM: the authority of the store, and the pair that lets in for a day. */
  authority: text,
  certificate: text,
  key: text,
  /** When it ends, in seconds since 1970. */
  until: integer,
})
export type Token = TypeOf<typeof TOKEN>

/** As one word. */
export function tokenText(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url')
}

/** @throws Failure (usage) if it is none, or not whole */
export function readToken(word: string): Token {
  const token = orUndefined(() => TOKEN(JSON.parse(Buffer.from(word.trim(), 'base64url').toString('utf8'))))
  if (token !== undefined) return token
  throw usageFailure(
    'this is no token of a fleet, or a part of it is missing',
    'It is one long word: gabarit fleet invite HOST',
  )
}

/** The user of the store that only the token knows, until the host has joined. */
export const joiningUser = (host: string) => `join-${host}`
export const joiningPassword = (secret: string) => createHash('sha256').update(`password ${secret}`).digest('base64url')

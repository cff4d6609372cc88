import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { refusal } from '../../base/failure.ts'
import { integer, listOf, moment, objectOf, optional, type TypeOf, text } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import { KeptMap } from './kept-map.ts'

/** Cost of scrypt: 32 MiB and about 0.1 s for each try (RFC 7914; OWASP's recommendation of 2026). */
const SCRYPT = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 }

/** Names of users: they stand in addresses, in the history and in the application for codes. */
export const USER_NAME = /^[a-z][a-z0-9._-]{0,31}$/

/** Characters that a password has at least (NIST SP 800-63B-4, 3.1.1.2). */
export const SHORTEST_PASSWORD = 15

const passkey = objectOf({
  /** As the browser calls it, base64url. */
  id: text,
  name: text,
  /** The public key (COSE), base64url. */
  key: text,
  /** How often it has signed; some do not count. */
  counter: integer,
  since: moment,
  used: optional(moment),
})

export type Passkey = TypeOf<typeof passkey>

const user = objectOf({
  salt: text,
  password: text,
  /** The secret of the codes, base32. */
  secret: text,
  /** The last code that was used, by its number: each works once (RFC 6238, 5.2). */
  counter: integer,
  since: moment,
  passkeys: optional(listOf(passkey)),
})

/** Who may use the console, by name. */
export type Users = ReadonlyMap<string, TypeOf<typeof user>>

const USERS = new KeptMap(
  'users',
  'users of the console',
  user,
  'Restore it from a backup. Or move it away and make the users again: gabarit web login-link NAME',
)

/** @throws Failure (refused) if the list is damaged */
export function readUsers(places: Places): Users {
  return USERS.read(places)
}

/** Changes the list of users, one process at a time. */
export function changeUsers(places: Places, change: (users: Map<string, TypeOf<typeof user>>) => void): void {
  USERS.change(places, change)
}

/** Sets password and secret of a user, who has no passkey then: they may be lost. @throws Failure (refused) for a short password */
export async function setPassword(places: Places, name: string, password: string, secret: string): Promise<void> {
  if (password.length < SHORTEST_PASSWORD) throw refusal(`the password needs at least ${SHORTEST_PASSWORD} characters`)
  const salt = randomBytes(16).toString('base64url')
  const hashed = (await hash(password, salt)).toString('base64url')
  const since = new Date().toISOString()
  changeUsers(places, users => users.set(name, { salt, password: hashed, secret, counter: 0, since }))
}

/**
 * Whether this is the user's password and a code that was not used before. Takes as long for a name that nobody has.
 * @param now milliseconds since 1970
 */
export async function isUser(
  places: Places,
  name: string,
  password: string,
  code: string,
  now = Date.now(),
): Promise<boolean> {
  const known = readUsers(places).get(name)
  const given = await hash(password, known?.salt ?? '')
  if (known === undefined || !timingSafeEqual(given, Buffer.from(known.password, 'base64url'))) return false
  const counter = codeNumber(known.secret, code, now)
  let isNew = false
  if (counter !== undefined)
    changeUsers(places, users => {
      const present = users.get(name)
      if (present === undefined || present.counter >= counter) return
      isNew = true
      users.set(name, { ...present, counter })
    })
  return isNew
}

/** A secret for codes, base32. */
export function newSecret(): string {
  return new Secret({ size: 20 }).base32
}

/** The number of a code; undefined if it is wrong. The one before and the one after count too: clocks differ. */
export function codeNumber(secret: string, code: string, now: number): number | undefined {
  const totp = new TOTP({ secret })
  const delta = totp.validate({ token: code.replaceAll(' ', ''), timestamp: now, window: 1 })
  return delta === null ? undefined : totp.counter({ timestamp: now }) + delta
}

/** The address that a code application reads from its picture. */
export function codeAddress(name: string, secret: string, server: string): string {
  return new TOTP({ issuer: server, label: name, secret }).toString()
}

function hash(password: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    scrypt(password.normalize('NFKC'), salt, 32, SCRYPT, (error, key) => (error ? reject(error) : resolve(key))),
  )
}

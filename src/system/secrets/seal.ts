import { orUndefined, refusal } from '../../base/failure.ts'
import { type KeyPlaces, keyFor, type MachineKey } from './machine-key.ts'

/** What a value belongs to, such as database, key and property: elsewhere, it cannot be opened. */
export type Place = readonly (string | null)[]

const [NONCE, TAG] = [12, 16]
const CIPHER = 'aes-256-gcm'

/** Encrypts a value for its place. Each time it looks different. */
export function sealText({ id, bytes }: MachineKey, text: string, place: Place): string {
  const { createCipheriv, randomBytes } = process.getBuiltinModule('node:crypto')
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv(CIPHER, bytes, nonce, { authTagLength: TAG })
  cipher.setAAD(boundTo(place))
  const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return `${id}:${Buffer.concat(parts).toString('base64')}`
}

/**
 * The value that was encrypted for this place.
 * @param what it is, for the error
 * @throws Failure (refused) if it is damaged, was encrypted for another place or machine, or the identity is missing
 */
export function openText(sealed: string, place: Place, places: KeyPlaces, what: string, hint: string): string {
  const [, id = '', data = ''] = /^([0-9a-f]{8}):([A-Za-z0-9+/=]+)$/.exec(sealed) ?? []
  const bytes = Buffer.from(data, 'base64')
  const refuse = (why: string) => refusal(`${what} cannot be opened: ${why}`, { hint })
  if (bytes.length < NONCE + TAG) throw refuse('its encrypted value is damaged')
  const key = keyFor(id, places)
  if (key.id !== id) throw refuse(`it was encrypted with the identity ${id}, but this machine has ${key.id}`)
  const { createDecipheriv } = process.getBuiltinModule('node:crypto')
  const opened = orUndefined(() => {
    const decipher = createDecipheriv(CIPHER, key.bytes, bytes.subarray(0, NONCE), { authTagLength: TAG })
    decipher.setAAD(boundTo(place))
    decipher.setAuthTag(bytes.subarray(-TAG))
    return decipher.update(bytes.subarray(NONCE, -TAG), undefined, 'utf8') + decipher.final('utf8')
  })
  if (opened === undefined) throw refuse('its encrypted value is damaged, or was copied from another place')
  return opened
}

function boundTo(place: Place): Buffer {
  return Buffer.from(JSON.stringify(place))
}

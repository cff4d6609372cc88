import { Decrypter, Encrypter } from 'age-encryption'
import type { TarHeader } from 'modern-tar'
import { packTar, unpackTar } from 'modern-tar'
import { messageOf, refusal } from '../../base/failure.ts'

/** How an archive begins: the age format, https://age-encryption.org/v1 */
export const MAGIC = 'age-encryption.org/v1\n'

/** A file, link or folder in an archive. The name of a folder ends with a slash. */
export interface Entry {
  readonly name: string
  readonly data: Buffer
  readonly link?: string
  readonly mode?: number
  readonly user?: string
  readonly group?: string
  readonly time?: Date
}

/** For whom an archive is encrypted: those with one of the keys, or who know the passphrase. */
export type Lock = { readonly recipients: readonly string[] } | { readonly passphrase: string }

/** What opens an archive. */
export interface Keys {
  /** `AGE-SECRET-KEY-1…` */
  readonly identities: readonly string[]
  readonly passphrase?: string
}

/** Packs and encrypts. `age -d FILE | tar t` reads it. */
export async function seal(entries: readonly Entry[], lock: Lock): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  if ('passphrase' in lock) encrypter.setPassphrase(lock.passphrase)
  else for (const recipient of lock.recipients) encrypter.addRecipient(recipient)
  const packed = await packTar(entries.map(entry => ({ header: headerOf(entry), body: entry.data })))
  return encrypter.encrypt(packed)
}

function headerOf({ name, data, link, mode = 0o600, user, group, time }: Entry): TarHeader {
  const kind =
    link !== undefined
      ? { size: 0, type: 'symlink' as const, linkname: link }
      : name.endsWith('/')
        ? { size: 0, type: 'directory' as const }
        : { size: data.length }
  const owner = { ...(user === undefined ? {} : { uname: user }), ...(group === undefined ? {} : { gname: group }) }
  return { name, mode, uid: 0, gid: 0, ...kind, ...owner, ...(time === undefined ? {} : { mtime: time }) }
}

/**
 * Decrypts and unpacks. Every byte is authentic, or it fails.
 * @param where the file, for the error
 * @throws Failure (refused) if it is no archive, the keys do not fit, or it is damaged, with the place
 */
export async function open(bytes: Uint8Array, keys: Keys, where: string): Promise<readonly Entry[]> {
  if (!Buffer.from(bytes.subarray(0, MAGIC.length)).equals(Buffer.from(MAGIC)))
    throw refusal('is not a backup: it does not begin as a file encrypted by age', { where })
  const decrypter = new Decrypter()
  for (const identity of keys.identities) decrypter.addIdentity(identity)
  if (keys.passphrase !== undefined) decrypter.addPassphrase(keys.passphrase)
  const packed = await decryptAll(decrypter, bytes, where)
  const entries = await unpackTar(packed, { strict: true }).catch((error: unknown) => {
    throw refusal(`does not hold a whole archive: ${messageOf(error)}`, { where })
  })
  return entries.map(({ header: { name, linkname, type }, data }) => ({
    name,
    data: Buffer.from(data ?? []),
    ...(type === 'symlink' && linkname !== undefined ? { link: linkname } : {}),
  }))
}

async function decryptAll(decrypter: Decrypter, bytes: Uint8Array, where: string): Promise<Buffer> {
  const source = new Blob([new Uint8Array(bytes)]).stream()
  const clear = await decrypter.decrypt(source).catch((error: unknown) => {
    throw refusal(`cannot be opened: ${inWords(error)}`, {
      where,
      hint: 'Nothing was changed. Another key: --identity FILE; a passphrase: --passphrase-file FILE',
    })
  })
  const parts: Uint8Array[] = []
  let read = 0
  try {
    for await (const part of clear) {
      parts.push(part)
      read += part.length
    }
  } catch {
    throw refusal(`is damaged or cut off: only the first ${read} bytes of its content are right`, {
      where,
      hint: 'Nothing was changed. Take another archive.',
    })
  }
  return Buffer.concat(parts)
}

function inWords(error: unknown): string {
  return /no identity matched/.test(messageOf(error))
    ? 'none of the keys fits'
    : `its head is damaged (${messageOf(error)})`
}

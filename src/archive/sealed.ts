import type { Decrypter } from 'age-encryption'
import type { TarHeader } from 'modern-tar'
import { createTarPacker, unpackTar } from 'modern-tar'
import { cached } from '../base/cached.ts'
import { messageOf, refusal } from '../base/failure.ts'
import type { Output } from '../system/atomic-write.ts'
import { takeSignals } from '../system/interruption.ts'
import { type Asks, decryptBySsh, encryptByProgram } from './age-program.ts'
import { MAGIC } from './magic.ts'

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
  /** A file with a private key of ssh. */
  readonly ssh?: string
}

/** Packs and encrypts. `age -d FILE | tar t` reads it. */
export async function seal(entries: readonly Entry[], lock: Lock): Promise<Uint8Array> {
  return encrypt(await pack(entries), lock)
}

/**
 * As {@link seal}, into an open file.
 * @param gather makes what is packed, while the program may already start
 * @param system runs the program `age`, which is quicker than the library and knows keys of ssh
 * @returns what was made
 * @throws Failure (refused) for a key of ssh, if the program is not installed; what `gather` throws
 */
export async function sealInto<Gathered extends { readonly entries: readonly Entry[] }>(
  output: Output,
  gather: () => Gathered,
  lock: Lock,
  system: Asks,
): Promise<Gathered> {
  const known = new Map<'gathered', Gathered>()
  const gathered = () => cached(known, 'gathered', gather)
  const packed = () => pack(gathered().entries)
  const done = 'recipients' in lock && (await encryptByProgram(packed, lock.recipients, output, system))
  if (!done) output.write(await encrypt(await packed(), lock))
  await takeSignals()
  return gathered()
}

/** The pieces of a tar archive: one of hundreds of megabytes is not copied. */
async function pack(entries: readonly Entry[]): Promise<Uint8Array[]> {
  const { readable, controller } = createTarPacker()
  const pieces = gathered(readable)
  for (const entry of entries) {
    const body = controller.add(headerOf(entry)).getWriter()
    if (entry.data.length > 0) await body.write(entry.data)
    await body.close()
  }
  controller.finalize()
  return pieces
}

async function gathered(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return pieces
}

async function encrypt(packed: readonly Uint8Array[], lock: Lock): Promise<Uint8Array> {
  const encrypter = new (await import('./age.apart.ts')).Encrypter()
  if ('passphrase' in lock) encrypter.setPassphrase(lock.passphrase)
  else for (const recipient of lock.recipients) encrypter.addRecipient(recipient)
  return encrypter.encrypt(Buffer.concat(packed))
}

function headerOf({ name, data, link, mode = 0o600, user, group, time }: Entry): TarHeader {
  const kind =
    link !== undefined
      ? { size: 0, type: 'symlink' as const, linkname: link }
      : name.endsWith('/')
        ? { size: 0, type: 'directory' as const }
        : { size: data.length }
  const owner = { ...(user === undefined ? {} : { uname: user }), ...(group === undefined ? {} : { gname: group }) }
  return { name, mode, uid: 0, gid: 0, ...kind, ...owner, ...(time === undefined ? {} : { mtime: inRange(time) }) }
}

/** A time as tar can write it: 11 octal digits of seconds. What was altered before 1970 or after 2242 has a wrong clock. */
function inRange(time: Date): Date {
  return new Date(Math.min(Math.max(time.getTime(), 0), (8 ** 11 - 1) * 1000))
}

/**
 * Decrypts and unpacks. Every byte is authentic, or it fails.
 * @param where the file, for the error
 * @throws Failure (refused) if it is no archive, the keys do not fit, or it is damaged, with the place
 */
export async function open(bytes: Uint8Array, keys: Keys, where: string, system?: Asks): Promise<readonly Entry[]> {
  if (!Buffer.from(bytes.subarray(0, MAGIC.length)).equals(Buffer.from(MAGIC)))
    throw refusal('is not a backup: it does not begin as a file encrypted by age', { where })
  const packed =
    keys.ssh === undefined ? await decrypt(bytes, keys, where) : await decryptBySsh(bytes, keys.ssh, where, system)
  const entries = await unpackTar(packed, { strict: true }).catch((error: unknown) => {
    throw refusal(`does not hold a whole archive: ${messageOf(error)}`, { where })
  })
  return entries.map(({ header: { name, linkname, type }, data }) => ({
    name,
    data: Buffer.from(data ?? []),
    ...(type === 'symlink' && linkname !== undefined ? { link: linkname } : {}),
  }))
}

async function decrypt(bytes: Uint8Array, { identities, passphrase }: Keys, where: string): Promise<Buffer> {
  const decrypter: Decrypter = new (await import('./age.apart.ts')).Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase)
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

import { refusal } from '../../../base/failure.ts'
import { sha256 } from '../../../base/sha256.ts'
import type { Bundle } from './order.ts'

/** Bytes in a part: as base64 it stays below one megabyte. */
const CHUNK = 700_000

/** What a host accepts at most: a controller that was taken over must not fill its memory. */
const MOST = 256 * 1024 * 1024

/** Bytes as the store holds them. */
export interface Cut {
  readonly bundle: Bundle
  /** In base64, by their hashes. */
  readonly chunks: ReadonlyMap<string, string>
}

/** Cuts bytes into parts that are named by their hashes. */
export function cut(bytes: Uint8Array): Cut {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length || at === 0; at += CHUNK) parts.push(Buffer.from(bytes.subarray(at, at + CHUNK)))
  const named = parts.map(part => [sha256(part), part.toString('base64')] as const)
  return {
    bundle: { sha256: sha256(bytes), size: bytes.length, chunks: named.map(([name]) => name) },
    chunks: new Map(named),
  }
}

/**
 * Puts the parts of a bundle together again, and compares each with its hash.
 * @param fetch the part in base64; undefined: the store does not have it
 * @throws Failure (refused) with the part that is wrong
 */
export async function join(
  { sha256: wanted, size, chunks }: Bundle,
  fetch: (name: string) => Promise<string | undefined>,
): Promise<Buffer> {
  const refuse = (why: string) => refusal(`the bundle ${why}`, { hint: 'Nothing was changed.' })
  if (size > MOST) throw refuse(`would have ${size} bytes, more than ${MOST}`)
  const parts: Buffer[] = []
  for (const [index, name] of chunks.entries()) {
    const which = `part ${index + 1} of ${chunks.length}`
    const text = await fetch(name)
    if (text === undefined) throw refuse(`is not whole: ${which} is not in the store`)
    const part = Buffer.from(text, 'base64')
    if (sha256(part) !== name) throw refuse(`was altered, or cut off: ${which} has another hash than the order says`)
    parts.push(part)
  }
  const whole = Buffer.concat(parts)
  if (whole.length !== size || sha256(whole) !== wanted) throw refuse('is not what the order says')
  return whole
}

import { createHmac, randomBytes } from 'node:crypto'
import { orUndefined } from '../../base/failure.ts'
import { secretValues } from '../../db/secrets.ts'
import { readDatabase } from '../../db/store.ts'
import type { Stored } from '../../db/stored.ts'
import type { Places } from '../../system/places.ts'
import type { State } from '../../system/state.ts'

/** Replaces a secret in stored contents: it can be restored by those who know the secret, but not read. */
const MARK = /\u{f0002}([0-9a-f]{32})\u{f0003}/gu

/** Replaces content that cannot be stored, because a secret that is no longer known may be anywhere in it. */
export const LOST_SECRET = `\u{f0002}${'0'.repeat(32)}\u{f0003}\n`

/** The key that names secrets. */
const KEY = 'masking-key'
const KEY_BYTES = 32

/**
 * Removes secret values from contents before they go into the history, and restores them for a rollback.
 * A secret is identified by its HMAC with a key of this machine, so that weak ones cannot be guessed from the history.
 */
export class Masking {
  readonly #names: ReadonlyMap<string, string>
  readonly #places: Places

  /** @param secrets the current secret values, longest first */
  constructor(places: Places, secrets: readonly string[]) {
    this.#places = places
    const key = secrets.length === 0 ? Buffer.alloc(0) : secretKey(places)
    this.#names = new Map(secrets.map(secret => [secret, nameOf(secret, key)]))
  }

  /** The text with every secret replaced by a mark. */
  hide(text: string): string {
    let hidden = text
    for (const [secret, name] of this.#names) hidden = hidden.replaceAll(secret, `\u{f0002}${name}\u{f0003}`)
    return hidden
  }

  /** As {@link hide}, for the content of a file. */
  hideIn(content: string | Uint8Array): Buffer {
    return changeText(content, text => this.hide(text))
  }

  /** A mark that replaces content which is secret as a whole. It cannot be restored. */
  hideAll(content: string | Uint8Array): string {
    return `\u{f0002}${nameOf(content, secretKey(this.#places))}\u{f0003}\n`
  }

  /** The text with its secrets restored; undefined if one of them has changed since and cannot be restored. */
  reveal(text: string): string | undefined {
    const secrets = new Map([...this.#names].map(([secret, name]) => [name, secret]))
    let lost = false
    const revealed = text.replace(MARK, (_, name: string) => {
      const secret = secrets.get(name)
      lost ||= secret === undefined
      return secret ?? ''
    })
    return lost ? undefined : revealed
  }
}

/**
 * The masking of the current secrets.
 * @param known more secrets
 * @param open default: a secret that cannot be opened is an error; undefined leaves it out
 */
export function maskingWith(
  places: Places,
  known: readonly string[] = [],
  open?: (stored: Stored) => string | undefined,
): Masking {
  const secrets = [...new Set([...secretValues(places, readDatabase, open), ...known])]
  return new Masking(
    places,
    secrets.sort((a, b) => b.length - a.length),
  )
}

/** The text with asterisks for the marks, safe to show. */
export function showMasked(text: string): string {
  return text.replace(MARK, '********')
}

/** As {@link showMasked}, for the content of a file. */
export function showMaskedIn(content: Uint8Array): Buffer {
  return changeText(content, showMasked)
}

/** Binary content is kept as it is. */
function changeText(content: string | Uint8Array, change: (text: string) => string): Buffer {
  const bytes = Buffer.from(content)
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? Buffer.from(change(text)) : bytes
}

function nameOf(secret: string | Uint8Array, key: Buffer): string {
  return createHmac('sha256', key).update(secret).digest('hex').slice(0, 32)
}

/** What is wrong with the key; undefined: nothing, or there is none yet. */
export function maskingKeyProblem({ state }: Places): string | undefined {
  if (!state.has(KEY) || readKey(state) !== undefined) return undefined
  return `${state.path(KEY)}: it is damaged. The next event makes another; secrets in older entries cannot be restored`
}

function readKey(state: State): Buffer | undefined {
  const known = orUndefined(() => state.read(KEY))
  // Secrets could be guessed with a shorter one.
  return known?.length === KEY_BYTES ? known : undefined
}

function secretKey({ state }: Places): Buffer {
  const known = readKey(state)
  if (known !== undefined) return known
  if (state.has(KEY)) state.moveAside(KEY)
  const key = randomBytes(KEY_BYTES)
  state.writeShared(KEY, key)
  return key
}

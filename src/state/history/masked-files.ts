import { unlessFailed } from '../../base/failure.ts'
import { shell } from '../../base/quote.ts'
import { sha256 } from '../../base/sha256.ts'
import { hash, mapOf, objectOf, orNull, pairOf, type TypeOf, text } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import { indented, StateFile } from '../../system/state-file.ts'
import { LOST_SECRET, type Masking } from './masking.ts'
import type { Objects } from './objects.ts'

/** A file that was written with a secret in it: hash of the content on the server, and of the content without secrets. */
type MaskedFile = TypeOf<typeof maskedFile>
const maskedFile = objectOf({ written: hash, masked: hash })

export const MASKED_FILES = new StateFile<ReadonlyMap<string, MaskedFile>>('masked-files.json', {
  what: 'the list of files that contain a secret',
  shape: mapOf(maskedFile),
  wayOut: file => `Move it away: mv ${shell(file)} ${shell(`${file}.damaged`)}\nThe next event writes a new one.`,
  format: files => indented(Object.fromEntries(files)),
})

/** A file that was written; null: it contains no secret. */
export type MaskedEntry = TypeOf<typeof maskedEntry>
export const maskedEntry = pairOf(text, orNull(maskedFile))

/**
 * Stores file contents without their secrets. A file that is replaced may contain a secret that has changed since it was
 * written and is no longer known, so its masked content is stored when it is written.
 */
export class MaskedFiles {
  readonly masking: Masking
  readonly #places: Places
  readonly #objects: Objects
  readonly #known: ReadonlyMap<string, MaskedFile>
  readonly #written = new Map<string, MaskedFile | null>()

  constructor(places: Places, objects: Objects, masking: Masking) {
    this.#places = places
    this.#objects = objects
    this.masking = masking
    this.#known = readMaskedFiles(places)
  }

  /** Stores the content on the server. @returns the hash of the stored content */
  putPresent(path: string, content: Uint8Array, secret = false): string {
    return this.#objects.stage(secret ? this.masking.hideAll(content) : this.hidePresent(path, content))
  }

  /** The content on the server, without secrets. */
  hidePresent(path: string, content: Uint8Array): Buffer {
    const known = this.#known.get(path)
    if (known === undefined) return this.masking.hideIn(content)
    const former = this.#objects.find(known.masked) ?? Buffer.from(LOST_SECRET)
    if (known.written === sha256(content)) return former
    // Edited by hand: an old secret could be anywhere in it.
    const lost = this.masking.reveal(former.toString('utf8')) === undefined
    return lost ? Buffer.from(LOST_SECRET) : this.masking.hideIn(content)
  }

  /** Stores content that is about to be written. @returns the hash of the stored content */
  putNew(path: string, content: string | Uint8Array, secret = false): string {
    const masked = this.#objects.stage(secret ? this.masking.hideAll(content) : this.masking.hideIn(content))
    this.#written.set(path, masked !== sha256(content) ? { written: sha256(content), masked } : null)
    return masked
  }

  /** Drops content that was not written after all. */
  forget(): void {
    this.#written.clear()
  }

  /** What to record once it is written. */
  get written(): readonly MaskedEntry[] {
    return [...this.#written]
  }

  /** Records what was written. */
  save(): void {
    rememberMasked(this.#places, this.written)
  }
}

/** Records that files were written. The caller holds the event lock. */
export function rememberMasked(places: Places, entries: readonly MaskedEntry[]): void {
  const known = readMaskedFiles(places)
  const changed = entries.some(([path, file]) => {
    const present = known.get(path)
    return file?.written !== present?.written || file?.masked !== present?.masked
  })
  if (!changed) return
  const all = [...new Map<string, MaskedFile | null>([...known, ...entries])]
  MASKED_FILES.write(places, new Map(all.flatMap(([path, file]) => (file === null ? [] : [[path, file]]))))
}

/** The files that were written with a secret in them. */
export function maskedPaths(places: Places): ReadonlySet<string> {
  return new Set(readMaskedFiles(places).keys())
}

/** Hashes of the contents that {@link MaskedFiles} still needs. */
export function maskedContents(places: Places): string[] {
  return [...readMaskedFiles(places).values()].map(({ masked }) => masked)
}

function readMaskedFiles(places: Places): ReadonlyMap<string, MaskedFile> {
  // The next event replaces a damaged one, which doctor reports.
  return unlessFailed(() => MASKED_FILES.read(places)) ?? new Map()
}

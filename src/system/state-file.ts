import { compareBytes } from '../base/byte-order.ts'
import { defined } from '../base/defined.ts'
import { EXIT, Failure, hasCode, messageOf, refusal } from '../base/failure.ts'
import type { Shape } from '../base/shape.ts'
import { systemReason } from './atomic-write.ts'
import type { Places } from './places.ts'
import type { State } from './state.ts'

/** A file of gabarit's own state that is part of a commit. */
export interface Companion {
  readonly real: string
  readonly text: string
  /** Called once it is in place, before the first target. If it throws, the commit is undone. */
  readonly placed?: () => void
}

/** Encrypts the text of a file of this name, and opens it. */
export interface Cover {
  readonly seal: (text: string, name: string, places: Places) => string
  /** Text that is not encrypted stays as it is. @throws Failure (refused) if it cannot be opened */
  readonly open: (text: string, name: string, places: Places) => string
}

/** What one kind of file contains, how it is written, and what to say if it is damaged. */
export interface Kind<T> {
  /** For the message: `the list of pinned files`. */
  readonly what: string
  /** Checks what was parsed. */
  readonly shape: Shape<T>
  /** What to do about a damaged one, one line or more. */
  readonly wayOut: string | ((file: string, places: Places) => string)
  /** Default: JSON.parse. */
  readonly parse?: (text: string) => unknown
  /** Its text, without the last newline; default: JSON on one line. */
  readonly format?: (value: T) => string
  /** Permissions; default: 0600. */
  readonly mode?: number
  /** For a file with secrets in it; default: it is stored as it is. */
  readonly cover?: Cover
}

/** JSON that a person can read. */
export const indented = (data: unknown) => JSON.stringify(data, null, 2)

/** A map as an object, in byte order. */
export function inOrder<T>(map: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  return Object.fromEntries([...map].sort(([a], [b]) => compareBytes(a, b)))
}

/** One file of gabarit's own state, in JSON. */
export class StateFile<T> {
  readonly name: string
  readonly #kind: Kind<T>
  readonly #folder: (places: Places) => State
  /** What was read or written last: a run does so several times, and a long text takes a while. */
  #last: { readonly text: string; readonly value: T; readonly stamp?: string } | undefined

  /** @param folder that contains it; default: gabarit's own folder */
  constructor(name: string, kind: Kind<T>, folder: (places: Places) => State = ({ state }) => state) {
    this.name = name
    this.#kind = kind
    this.#folder = folder
  }

  /** Its real path. */
  path(places: Places): string {
    return this.#folder(places).path(this.name)
  }

  /**
   * Its content; undefined if there is none.
   * @throws Failure (refused) if it cannot be read, or is damaged
   */
  read(places: Places): T | undefined {
    try {
      const folder = this.#folder(places)
      const { stamp } = folder.files.state(folder.path(this.name)) ?? {}
      // What is encrypted needs its key each time.
      const known = this.#kind.cover === undefined ? stamp && `${folder.folder} ${stamp}` : undefined
      if (known !== undefined && this.#last?.stamp === known) return this.#last.value
      const content = folder.read(this.name)
      const { shape, parse = JSON.parse, cover } = this.#kind
      if (content === undefined) return undefined
      const stored = content.toString('utf8')
      const text = cover?.open(stored, this.name, places) ?? stored
      const value = this.#last?.text === text ? this.#last.value : shape(parse(text))
      this.#last = { text, value, ...defined({ stamp: known }) }
      return value
    } catch (error) {
      if (error instanceof Failure && error.status === EXIT.refused) throw error
      const where = this.path(places)
      if (hasCode(error, 'EACCES') || hasCode(error, 'EPERM'))
        throw refusal(`cannot be read: ${systemReason(error)}`, { where, hint: 'This needs root.', cause: error })
      const { what, wayOut } = this.#kind
      throw refusal(`${what} is damaged: ${whyDamaged(error)}`, {
        where,
        hint: typeof wayOut === 'string' ? wayOut : wayOut(where, places),
        cause: error,
      })
    }
  }

  /** Replaces it, durably. The caller holds a lock that prevents other writes. */
  write(places: Places, value: T): void {
    this.#folder(places).write(this.name, this.#stored(places, value), this.#kind.mode)
  }

  remove(places: Places): void {
    this.#folder(places).remove(this.name)
  }

  /** The same as a companion of a commit. */
  companion(places: Places, value: T): Companion {
    return { real: this.path(places), text: this.#stored(places, value) }
  }

  #stored(places: Places, value: T): string {
    const text = this.text(value)
    return this.#kind.cover?.seal(text, this.name, places) ?? text
  }

  /** Its text for a value. */
  text(value: T): string {
    const { format = JSON.stringify } = this.#kind
    if (this.#last?.value !== value) this.#last = { text: `${format(value)}\n`, value }
    return this.#last.text
  }
}

/** Not in the words of JSON.parse(): they quote a part of the file, which may hold a secret. */
function whyDamaged(error: unknown): string {
  return error instanceof SyntaxError ? 'it is not JSON, or a part of it is missing' : messageOf(error)
}

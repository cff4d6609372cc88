import { Failure } from '../../base/failure.ts'
import { sha256 } from '../../base/sha256.ts'
import type { State } from '../../system/state.ts'

/** Contents by their SHA-256, each stored once and readable by root only. */
export class Objects {
  readonly #state: State

  /** @param state in whose folder `objects` they lie */
  constructor(state: State) {
    this.#state = state.within('objects')
  }

  /** Stores a content. @returns its hash */
  put(content: string | Uint8Array): string {
    const hash = sha256(content)
    if (!this.#state.has(nameOf(hash))) this.#state.writeShared(nameOf(hash), content)
    return hash
  }

  /** @throws Failure if the content is missing or is no longer what was stored */
  get(hash: string): Buffer {
    const content = this.#state.read(nameOf(hash))
    const where = this.fileOf(hash)
    if (content === undefined) throw new Failure('this part of the history has been pruned', { where })
    if (sha256(content) === hash) return content
    throw new Failure('this part of the history is damaged: its content does not match its name', { where })
  }

  has(hash: string): boolean {
    return this.#state.has(nameOf(hash))
  }

  /** The file of a content. */
  fileOf(hash: string): string {
    return this.#state.path(nameOf(hash))
  }

  /** Removes every unused content. @returns how many */
  prune(used: ReadonlySet<string>): number {
    // This includes leftovers of a killed writer, whose names are not hashes.
    const stored = this.#state.list().flatMap(start => this.#state.list(start).map(name => ({ start, name })))
    const unused = stored.filter(({ name }) => !used.has(name))
    for (const { start, name } of unused) this.#state.remove(`${start}/${name}`)
    return unused.length
  }
}

function nameOf(hash: string): string {
  return `${hash.slice(0, 2)}/${hash}`
}

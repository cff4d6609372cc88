import { Failure, orUndefined } from '../../base/failure.ts'
import { sha256 } from '../../base/sha256.ts'
import type { State } from '../../system/state.ts'

/** Contents by their SHA-256, each stored once and readable by root only. */
export class Objects {
  readonly #state: State
  /** Folders with contents that a power cut may still take away. */
  readonly #unsynced = new Set<string>()

  /** @param state in whose folder `objects` they lie */
  constructor(state: State) {
    this.#state = state.within('objects')
  }

  /** Stores a content. @returns its hash */
  put(content: string | Uint8Array): string {
    const hash = this.stage(content)
    this.sync()
    return hash
  }

  /** As {@link put}, but durable only after {@link sync}: one for each of many contents takes a third of an event's time. */
  stage(content: string | Uint8Array): string {
    const hash = sha256(content)
    if (this.find(hash) === undefined) {
      this.#state.stage(nameOf(hash), content)
      this.#unsynced.add(folderOf(hash))
    }
    return hash
  }

  /** Makes what was staged survive a power cut. */
  sync(): void {
    for (const folder of this.#unsynced) this.#state.sync(folder)
    this.#unsynced.clear()
  }

  /** @throws Failure if the content is missing or is no longer what was stored */
  get(hash: string): Buffer {
    const content = this.find(hash)
    if (content !== undefined) return content
    const why = this.has(hash) ? 'is damaged: its content does not match its name' : 'has been pruned, or is lost'
    throw new Failure(`this part of the history ${why}`, {
      where: this.fileOf(hash),
      hint: 'Events do not need it: the next one makes an entry of its own.',
    })
  }

  /** As {@link get}; undefined if it is missing or damaged. */
  find(hash: string): Buffer | undefined {
    const content = orUndefined(() => this.#state.read(nameOf(hash)))
    return content !== undefined && sha256(content) === hash ? content : undefined
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
  return `${folderOf(hash)}/${hash}`
}

function folderOf(hash: string): string {
  return hash.slice(0, 2)
}

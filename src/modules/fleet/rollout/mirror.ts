import { messageOf } from '../../../base/failure.ts'
import type { Entry, Store } from '../store/store.ts'

/** The keys below a prefix as they stand in the store, kept up to date. */
export class Mirror {
  readonly #store: Store
  readonly #prefix: string
  #entries = new Map<string, Entry>()
  /** Changes that came while the list was asked for. */
  #waiting: Entry[] | undefined
  #whole = false

  constructor(store: Store, prefix: string) {
    this.#store = store
    this.#prefix = prefix
  }

  /** By their names below the prefix. */
  get entries(): ReadonlyMap<string, Entry> {
    return this.#entries
  }

  /** Whether everything was read since the watch began, or since the connection was lost. */
  get isWhole(): boolean {
    return this.#whole
  }

  /**
   * Watches until the signal.
   * @param changed called after each change
   * @param lost called when changes may have been missed, and everything is read again
   */
  async follow(changed: () => void, lost: (why: string) => void, signal: AbortSignal): Promise<void> {
    await this.#store.watch(
      this.#prefix,
      changes => {
        if (changes === 'reread') void this.#read(changed, lost, signal)
        else if (this.#waiting !== undefined) this.#waiting.push(...changes)
        else {
          take(this.#entries, changes, this.#prefix)
          changed()
        }
      },
      signal,
    )
  }

  async #read(changed: () => void, lost: (why: string) => void, signal: AbortSignal): Promise<void> {
    this.#whole = false
    // A reading that has begun before ends without effect: its changes are with this one.
    const waiting: Entry[] = []
    this.#waiting = waiting
    try {
      const entries = await this.#store.list(this.#prefix)
      if (this.#waiting !== waiting) return
      this.#entries = take(new Map(), [...entries, ...waiting], this.#prefix)
      this.#waiting = undefined
      this.#whole = true
      changed()
    } catch (error) {
      if (signal.aborted || this.#waiting !== waiting) return
      lost(messageOf(error))
      setTimeout(() => void this.#read(changed, lost, signal), 1000)
    }
  }
}

/** What was told twice stays: a revision only grows. A removed key has none. */
function take(entries: Map<string, Entry>, changes: readonly Entry[], prefix: string): Map<string, Entry> {
  for (const entry of changes) {
    const name = entry.key.slice(prefix.length)
    if (entry.revision === 0) entries.delete(name)
    else if (entry.revision >= (entries.get(name)?.revision ?? 0)) entries.set(name, entry)
  }
  return entries
}

import type { Change, Compared, Entry, Store } from '../../src/modules/fleet/store/store.ts'

/** A store in memory: the same rules as etcd's, without leases that end by themselves. */
export class MemoryStore implements Store {
  readonly #entries = new Map<string, Entry>()
  readonly #watchers = new Set<(changes: readonly Entry[]) => void>()
  #revision = 0

  get(key: string): Promise<Entry | undefined> {
    return Promise.resolve(this.#entries.get(key))
  }

  list(prefix: string): Promise<readonly Entry[]> {
    const found = [...this.#entries.values()].filter(({ key }) => key.startsWith(prefix))
    return Promise.resolve(found.sort((a, b) => (a.key < b.key ? -1 : 1)))
  }

  async keys(prefix: string): Promise<readonly string[]> {
    return (await this.list(prefix)).map(({ key }) => key)
  }

  commit(compare: readonly Compared[], changes: readonly Change[]): Promise<boolean> {
    const fits = compare.every(({ key, revision }) => (this.#entries.get(key)?.revision ?? 0) === revision)
    if (!fits) return Promise.resolve(false)
    this.#revision++
    const told = changes.map((change): Entry => {
      if ('remove' in change) {
        this.#entries.delete(change.key)
        return { key: change.key, value: '', revision: 0 }
      }
      const entry = { key: change.key, value: change.value, revision: this.#revision }
      this.#entries.set(change.key, entry)
      return entry
    })
    for (const tell of this.#watchers) tell(told)
    return Promise.resolve(true)
  }

  watch(prefix: string, told: (changes: readonly Entry[] | 'reread') => void, signal: AbortSignal): Promise<void> {
    const tell = (changes: readonly Entry[]) => {
      const ours = changes.filter(({ key }) => key.startsWith(prefix))
      if (ours.length > 0) queueMicrotask(() => told(ours))
    }
    this.#watchers.add(tell)
    queueMicrotask(() => told('reread'))
    return new Promise(resolve =>
      signal.addEventListener('abort', () => {
        this.#watchers.delete(tell)
        resolve()
      }),
    )
  }

  lease(): Promise<string> {
    return Promise.resolve('1')
  }

  keepAlive(): Promise<boolean> {
    return Promise.resolve(true)
  }

  close(): void {}
}

/** A key with its value, as the store has it. */
export interface Entry {
  readonly key: string
  readonly value: string
  /** Of its last change; 0 in what a watch tells of a removed key, whose value is empty. */
  readonly revision: number
}

/** A key and the revision that it must have: 0 if it must not exist. */
export interface Compared {
  readonly key: string
  readonly revision: number
}

export type Change =
  | {
      readonly key: string
      readonly value: string
      /** It goes when this lease ends. */
      readonly lease?: string
    }
  | { readonly key: string; readonly remove: true }

/**
 * The store that the hosts of a fleet share. Values are text, at most 1.4 MB each and together in a commit.
 * What cannot be reached throws a Failure, what is not allowed one with the status "refused".
 */
export interface Store {
  get(key: string): Promise<Entry | undefined>
  /** All below a prefix, in the order of their keys. */
  list(prefix: string): Promise<readonly Entry[]>
  /** Only the keys below a prefix, in order. */
  keys(prefix: string): Promise<readonly string[]>
  /** All or none. @returns false if a compared key has another revision */
  commit(compare: readonly Compared[], changes: readonly Change[]): Promise<boolean>
  /**
   * Calls back for every change below the prefix. At its start, and after a compaction or a lost connection, it says `reread`: list
   * the prefix then. Goes on for as long as it takes when nothing can be reached. Ends by the signal, or throws if it is not allowed.
   */
  watch(prefix: string, told: (changes: readonly Entry[] | 'reread') => void, signal: AbortSignal): Promise<void>
  /** @returns a lease that ends after so many seconds without {@link keepAlive} */
  lease(seconds: number): Promise<string>
  /** @returns false if it has ended */
  keepAlive(lease: string): Promise<boolean>
  /** Closes idle connections: the next question needs a new one. */
  close(): void
}

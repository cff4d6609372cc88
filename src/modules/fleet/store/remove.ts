import type { Store } from './store.ts'

/** Keys in one commit. */
const MANY = 100

/** Removes keys, in their order. */
export async function removeKeys(store: Store, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += MANY)
    await store.commit(
      [],
      keys.slice(at, at + MANY).map(key => ({ key, remove: true })),
    )
}

import { join } from 'node:path'
import { bundleKey, orderKey } from '../store/keys.ts'
import type { Store } from '../store/store.ts'

/** Where a host gets its order and the parts of its bundle from. Nothing of it is believed without its signature or hash. */
export interface Source {
  order(): Promise<string | undefined>
  part(sha256: string): Promise<string | undefined>
}

/** The store of the fleet. */
export function sourceInStore(store: Store, host: string): Source {
  return {
    order: async () => (await store.get(orderKey(host)))?.value,
    part: async name => (await store.get(bundleKey(host, name)))?.value,
  }
}

/** A folder with the file `order` and the parts by their hashes: on a stick, for a host without a network. */
export function sourceInFolder(folder: string, read: (file: string) => Buffer | undefined): Source {
  const text = (name: string) => Promise.resolve(read(join(folder, name))?.toString('utf8'))
  return { order: () => text('order'), part: text }
}

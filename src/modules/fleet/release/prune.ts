import { orUndefined } from '../../../base/failure.ts'
import type { Member } from '../member.ts'
import { BUNDLE_KEY, bundleKey, HOSTS_PREFIX, OBJECTS_PREFIX, objectKey, orderKey, releaseKey } from '../store/keys.ts'
import { removeKeys } from '../store/remove.ts'
import type { Store } from '../store/store.ts'
import { verifyOrder } from './order.ts'
import { bundlesOf, readRelease, releaseNumbers } from './release.ts'

/** What a host has told of releases; undefined: nothing. */
export type Known = { readonly at: number; readonly release: number } | undefined

/**
 * The releases that stay: the newest, those that a host has or deals with, and that which waits for a host that was away.
 * @param orderOf the release that waits for a host
 */
export async function keptReleases(
  numbers: readonly number[],
  keep: number,
  hosts: ReadonlyMap<string, Known>,
  orderOf: (host: string) => Promise<number | undefined>,
): Promise<ReadonlySet<number>> {
  const newest = numbers.toSorted((a, b) => a - b).slice(-keep)
  const used = [...hosts.values()].flatMap(known => (known === undefined ? [] : [known.at, known.release]))
  const away = [...hosts].filter(([, known]) => known === undefined || known.release < (newest[0] ?? 0))
  const waiting = await Promise.all(away.map(([host]) => orderOf(host)))
  const wanted = new Set([...newest, ...used, ...waiting])
  return new Set(numbers.filter(number => wanted.has(number)))
}

/**
 * Removes old releases, and all parts that no release names any more.
 * @param keep how many at least
 * @param mayGo asked when it is known what there is: whether nobody can have begun to publish meanwhile
 * @returns how many releases were removed
 */
export async function pruneReleases(
  store: Store,
  { fleet, signer }: Pick<Member, 'fleet' | 'signer'>,
  hosts: ReadonlyMap<string, Known>,
  keep: number,
  mayGo: () => Promise<boolean>,
): Promise<number> {
  const orderOf = async (host: string) => {
    const { value = '' } = (await store.get(orderKey(host))) ?? {}
    const expected = { fleet, host, signer, seen: { release: 0, attempt: 0 } }
    return orUndefined(() => verifyOrder(value, expected).release)
  }
  const numbers = await releaseNumbers(store)
  const kept = await keptReleases(numbers, keep, hosts, orderOf)
  const named = new Set<string>()
  for (const number of kept) {
    const release = await readRelease(store, number, signer, fleet)
    for (const part of [...release.hosts.chunks, ...release.records.chunks]) named.add(objectKey(part))
    for (const [host, { chunks }] of await bundlesOf(store, release))
      for (const part of chunks) named.add(bundleKey(host, part))
  }
  const there = [
    ...(await store.keys(OBJECTS_PREFIX)),
    ...(await store.keys(HOSTS_PREFIX)).filter(key => BUNDLE_KEY.test(key)),
  ]
  if (!(await mayGo())) return 0
  const gone = numbers.filter(number => !kept.has(number))
  // Its statement first: a release that is there is whole.
  await removeKeys(store, [...gone.map(releaseKey), ...there.filter(key => !named.has(key))])
  return gone.length
}

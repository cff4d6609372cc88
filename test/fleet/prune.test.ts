// Old releases go from the store; what a host has, or what waits for it, stays whole.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { join } from '../../src/modules/fleet/release/chunks.ts'
import { signOrder } from '../../src/modules/fleet/release/order.ts'
import { pruneReleases } from '../../src/modules/fleet/release/prune.ts'
import {
  bundlesOf,
  fetchObject,
  readRelease,
  releaseNumbers,
  storeRelease,
} from '../../src/modules/fleet/release/release.ts'
import { bundleKey, objectKey, orderKey } from '../../src/modules/fleet/store/keys.ts'
import { Controllers, FLEET, layer } from './host.ts'
import { MemoryStore } from './memory-store.ts'

const tests = suite('old releases')
const HOSTS = ['a', 'b', 'c']
const ORPHAN = 'f'.repeat(64)

tests('what stays is whole, everything else goes', async () => {
  const store = new MemoryStore()
  const controllers = await Controllers.make()
  const { recipient } = controllers.identity
  const member = { fleet: FLEET, signer: controllers.signer }
  const members = new Map(HOSTS.map(host => [host, { recipient, groups: [] }]))
  const layers = (text: string) => new Map([['all', layer('all', { configuration: { note: ['note', { text }] } })]])
  for (let number = 1; number <= 6; number++) {
    const said = { fleet: FLEET, number, time: new Date().toISOString(), user: 'root', note: '' }
    const keys = { signing: controllers.key, recipient }
    assert.ok(await storeRelease(store, said, layers(String(number)), members, keys))
  }
  // c was away when its wave of release 3 was opened.
  const bundle = (await bundlesOf(store, await readRelease(store, 3, member.signer, FLEET))).get('c')
  assert.ok(bundle)
  const order = {
    fleet: FLEET,
    host: 'c',
    release: 3,
    attempt: 1,
    bundle,
    within: 60,
    soak: 0,
    controllers: [recipient],
  }
  const value = signOrder(order, controllers.key)
  await store.commit(
    [],
    [
      { key: orderKey('c'), value },
      // As a publisher that was killed leaves them.
      { key: objectKey(ORPHAN), value: 'x' },
      { key: bundleKey('a', ORPHAN), value: 'x' },
    ],
  )
  const known = new Map([
    ['a', { at: 5, release: 5 }],
    ['b', { at: 2, release: 4 }],
    ['c', undefined],
  ])
  const before = (await store.list('')).length
  const notNow = await pruneReleases(store, member, known, 2, async () => false)
  assert.equal([notNow, (await store.list('')).length], [0, before])
  assert.is(await pruneReleases(store, member, known, 2, async () => true), 1)
  assert.equal(await releaseNumbers(store), [2, 3, 4, 5, 6])
  const parts = new Set<string>()
  for (const number of await releaseNumbers(store)) {
    const release = await readRelease(store, number, member.signer, FLEET)
    assert.ok(await join(release.records, fetchObject(store)))
    for (const part of [...release.hosts.chunks, ...release.records.chunks]) parts.add(objectKey(part))
    for (const [host, bundle] of await bundlesOf(store, release)) {
      assert.ok(await join(bundle, async name => (await store.get(bundleKey(host, name)))?.value))
      for (const part of bundle.chunks) parts.add(bundleKey(host, part))
    }
  }
  const rest = (await store.keys('/gabarit/')).filter(key => !key.includes('/releases/') && key !== orderKey('c'))
  assert.equal(rest, [...parts].sort())
  // All hosts have the newest: the others are not needed any more.
  const all = new Map(HOSTS.map(host => [host, { at: 6, release: 6 }]))
  await pruneReleases(store, member, all, 2, async () => true)
  assert.equal(await releaseNumbers(store), [5, 6])
})

tests.run()

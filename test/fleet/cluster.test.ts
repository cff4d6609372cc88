// A store of three etcds: when one of them dies, everything goes on with the others.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EtcdStore } from '../../src/modules/fleet/store/etcd.ts'
import type { Login } from '../../src/modules/fleet/store/session.ts'
import { Daemons, stop } from '../support/daemons.ts'
import { needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'
import { waitFor } from '../support/wait.ts'
import { answers, etcdMembers, switchOnUsers } from './etcd-server.ts'

const reason = needsCommands('etcd', 'openssl')
const cluster = suite('a store of three')
const daemons = new Daemons()
const folder = mkdtempSync(join(tmpdir(), 'gabarit-cluster-'))
cluster.after(async () => {
  await daemons.stopAll()
  rmSync(folder, { recursive: true, force: true })
})

testIf(cluster, reason, 'reads, commits, watches and leases go on when the one that was asked dies', async () => {
  const { members, login } = await etcdMembers(folder, 'one', 'two', 'three')
  const started = members.map(({ name, url, env }) =>
    daemons.start(name, ['etcd'], () => answers({ ...login, endpoints: [url] } satisfies Login), env),
  )
  const [first] = await Promise.all(started)
  assert.ok(first)
  await switchOnUsers(login)
  const store = new EtcdStore(login)
  const seen: string[] = []
  const ended = new AbortController()
  let rereads = 0
  const watching = store.watch(
    '/w/',
    changes => {
      if (changes === 'reread') rereads++
      else seen.push(...changes.map(({ value }) => value))
    },
    ended.signal,
  )
  await waitFor('the watch to begin', () => rereads === 1)
  await store.commit([], [{ key: '/w/a', value: '1' }])
  const lease = await store.lease(60)
  await store.commit([], [{ key: '/leader', value: 'gate', lease }])
  await waitFor('the change', () => seen.includes('1'))
  await stop(first, 'SIGKILL')
  // The others may have to choose a new leader first.
  await waitFor('the others', async () => (await store.get('/w/a'))?.value === '1')
  const { revision = 0 } = (await store.get('/w/a')) ?? {}
  assert.ok(await store.commit([{ key: '/w/a', revision }], [{ key: '/w/a', value: '2' }]))
  assert.ok(await store.keepAlive(lease))
  await waitFor('the watch to begin again', () => rereads === 2)
  await store.commit([], [{ key: '/w/a', value: '3' }])
  await waitFor('the change after it', () => seen.includes('3'))
  ended.abort()
  await watching
  store.close()
})

cluster.run()

// The client of etcd with a real one: what the store promises holds when etcd is restarted, forgets, or is not there.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EtcdStore } from '../../src/modules/fleet/store/etcd.ts'
import { type Login, Session } from '../../src/modules/fleet/store/session.ts'
import type { Entry } from '../../src/modules/fleet/store/store.ts'
import { makeUser, removeUser } from '../../src/modules/fleet/store/users.ts'
import { keyPair } from '../../src/system/openssl.ts'
import { Daemons, stop } from '../support/daemons.ts'
import { freePorts } from '../support/free-ports.ts'
import { needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'
import { waitFor } from '../support/wait.ts'
import { answers, type EtcdMember, etcdMembers, switchOnUsers } from './etcd-server.ts'

const reason = needsCommands('etcd', 'openssl')
const store = suite('the store in etcd')
const daemons = new Daemons()
const folder = mkdtempSync(join(tmpdir(), 'gabarit-etcd-'))
const EC = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']

let login: Login
let etcd: Awaited<ReturnType<Daemons['start']>>
let member: EtcdMember

const open = (more: Partial<Login> = {}) => new EtcdStore({ ...login, ...more })

/** Starts it again, with its data: it has forgotten all tokens. */
async function start(): Promise<void> {
  etcd = await daemons.start('etcd', ['etcd'], () => answers(login), member.env)
}

store.before(async () => {
  if (reason !== undefined) return
  const made = await etcdMembers(folder, 'gabarit')
  login = made.login
  assert.ok(made.members[0])
  member = made.members[0]
  await start()
  await switchOnUsers(login)
})

store.after(async () => {
  await daemons.stopAll()
  rmSync(folder, { recursive: true, force: true })
})

testIf(store, reason, 'a commit is all or nothing, and compares revisions', async () => {
  const one = open()
  assert.is(await one.get('/t/a'), undefined)
  const fresh = [{ key: '/t/a', revision: 0 }]
  assert.ok(
    await one.commit(fresh, [
      { key: '/t/a', value: 'ä' },
      { key: '/t/b', value: '' },
    ]),
  )
  assert.not(
    await one.commit(fresh, [
      { key: '/t/a', value: '2' },
      { key: '/t/c', value: '2' },
    ]),
  )
  const [a, b, ...more] = await one.list('/t/')
  assert.equal([a?.key, a?.value, b?.key, b?.value, more], ['/t/a', 'ä', '/t/b', '', []])
  assert.is(a?.revision, b?.revision)
  assert.ok(await one.commit([{ key: '/t/a', revision: a?.revision ?? 0 }], [{ key: '/t/a', remove: true }]))
  assert.equal(
    (await one.list('/t/')).map(({ key }) => key),
    ['/t/b'],
  )
  one.close()
})

testIf(store, reason, 'more keys than an answer has come in order, large values whole', async () => {
  const one = open()
  const names = Array.from({ length: 1100 }, (_, index) => `/many/${String(index).padStart(5, '0')}`)
  for (let at = 0; at < names.length; at += 1000)
    await one.commit(
      [],
      names.slice(at, at + 1000).map(key => ({ key, value: key })),
    )
  assert.equal(
    (await one.list('/many/')).map(({ value }) => value),
    names,
  )
  const large = 'x'.repeat(1_400_000)
  await one.commit([], [{ key: '/large/a', value: large }])
  assert.is((await one.get('/large/a'))?.value, large)
  one.close()
})

testIf(store, reason, 'a user sees only what is its own, and nothing once it was removed', async () => {
  const root = new Session(login)
  await makeUser(root, 'host-a', 'one', [{ may: 'READ', key: '/t/' }])
  const host = open({ user: 'host-a', password: 'one' })
  assert.is((await host.list('/t/')).length, 1)
  await refused(host.get('/many/00000'), /does not allow it to host-a/)
  await refused(host.commit([], [{ key: '/t/b', value: 'mine' }]), /does not allow it to host-a/)
  await refused(
    host.watch('/many/', () => undefined, AbortSignal.timeout(20_000)),
    /does not allow it to host-a/,
  )
  await makeUser(root, 'host-a', 'two', [])
  await refused(open({ user: 'host-a', password: 'one' }).get('/t/b'), /does not know host-a/)
  await removeUser(root, 'host-a')
  await removeUser(root, 'host-a')
  await refused(host.get('/t/b'), /does not know host-a/)
  root.close()
  host.close()
})

async function refused(work: Promise<unknown>, message: RegExp): Promise<void> {
  const error: unknown = await work.then(
    () => undefined,
    thrown => thrown,
  )
  assert.instance(error, Error)
  assert.match((error as Error).message, message)
}

testIf(
  store,
  reason,
  'a watch tells changes, and to read again after etcd was away and after a compaction',
  async () => {
    const one = open()
    const told: (readonly Entry[] | 'reread')[] = []
    const ended = new AbortController()
    const watching = one.watch('/w/', changes => told.push(changes), ended.signal)
    const rereads = () => told.filter(what => what === 'reread').length
    const seen = () => told.flatMap(what => (what === 'reread' ? [] : what.map(({ key, value }) => `${key}=${value}`)))
    await waitFor('the watch to begin', () => rereads() === 1)
    await one.commit(
      [],
      [
        { key: '/w/a', value: '1' },
        { key: '/other', value: '1' },
      ],
    )
    await one.commit([], [{ key: '/w/a', remove: true }])
    await waitFor('both changes', () => seen().length === 2)
    assert.equal(seen(), ['/w/a=1', '/w/a='])
    assert.equal(told.flatMap(what => (what === 'reread' ? [] : what)).at(-1)?.revision, 0)
    await stop(etcd)
    await start()
    await waitFor('the watch to begin again', () => rereads() === 2)
    // Its token was forgotten, too.
    assert.ok(await one.commit([], [{ key: '/w/b', value: '2' }]))
    await waitFor('the change after it', () => seen().includes('/w/b=2'))
    const root = new Session(login)
    await root.ask('/kv/compaction', { revision: String((await one.get('/w/b'))?.revision), physical: true })
    root.close()
    await one.commit([], [{ key: '/w/c', value: '3' }])
    await waitFor('the change after the compaction', () => seen().includes('/w/c=3'))
    ended.abort()
    await watching
    one.close()
  },
)

testIf(store, reason, 'a lease takes its keys with it', async () => {
  const one = open()
  const lease = await one.lease(2)
  await one.commit([], [{ key: '/lead', value: 'me', lease }])
  assert.ok(await one.keepAlive(lease))
  await waitFor('the end of the lease', async () => (await one.get('/lead')) === undefined)
  assert.not(await one.keepAlive(lease))
  one.close()
})

testIf(store, reason, 'the next endpoint is asked when one is not there; strangers get nothing', async () => {
  const [dead = 0] = await freePorts(1)
  const other = await keyPair({ subject: '/O=test', days: 2 }, EC)
  const two = open({ endpoints: [`https://127.0.0.1:${dead}`, ...login.endpoints] })
  assert.is((await two.get('/w/c'))?.value, '3')
  assert.ok(await two.commit([], [{ key: '/w/d', value: '4' }]))
  two.close()
  await refused(open({ endpoints: [`https://127.0.0.1:${dead}`] }).get('/w/c'), /cannot be reached.*ECONNREFUSED/)
  await refused(open({ authority: other.certificate }).get('/w/c'), /cannot be reached.*certificate/)
  await refused(open({ certificate: other.certificate, key: other.key }).get('/w/c'), /cannot be reached/)
})

store.run()

// Who belongs to a fleet, with the real etcd: each host opens what is its own, and nobody else opens anything.
import { lstatSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { MEMBER_FILE } from '../../src/modules/fleet/member.ts'
import { readMembers } from '../../src/modules/fleet/members.ts'
import { memberKey, requestKey } from '../../src/modules/fleet/store/keys.ts'
import { openStore } from '../../src/modules/fleet/store/open.ts'
import { findPlaces } from '../../src/system/places.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { PROJECT, run, type Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { waitFor } from '../support/wait.ts'
import { altered, Controller, etcdctl, joinFleet, machine } from './controller.ts'

const reason = needsCommands('etcd', 'etcdctl', 'openssl', 'supervisord', 'setpriv') ?? enterNamespace('gate')
const joining = suite('joining a fleet')
const controller = new Controller()
const FOLDER = '/var/lib/gabarit/fleet'
const [www1, www2] = [machine(), machine()]

const inFleet = (box: Sandbox) => findPlaces(PROJECT, {}, box.root)
const names = () =>
  controller
    .must('gabarit fleet hosts')
    .split('\n')
    .flatMap(line => line.split(' ')[0] || [])

/** What only root may read, all of it. */
function assertPrivate(root: string): void {
  const folder = join(root, FOLDER)
  assert.is(statSync(folder).mode & 0o777, 0o700)
  for (const name of readdirSync(folder)) assert.is(lstatSync(join(folder, name)).mode & 0o777, 0o600, name)
}

testIf(joining, reason, 'the first controller founds it, also in two attempts', async () => {
  await controller.start()
  controller.must('config set DomainName example.org')
  // What a former store has left.
  controller.must('config set etcd service Members 192.0.2.9:2380')
  const found = ['gabarit', 'fleet', 'init', 'office', '--address', '127.0.0.1,gate.example.org', '--host', 'gate']
  const before = readFileSync('/etc/default/etcd', 'utf8')
  writeFileSync('/etc/default/etcd', 'ETCD_NAME=another\n')
  assert.match(controller.run(found).stderr, 'etcd is set up for something else on this host')
  writeFileSync('/etc/default/etcd', before)
  // The event fails, for etcd may not write there: what was made before stays, and is used.
  const broken = controller.run(['sh', '-c', `chmod 000 /var/lib/etcd; chown root /var/lib/etcd; "$@"`, '-', ...found])
  assert.is.not(broken.status, 0)
  const key = readFileSync(join(FOLDER, 'ca.key'), 'utf8')
  const done = controller.run(['sh', '-c', `chown etcd /var/lib/etcd; chmod 700 /var/lib/etcd; "$@"`, '-', ...found])
  assert.is(done.status, 0, done.stderr)
  assert.match(done.stdout, 'gate is the first controller of the fleet office')
  assert.is(readFileSync(join(FOLDER, 'ca.key'), 'utf8'), key)
  assertPrivate('/')
  assert.is(statSync('/etc/etcd/gabarit.key').mode & 0o777, 0o640)
  assert.equal(names(), ['gate'])
  assert.match(
    controller.run(['gabarit', 'fleet', 'init', 'home', '--address', '::1']).stderr,
    'of the fleet office already',
  )
})

testIf(joining, reason, 'a controller of a fleet with a store elsewhere does not found it again', () => {
  const box = machine()
  const member = { ...{ fleet: 'office', host: 'gate2', controller: true }, endpoints: ['https://192.0.2.1:2379'] }
  MEMBER_FILE.write(inFleet(box), { ...member, user: 'host-gate2', password: 'secret', signer: '' })
  const { status, stderr } = box.run('gabarit fleet init office --address 192.0.2.2 --host gate2')
  assert.is(status, 3)
  assert.match(
    stderr,
    'whose store is elsewhere\n  To carry the store here, too: gabarit fleet store add --address HOST',
  )
  assert.not.ok(box.exists(join(FOLDER, 'ca.key')))
})

testIf(joining, reason, 'a host joins by a token, which counts once', async () => {
  for (const box of [www1, www2]) box.must('config set DomainName example.org')
  const token = controller.must('gabarit fleet invite www1 --groups web,canary')
  assert.ok(token.length < 4000, 'a terminal takes lines of 4095 characters')
  const joined = await controller.letIn(www1, token)
  assert.is(joined.status, 0, joined.stderr)
  assert.match(joined.stdout, 'this host is www1 of the fleet office\n')
  assertPrivate(www1.root)
  await controller.answer()
  assert.is.not((await joinFleet(machine(), token)).status, 0)
  assert.match((await joinFleet(machine(), token)).stderr, 'this token was used, has expired, or was replaced')
  // The host itself may ask again.
  assert.is((await joinFleet(www1, token)).status, 0)
  assert.match(controller.must('gabarit fleet hosts'), /^www1 {2}web,canary {2}host/m)
  assert.equal(controller.users(), ['host-gate', 'host-www1', 'root'])
  assert.is(controller.must('gabarit fleet groups www1'), 'web\ncanary\n')
  controller.must('gabarit fleet groups www1 shop')
  assert.is(controller.must('gabarit fleet groups www1'), 'shop\n')
})

testIf(joining, reason, 'a join that was interrupted at any place goes on', async () => {
  const token = controller.must('gabarit fleet invite www2')
  const waited = await joinFleet(www2, token, '--wait', '0')
  assert.match(waited.stderr, 'no controller has answered within 0 s')
  assert.equal(await controller.answer(), ['www2 has joined the fleet'])
  assert.equal(await controller.answer(), [])
  const other = machine()
  assert.match((await joinFleet(other, token)).stderr, 'another machine has used this token')
  assert.is((await joinFleet(www2, token)).status, 0)
  // As if it had been killed just before it noted that it has joined.
  rmSync(MEMBER_FILE.path(inFleet(www2)))
  assert.is((await joinFleet(www2, token)).status, 0)
  assert.is(inFleetOf(www2), 'www2')
})

const inFleetOf = (box: Sandbox) => MEMBER_FILE.read(inFleet(box))?.host

testIf(joining, reason, "a host's keys open its own part of the store, and nothing else", () => {
  controller.put('/gabarit/hosts/www1/order', 'for www1')
  controller.put('/gabarit/hosts/www2/order', 'for www2')
  controller.put('/gabarit/status/www2', 'well')
  const as = (...words: string[]) => etcdctl(www1.root, words)
  assert.is(as('get', '--print-value-only', '/gabarit/hosts/www1/order').stdout, 'for www1\n')
  assert.is(as('put', '/gabarit/status/www1', 'well').status, 0)
  for (const words of [
    ['get', '/gabarit/hosts/www2/order'],
    ['get', '--prefix', '/gabarit/hosts/'],
    ['get', '--prefix', ''],
    ['get', '/gabarit/status/www2'],
    ['get', '/gabarit/members/www1'],
    ['get', '/gabarit/rollout'],
    ['get', '--prefix', '/gabarit/join/'],
    ['get', '/gabarit/store'],
    ['put', '/gabarit/hosts/www1/store', '{}'],
    ['member', 'add', 'mine', '--peer-urls=https://127.0.0.1:2390'],
    ['put', '/gabarit/status/www2', 'ill'],
    ['put', '/gabarit/hosts/www1/order', 'mine'],
    ['put', '/gabarit/members/www3', '{}'],
    ['del', '/gabarit/hosts/www1/order'],
    ['user', 'list'],
    ['user', 'get', 'root'],
    ['user', 'grant-role', 'host-www1', 'root'],
    ['auth', 'disable'],
    ['snapshot', 'save', join(www1.root, 'snapshot')],
  ]) {
    const { status, stderr } = as(...words)
    assert.is.not(status, 0, words.join(' '))
    assert.match(stderr, 'permission denied', words.join(' '))
  }
  assert.is.not(etcdctl(www1.root, ['get', '/gabarit/hosts/www1/order'], { user: '' }).status, 0, 'only a certificate')
  const { stderr } = etcdctl(www1.root, ['get', '/gabarit/hosts/www2/order'], { user: 'host-www2' })
  assert.match(stderr, 'invalid user ID or password')
})

testIf(joining, reason, 'a stranger without a certificate gets nothing', () => {
  const ask = ['curl', '-s', '--cacert', join(FOLDER, 'ca.crt'), '-d', '{}', 'https://127.0.0.1:2379/v3/kv/range']
  const { status, stdout } = run(ask)
  assert.is.not(status, 0)
  assert.is(stdout, '')
  assert.is(run(['curl', '-s', 'http://127.0.0.1:2379/version']).stdout.includes('etcdserver'), false)
  assert.is.not(run([...ask.slice(0, -1), 'https://127.0.0.1:2380/members']).status, 0)
})

testIf(
  joining,
  reason,
  'a token with another authority, an expired one, and what was changed in the store are refused',
  async () => {
    const token = controller.must('gabarit fleet invite www3')
    const box = machine()
    const foreign = altered(token, { authority: readFileSync('/etc/ssl/certs/ISRG_Root_X1.pem', 'utf8') })
    assert.match((await joinFleet(box, foreign)).stderr, /cannot be reached.*certificate/)
    assert.match((await joinFleet(box, altered(token, { until: 1 }))).stderr, 'this token ended 1970')
    assert.is((await joinFleet(box, token.slice(0, 500))).status, 2)
    // Somebody who has the store, but not the token: neither is let in.
    controller.put(requestKey('www3'), '{"body":"{}","proof":""}')
    assert.equal(await controller.answer(), ['somebody without the token asks to join as www3: refused'])
    assert.is(controller.run(['gabarit', 'fleet', 'hosts']).stdout.includes('www3'), false)
    assert.equal(await controller.answer(25), ['the token for www3 has expired'])
    assert.match((await joinFleet(box, token)).stderr, 'this token was used, has expired, or was replaced')
    const store = openStore(controller.places)
    const noted = (await store.get(memberKey('www2')))?.value ?? ''
    controller.put(memberKey('www2'), noted.replace('age1', 'age1q'))
    const error: unknown = await readMembers(store, controller.places).catch((thrown: unknown) => thrown)
    assert.match(String(error), 'what the store says of the host www2 was not written by a controller')
    controller.put(memberKey('www2'), noted)
    store.close()
  },
)

testIf(joining, reason, 'who leaves leaves nothing behind, and opens nothing any more', async () => {
  const refusedHere = controller.run(['gabarit', 'fleet', 'leave'])
  assert.is(refusedHere.status, 3)
  assert.match(refusedHere.stderr, 'others need it: www1, www2')
  assert.is(www2.run('gabarit fleet leave').status, 0)
  assert.not.ok(www2.exists(join(FOLDER, 'member.json')))
  assert.not.ok(www2.exists(join(FOLDER, 'tls.key')))
  assert.equal(await controller.answer(), ['www2 has left the fleet'])
  controller.must('gabarit fleet leave www1')
  const store = openStore(inFleet(www1))
  const error: unknown = await store.get('/gabarit/hosts/www1/order').catch((thrown: unknown) => thrown)
  assert.match(String(error), 'does not know host-www1')
  store.close()
  assert.equal(controller.users(), ['host-gate', 'root'])
  assert.equal(controller.keys(), ['/gabarit/members/gate', '/gabarit/store'])
  controller.must('gabarit fleet leave')
  await waitFor('etcd to end', () => run(['curl', '-sk', 'https://127.0.0.1:2379/']).status === 7)
  assert.not.ok(readdirSync(FOLDER).includes('ca.key'))
})

joining.after(() => controller.stop())
joining.run()

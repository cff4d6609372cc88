// Orders and bundles that are not right: refused with the reason, and nothing is changed.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { newIdentity } from '../../src/archive/identity.ts'
import { seal } from '../../src/archive/sealed.ts'
import { sealBundle } from '../../src/modules/fleet/release/bundle.ts'
import { type Cut, cut } from '../../src/modules/fleet/release/chunks.ts'
import { resolve } from '../../src/modules/fleet/release/resolve.ts'
import { stepsOf } from '../support/steps.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'
import { Controllers, FLEET, FleetHost, layer } from './host.ts'

const refused = suite('a release that is not right')
const step = stepsOf(refused)

let host: FleetHost
let made: Cut
let before: ReturnType<typeof treeState>
refused.after(() => host?.remove())

const all = layer('all', { configuration: { sshd: ['service', { TCPPort: '2222' }] } })
const order = () => join(host.folder, 'order')

/** Everything but the note of the newest order, the lock, and the folders that they are in. */
const NOTES = /\/var\/lib\/gabarit(\/fleet)?(\/[^/]*(last-order\.json|\.lock))?$/
const state = () => new Map([...treeState(host.root)].filter(([path]) => !NOTES.test(path)))

function refuses(why: RegExp | string) {
  const { status, stderr } = host.take()
  assert.is(status, 3, stderr)
  assert.match(stderr, why)
  assert.equal(treeChanges(before, state()), [])
}

step('a host that has taken release 2', async () => {
  host = await FleetHost.join('www1', await Controllers.make())
  await host.order({ release: 2 }, [layer('all')])
  assert.is(host.take().status, 0)
  assert.is(host.run('config getprop sshd TCPPort').status, 1)
  before = state()
  assert.ok(before.size > 100)
})

step('orders: another signer, altered, damaged, of another fleet or host, replayed, with another content', async () => {
  made = await host.order({ release: 3 }, [all])
  const right = host.usual(made)
  const stranger = new Controllers()
  host.place({ ...right, release: 3 }, stranger.key)
  refuses('the order is not signed by the controllers of this fleet, or was altered')
  host.place({ ...right, release: 3 })
  const text = readFileSync(order(), 'utf8')
  writeFileSync(order(), text.replace('\\"release\\":3', '\\"release\\":4'))
  refuses('not signed by the controllers')
  writeFileSync(order(), text.slice(0, 100))
  refuses('the order is not JSON')
  writeFileSync(order(), '{"said": 1}')
  refuses('the order is damaged: "said" is not a string')
  host.place({ ...right, release: 3, fleet: 'others' })
  refuses('the order is for the fleet others, not shops')
  host.place({ ...right, release: 3, host: 'www2' })
  refuses('the order is for the host www2, not www1')
  host.place({ ...right, release: 1 })
  refuses('is for release 1, attempt 1, but this host has seen release 2, attempt 1: an old one was replayed')
  host.place({ ...right, release: 2 })
  refuses('is for release 2, attempt 1, which this host has seen with another content')
})

step('bundles: a part that is missing, altered or cut off', () => {
  const [part = ''] = made.bundle.chunks
  const file = join(host.folder, part)
  const whole = readFileSync(file)
  const attempt = (number: number) => host.place({ ...host.usual(made), release: 3, attempt: number })
  attempt(1)
  rmSync(file)
  refuses('the bundle is not whole: part 1 of 1 is not in the store')
  attempt(2)
  writeFileSync(file, whole.subarray(0, -100))
  refuses('the bundle was altered, or cut off: part 1 of 1 has another hash than the order says')
  attempt(3)
  const altered = Buffer.from(whole.toString(), 'base64')
  altered[200] = (altered[200] ?? 0) ^ 1
  writeFileSync(file, altered.toString('base64'))
  refuses('was altered')
  writeFileSync(file, whole)
  assert.match(host.take().stdout, 'release 3 has been tried already: refused')
})

step('bundles of somebody else, or with what a fleet may not bring', async () => {
  const place = (bytes: Uint8Array, attempt: number) => {
    const parts = cut(bytes)
    for (const [name, part] of parts.chunks) outputFileSync(join(host.folder, name), part)
    host.place({ ...host.usual(parts), release: 3, attempt })
  }
  const label = { fleet: FLEET, host: 'www1', release: 3 }
  const { recipient } = host.identity
  place(await sealBundle(resolve([all]), label, (await newIdentity()).recipient), 4)
  refuses('none of the keys fits')
  place(await sealBundle(resolve([all]), { ...label, host: 'www2' }, recipient), 5)
  refuses('the bundle is for the host www2, not www1')
  place(await sealBundle(resolve([all]), { ...label, release: 2 }, recipient), 6)
  refuses('the bundle is for the release 2, not 3')
  const outside = layer('all', {}, { '../../root/.ssh/authorized_keys': 'ssh-ed25519 AAAA\n' })
  place(await sealBundle(resolve([outside]), label, recipient), 7)
  refuses('which a fleet may not bring')
  place(await sealBundle(resolve([layer('all', {}, { 'identity.age': 'x' })]), label, recipient), 8)
  refuses('which a fleet may not bring')
  place(await seal([{ name: 'other', data: Buffer.from('x') }], { recipients: [recipient] }), 9)
  refuses('the bundle has no release.json')
})

step('what this host cannot make, and files of its own', async () => {
  await host.order({ release: 4 }, [layer('all', { configuration: { sshd: ['service', { TCPPort: '222222' }] } })])
  refuses('property TCPPort: "222222" is not')
  const bad = layer('all', {}, { 'templates-custom/etc/hosts/50Bad': '<%= nothing.at.all %>\n' })
  await host.order({ release: 5 }, [bad])
  refuses(/50Bad/)
  host.write('/etc/gabarit/templates-custom/etc/hosts/60Own', '10.0.0.1 own\n')
  host.must('signal-event console-save')
  before = state()
  await host.order({ release: 6 }, [layer('all', {}, { 'templates-custom/etc/hosts/60Own': '10.0.0.2 own\n' })])
  refuses("/etc/gabarit/templates-custom/etc/hosts/60Own is a file of this host's own")
})

refused.run()

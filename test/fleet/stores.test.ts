// The store of a fleet on three controllers: the hosts hear of them, and go on when the one that they knew first is lost.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { stepsOf } from '../support/steps.ts'
import { waitFor } from '../support/wait.ts'
import { Machine } from './machine.ts'
import { ETCD, etcdctlOn, startMachines } from './small-fleet.ts'

const tests = suite('a store on several controllers')
const needed = needsCommands('etcd', 'etcdctl', 's6-svscan', 'nsenter')
const step = stepsOf(tests, needed ?? enterNamespace('outside'))
const [gate, gate2, gate3, www1] = ['gate', 'gate2', 'gate3', 'www1'].map(
  (name, index) => new Machine(name, index + 1),
) as [Machine, Machine, Machine, Machine]
const controllers = [gate, gate2, gate3]
const all = [...controllers, www1]
tests.after(() => {
  for (const machine of all) machine.remove()
})

const ADDRESSES = controllers.map(({ address }) => `https://${address}:2379`)
const memberOf = (machine: Machine) => JSON.parse(machine.read('/var/lib/gabarit/fleet/member.json'))
const logs = () => all.map(machine => `== ${machine.name}\n${machine.read('/var/log/agent.log')}`).join('\n')

/** Waits until a host asks these members. */
function knows(machine: Machine, ...endpoints: readonly string[]): Promise<unknown> {
  const isSo = () => JSON.stringify(memberOf(machine).endpoints) === JSON.stringify(endpoints)
  return waitFor(`${machine.name} to know ${endpoints.join(', ')}`, isSo, 300).catch(error => {
    throw new Error(`${error.message}\n${logs()}`)
  })
}

function publish(controller: Machine, text: string): void {
  controller.must('gabarit fleet pull')
  controller.must(['db', '--fleet', 'configuration', 'set', 'note', 'note', 'Text', text])
  controller.must('gabarit fleet publish --soak no')
}

/** Waits until the roll-out is as it shall be. What a busy machine halts goes on. */
async function untilRollout(
  controller: Machine,
  what: string,
  isSo: (rollout: { readonly state: string; readonly reason: string }) => boolean,
  ...without: readonly string[]
): Promise<void> {
  const ask = () => {
    const { stdout } = controller.run('gabarit fleet status --json')
    const rollout = stdout === '' ? undefined : JSON.parse(stdout).rollout
    if (rollout === undefined || isSo(rollout)) return rollout !== undefined
    if (rollout.state === 'halted') controller.run(['gabarit', 'fleet', 'resume', ...without])
    return false
  }
  await waitFor(what, ask, 300).catch(error => {
    throw new Error(`${error.message}\n${logs()}`)
  })
}

async function untilTaken(controller: Machine, text: string, ...without: readonly string[]): Promise<void> {
  await untilRollout(controller, 'the end of the roll-out', ({ state }) => state === 'done', ...without)
  assert.is(www1.must('config getprop note Text').trim(), text)
}

step('a fleet with three controllers, and the store on the first', async () => {
  await startMachines(all)
  for (const controller of controllers) controller.service('etcd', ETCD)
  // A port of its own, also the usual one of https.
  gate.must('config setprop etcd PeerPort 443')
  gate.must(`gabarit fleet init shops --address ${gate.address}`)
  for (const host of [gate2, gate3, www1]) {
    const more = host === www1 ? [] : ['--controller']
    const token = gate.must(['gabarit', 'fleet', 'invite', host.name, ...more])
    // As over ssh, where other changes of services wait for somebody to confirm them.
    const said = host.must(['env', 'SSH_CONNECTION=192.0.2.1 1 192.0.2.2 22', 'gabarit', 'fleet', 'join'], token)
    assert.not.match(said, 'rolls back')
  }
  assert.equal(memberOf(www1).endpoints, ADDRESSES.slice(0, 1))
  publish(gate, 'one')
  await untilTaken(gate, 'one')
  assert.match(gate.run('gabarit fleet store remove').stderr, 'the store is only on gate')
})

step('one that was begun with a wrong address can be taken back', () => {
  const folder = '/etc/gabarit/templates-custom/etc/default/etcd'
  gate2.write(`${folder}/00Broken`, '<% throw new Error("broken") %>')
  assert.match(gate2.run('gabarit fleet store add --address 10.44.0.99').stderr, 'the event fleet-update failed')
  gate2.must(['rm', '-r', folder])
  const { status, stderr } = gate2.run(`gabarit fleet store add --address ${gate2.address}`)
  assert.is(status, 3)
  assert.match(stderr, 'gate2 is being added or removed as https://10.44.0.99:2380, not as')
  gate2.must('gabarit fleet store remove')
})

step('the others carry it, too, and all hosts hear of that', async () => {
  const second = gate2.run(`gabarit fleet store add --address ${gate2.address}`)
  assert.is(second.status, 0, second.stderr)
  assert.match(second.stdout, 'it has 2 members now')
  assert.match(second.stderr, 'add a third one')
  assert.match(gate3.must(`gabarit fleet store add --address ${gate3.address}`), 'it has 3 members now')
  assert.match(gate3.run('gabarit fleet store add').stderr, 'gate3 carries a member of the store already')
  await knows(www1, ...ADDRESSES)
  const [one = '', two = '', three = ''] = ADDRESSES
  await knows(gate2, 'https://127.0.0.1:2379', one, three)
  const list = gate.must('gabarit fleet store')
  assert.match(list, /^gate +\S+ +answers\ngate2 +\S+ +answers\ngate3 +\S+ +answers\n$/)
  const token = JSON.parse(Buffer.from(gate2.must('gabarit fleet invite www2'), 'base64url').toString())
  assert.equal(token.endpoints, [one, two, three])
})

step('only a certificate of a member comes in among them', () => {
  const ask = (machine: Machine, ca: string, own: string) =>
    machine.run(
      `curl -s --http1.1 --cacert ${ca} --cert ${own}.crt --key ${own}.key https://${gate.address}:443/version`,
    ).stdout
  const folder = '/var/lib/gabarit/fleet'
  assert.is(ask(www1, `${folder}/ca.crt`, `${folder}/tls`), '')
  assert.match(ask(gate2, '/etc/etcd/gabarit-ca.crt', '/etc/etcd/gabarit-peer'), 'etcdserver')
})

step('the first one dies: commands and releases go on everywhere', async () => {
  gate.must('s6-svc -d -k /run/service/etcd')
  // It is not well itself, which halts the rest, as always.
  publish(gate2, 'two')
  await untilRollout(gate2, 'the halt', ({ reason }) => /gate is not well: etcd does not run/.test(reason))
  await untilTaken(gate3, 'two', '--without', 'gate')
  const { status, stdout } = gate.run('gabarit fleet store')
  assert.is(status, 1)
  assert.match(stdout, /^gate +\S+ +does not answer$/m)
})

step('a list that no controller has signed, or an old one, is told and not believed', async () => {
  const key = '/gabarit/hosts/www1/store'
  const genuine = etcdctlOn(gate2, 'get', '--print-value-only', key).trim()
  etcdctlOn(gate2, 'put', key, '--', genuine.replace(gate.address, '10.44.0.66'))
  const told = () => /the list of addresses is not signed by the controllers of this fleet/.test(logs())
  await waitFor('it to be told', told, 300)
  assert.equal(memberOf(www1).endpoints, ADDRESSES)
  etcdctlOn(gate2, 'put', key, '--', genuine)
})

step('one that is lost is taken out, from another controller; one that goes takes itself out', async () => {
  assert.match(gate2.must('gabarit fleet store remove gate'), 'gate carries the store no longer')
  await knows(www1, ...ADDRESSES.slice(1))
  gate.must('gabarit fleet store remove')
  assert.is(gate.must('config getprop etcd status').trim(), 'disabled')
  assert.is(gate2.run('gabarit fleet leave').status, 0)
  await knows(www1, ...ADDRESSES.slice(2))
  assert.match(gate3.must('gabarit fleet store'), /^gate3 +\S+ +answers\n$/)
  assert.not.match(gate3.must('gabarit fleet hosts'), 'gate2')
  publish(gate3, 'three')
  await untilTaken(gate3, 'three')
})

step('what a former member has left is not used by the next one', async () => {
  const again = gate.run(`gabarit fleet store add --address ${gate.address}`)
  assert.is(again.status, 3)
  assert.match(again.stderr, 'has the data of a former store')
  gate.must('rm -r /var/lib/etcd/gabarit')
  gate.must(`gabarit fleet store add --address ${gate.address}`)
  await knows(www1, ...[ADDRESSES[2] ?? '', ADDRESSES[0] ?? ''])
})

step('more than half of it is lost: one that is left goes on, and the other is taken out', async () => {
  gate.must('s6-svc -wd -k -d /run/service/etcd')
  assert.is.not(gate3.run('gabarit fleet hosts').status, 0)
  gate3.must('s6-svc -wd -d /run/service/etcd')
  const alone = [
    'set -a; . /etc/default/etcd; etcd --force-new-cluster 2>&- & etcd=$!',
    'until gabarit fleet store remove gate; do kill -0 $etcd || exit 1; done; kill $etcd; wait',
  ]
  gate3.must(['timeout', '120', 'sh', '-c', alone.join('\n')])
  gate3.must('s6-svc -wu -u /run/service/etcd')
  await waitFor('etcd', () => gate3.run('gabarit fleet store').status === 0, 60)
  await knows(www1, ADDRESSES[2] ?? '')
})

tests.run()

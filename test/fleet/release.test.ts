// A release from the records of a controller to a host and back, through the real etcd.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needMember } from '../../src/modules/fleet/member.ts'
import { readMembers } from '../../src/modules/fleet/members.ts'
import { noteBase } from '../../src/modules/fleet/release/base.ts'
import { DriftReport } from '../../src/modules/fleet/release/drift.ts'
import { readLayers } from '../../src/modules/fleet/release/layer-contents.ts'
import { signOrder } from '../../src/modules/fleet/release/order.ts'
import { bundlesOf, readRelease, releaseNumbers, storeRelease } from '../../src/modules/fleet/release/release.ts'
import { layersOfRelease } from '../../src/modules/fleet/release/release-layers.ts'
import { controllerKeys } from '../../src/modules/fleet/rollout/publish.ts'
import { reportText } from '../../src/modules/fleet/rollout/reports.ts'
import { NEW } from '../../src/modules/fleet/rollout/status.ts'
import { orderKey, releaseKey, statusKey } from '../../src/modules/fleet/store/keys.ts'
import { openStore } from '../../src/modules/fleet/store/open.ts'
import type { Store } from '../../src/modules/fleet/store/store.ts'
import { findPlaces } from '../../src/system/places.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { Daemons } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { PROJECT, Sandbox } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { Controller, machine } from './controller.ts'
import { ControllerConsole } from './controller-console.ts'

const releases = suite('a release, from a controller to a host')
const reason = needsCommands('etcd', 'openssl', 'supervisord', 'setpriv') ?? enterNamespace('gate')
const step = stepsOf(releases, reason)

const controller = new Controller()
const www1 = new Sandbox()
const gate2 = machine()
const pages = new ControllerConsole()
const daemons = new Daemons()
let store: Store
releases.after(async () => {
  store?.close()
  await daemons.stopAll()
  await controller.stop()
  www1.remove()
})

const FRAGMENT = '/etc/gabarit/fleet/group/web/templates-custom/etc/hosts/50Fleet'

/** What publish does: a release, and the order for www1. */
async function publish(number: number): Promise<void> {
  const { places } = controller
  const [member, members] = [needMember(places), await readMembers(store, places)]
  const { fleet } = member
  const keys = controllerKeys(places)
  const said = { fleet, number, time: new Date().toISOString(), user: 'root', note: '' }
  const release = await storeRelease(store, said, readLayers(places), members, keys)
  assert.ok(release)
  noteBase(places, number, release.sealed)
  const bundle = (await bundlesOf(store, release)).get('www1')
  assert.ok(bundle)
  const controllers = [keys.recipient]
  const order = { fleet, host: 'www1', release: number, attempt: 1, bundle, within: 600, soak: 60, controllers }
  const value = signOrder(order, keys.signing)
  await store.commit([], [{ key: orderKey('www1'), value }])
}

const diff = () => controller.must('gabarit fleet diff')

step('a fleet with a controller and a host of the group web', async () => {
  await controller.start()
  for (const set of ['DomainName example.org', 'SystemName gate']) controller.must(`config set ${set}`)
  controller.must('gabarit fleet init office --address 127.0.0.1')
  controller.must('gabarit secrets encrypt')
  www1.write('/etc/passwd', 'root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\n')
  www1.write('/etc/group', 'root:x:0:\nwww-data:x:33:\n')
  for (const set of ['DomainName example.org', 'SystemName www1']) www1.must(`config set ${set}`)
  www1.must('signal-event post-install')
  const token = controller.must('gabarit fleet invite www1 --groups web')
  const { status, stderr } = await controller.letIn(www1, token)
  assert.is(status, 0, stderr)
  store = openStore(controller.places)
  assert.match(www1.must('gabarit fleet take'), 'no release has been published for this host')
})

step('what the next release changes is shown, with secrets hidden', async () => {
  assert.match(diff(), 'nothing is said for the fleet yet')
  controller.must('db --fleet configuration setprop sshd TCPPort 2222')
  controller.must('db --fleet --group web configuration setprop backup Passphrase correct-horse-battery')
  controller.must(`install -D -m 644 /dev/null ${FRAGMENT}`)
  controller.run(['sh', '-c', `echo '10.1.1.1 shop' > ${FRAGMENT}`])
  const shown = diff()
  assert.match(shown, /^all:\n\+ configuration sshd = "service"\n\+ configuration sshd TCPPort = "2222"$/m)
  assert.match(shown, /^group web:\n.*Passphrase = "\*{8}"$/ms)
  assert.match(shown, '+10.1.1.1 shop')
  assert.not.match(shown, 'correct-horse')
})

step('a host takes it, and the controllers can read it again', async () => {
  await publish(1)
  assert.match(diff(), 'nothing differs from release 1')
  const { status, stdout, stderr } = www1.run('gabarit fleet take')
  assert.is(status, 0, stderr)
  assert.not.match(`${stdout}${stderr}`, 'correct-horse')
  www1.must('gabarit confirm')
  assert.is(www1.must('config getprop sshd TCPPort').trim(), '2222')
  assert.is(www1.must('config getprop backup Passphrase').trim(), 'correct-horse-battery')
  assert.match(www1.read('/etc/hosts'), '10.1.1.1 shop')
  const { places } = controller
  assert.equal(await releaseNumbers(store), [1])
  assert.equal((await layersOfRelease(store, 1, needMember(places), places)).layers, readLayers(places))
})

step('an edit on the host is drift, which only controllers can read; adopted, it stays', async () => {
  www1.must('config setprop sshd TCPPort 2200')
  const report = new DriftReport(findPlaces(PROJECT, {}, www1.root), new RealSystem(www1.root))
  const drift = await report.text()
  assert.is(await report.text(), drift, 'not encrypted again while it is the same')
  const said = { fleet: 'office', host: 'www1', count: 1, status: { ...NEW, drift }, request: '' }
  const value = reportText(said, www1.read('/var/lib/gabarit/fleet/tls.key'))
  await store.commit([], [{ key: statusKey('www1'), value }])
  const { status, stderr } = controller.run(['gabarit', 'fleet', 'adopt', 'www1', 'configuration', 'httpd'])
  assert.is(status, 3)
  assert.match(stderr, 'nothing like that differs on www1')
  assert.match(
    controller.must('gabarit fleet adopt www1 configuration sshd TCPPort --dry-run'),
    'configuration sshd TCPPort would be "2200" for host www1 now, instead of all',
  )
  assert.not.match(diff(), 'host www1')
  assert.match(
    controller.must('gabarit fleet adopt www1 configuration sshd TCPPort'),
    'configuration sshd TCPPort is "2200" for host www1 now, instead of all',
  )
  assert.match(diff(), /^host www1:\n\+ configuration sshd = "service"\n\+ configuration sshd TCPPort = "2200"$/m)
  await publish(2)
  assert.is(www1.run('gabarit fleet take').status, 0)
  www1.run('gabarit confirm')
  assert.match(www1.must('config show sshd --origin'), 'TCPPort=2200 (host www1)')
  assert.is(await report.text(), '')
})

step('a store that was taken over: releases of somebody else are refused', async () => {
  const { fleet, signer } = needMember(controller.places)
  const value = (await store.get(releaseKey(2)))?.value ?? ''
  const refusal = async (text: string) => {
    await store.commit([], [{ key: releaseKey(3), value: text }])
    return readRelease(store, 3, signer, fleet).then(
      () => 'accepted',
      error => error.message,
    )
  }
  assert.is(await refusal(value), 'the release is number 2 of the fleet office, not number 3 of office')
  assert.match(await refusal(value.replace('\\"number\\":2', '\\"number\\":3')), 'is not signed by the controllers')
  await store.commit([], [{ key: releaseKey(3), remove: true }])
})

const setting = (box: { must(line: string): string }, property: string) =>
  box.must(`db --fleet configuration getprop sshd ${property}`).trim()

step('a second controller has what was published when it joins, and both publish in turn', async () => {
  const { status, stdout, stderr } = await controller.letIn(
    gate2,
    controller.must('gabarit fleet invite gate2 --controller'),
  )
  assert.is(status, 0, stderr)
  assert.match(stdout, /^group web:$/m)
  assert.not.match(stdout, 'correct-horse')
  assert.is(setting(gate2, 'TCPPort'), '2222')
  assert.match(gate2.read(FRAGMENT), '10.1.1.1 shop')
  controller.must('db --fleet configuration setprop sshd MaxAuthTries 3')
  gate2.must('db --fleet configuration setprop sshd TCPPort 2022')
  gate2.must('gabarit fleet publish')
  gate2.must('gabarit fleet halt')
})

step('records that are not based on the newest release are refused; taken in, own changes stay', () => {
  const old = controller.run(['gabarit', 'fleet', 'publish'])
  assert.is(old.status, 3)
  assert.match(old.stderr, 'are based on release 2, but release 3 was published since')
  assert.match(old.stderr, 'gabarit fleet pull')
  assert.is(controller.run(['gabarit', 'fleet', 'back', '1']).status, 3)
  assert.match(diff(), /MaxAuthTries = "3".*another controller has published release 3 since: gabarit fleet pull/s)
  assert.match(controller.must('gabarit fleet pull'), /^all:\n~ configuration sshd TCPPort.*2022/m)
  assert.equal([setting(controller, 'TCPPort'), setting(controller, 'MaxAuthTries')], ['2022', '3'])
  controller.must('gabarit fleet publish')
  controller.must('gabarit fleet halt')
})

step('what both have changed is named, and nothing changes until somebody decides', () => {
  gate2.must('db --fleet configuration setprop sshd MaxAuthTries 5')
  gate2.must('db --fleet configuration setprop sshd LoginGraceTime 30')
  const both = gate2.run('gabarit fleet pull')
  assert.is(both.status, 3)
  assert.match(both.stderr, /release 4 have changed:\nall: configuration sshd MaxAuthTries\n/)
  assert.is(setting(gate2, 'MaxAuthTries'), '5')
  gate2.must('gabarit fleet pull --theirs')
  assert.equal([setting(gate2, 'MaxAuthTries'), setting(gate2, 'LoginGraceTime')], ['3', '30'])
  gate2.must('gabarit fleet publish')
  gate2.must('gabarit fleet halt')
  assert.equal(JSON.parse(controller.must('gabarit fleet pull --json')).release, 5)
  assert.match(diff(), 'nothing differs from release 5')
})

step('on the disk of a controller that encrypts secrets, those of the fleet are not in clear', () => {
  const found = controller.run(['grep', '-rl', 'correct-horse', '/var/lib/gabarit'])
  assert.is(found.status, 1, found.stdout)
  assert.is(
    controller.must('db --fleet --group web configuration getprop backup Passphrase'),
    'correct-horse-battery\n',
  )
})

step('the console shows what a release would do, and publishes no other one', async () => {
  await pages.start(daemons, line => controller.must(line))
  const release = () => JSON.parse(controller.run(['gabarit', 'fleet', 'status', '--json']).stdout).rollout
  controller.must('db --fleet configuration setprop sshd MaxAuthTries 4')
  assert.match(await pages.get('/fleet'), 'gabarit fleet publish --dry-run')
  const before = await pages.plan('publish')
  for (const said of ['Release 6 goes to 3 hosts', 'Wave 3', 'MaxAuthTries', '<code>4</code>'])
    assert.ok(before.includes(said), before)
  controller.must('db --fleet configuration setprop sshd MaxAuthTries 7')
  assert.match(await pages.carryOut(before), /plan \w+ is out of date/)
  assert.is(release().release, 5)
  assert.match(await pages.carryOut(await pages.plan('publish')), 'Done.')
  assert.equal([release().release, release().state], [6, 'running'])
  const halt = await pages.plan('halt')
  assert.match(halt, /Who does not get release 6.*www1/s)
  assert.match(await pages.carryOut(halt), 'Done.')
  assert.is(release().state, 'halted')
})

step('what cannot be done is told instead of a plan; a dry run changes nothing', async () => {
  const state = () =>
    controller.must('gabarit fleet diff --json') + controller.run(['gabarit', 'fleet', 'status']).stdout
  const before = state()
  assert.match(await pages.plan('resume', '--without', 'www1'), 'Release 6 goes to 2 hosts')
  assert.match(await pages.get('/fleet/back?release=4'), 'MaxAuthTries')
  const wrong = await pages.get('/fleet/back?release=99', 422)
  assert.match(wrong, /id="release-error">.*release 99.*value="99"/s)
  for (const line of ['publish', 'resume', 'back 4', 'pull']) controller.must(`gabarit fleet ${line} --dry-run`)
  assert.is(controller.run(['gabarit', 'fleet', 'resume', '--plan', '000000000000']).status, 3)
  assert.is(state(), before)
})

step('a host that leaves has its former values again', async () => {
  const leaving = www1.run('gabarit fleet leave')
  assert.is(leaving.status, 0, leaving.stderr)
  assert.is(www1.run('config getprop backup Passphrase').stdout.trim(), '')
  assert.not.match(www1.read('/etc/hosts'), 'shop')
  assert.match(www1.must('config show sshd --origin'), 'TCPPort=2200 (here)')
})

releases.run()

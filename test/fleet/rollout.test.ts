// A fleet of real machines (network, files and processes of their own) with real etcd, Apache and nginx.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { stepsOf } from '../support/steps.ts'
import { pause, waitFor } from '../support/wait.ts'
import { SmallFleet } from './small-fleet.ts'

const tests = suite('a roll-out')
const needed = needsCommands('etcd', 'etcdctl', 'apache2', 'nginx', 's6-svscan', 'nsenter')
const step = stepsOf(tests, needed ?? enterNamespace('outside'))
const fleet = new SmallFleet()
const { gate, www1, www2, www3, hosts } = fleet
tests.after(() => fleet.remove())

const set = (text: string) => gate.must(['db', '--fleet', 'configuration', 'set', 'note', 'note', 'Text', text])
/** A busy machine takes its time for a whole roll-out. */
const patiently: typeof waitFor = (what, ask) => waitFor(what, ask, 300)
const PLACE = '/etc/gabarit/fleet/all'
const SNAPSHOT = '/var/lib/snapshot.db'
const LISTEN = `${PLACE}/templates-custom/etc/httpd/conf/httpd.conf/26Listen`

function everywhere(text: string): void {
  for (const host of hosts) assert.equal(fleet.seenOn(host), { property: text, file: text }, host.name)
}

step('four machines become a fleet', () => fleet.start())

step('a release reaches all hosts, in waves, and its records and files are in effect', () => {
  set('one')
  gate.write(`${PLACE}/templates/etc/fleet-note`, '<%= config.note.Text %>\n')
  gate.write(`${PLACE}/events/console-save/templates2expand/etc/fleet-note`, '')
  const { status, stdout, stderr } = fleet.publish('--comment', 'the first')
  assert.is(status, 0, stdout + stderr + fleet.logs())
  everywhere('one')
  assert.match(www1.run('curl -s -o /dev/null -w %{http_code} http://127.0.0.1/').stdout, /^[234]/)
})

step('a release that breaks Apache: the canary goes back, nobody else is touched, the exit status says so', () => {
  set('two')
  // The checker takes it; an address that this machine does not have is only missed by the server itself.
  gate.write(LISTEN, 'Listen 203.0.113.9:8081\n')
  const { status, stdout } = fleet.publish()
  assert.is(status, 4, stdout + fleet.logs())
  assert.match(stdout, /release 2 is halted in wave 1 of 3: www1 went back: /)
  everywhere('one')
  assert.is(fleet.hostStatus(www2)?.status?.release, 1)
  assert.match(www1.run('curl -s -o /dev/null -w %{http_code} http://127.0.0.1/').stdout, /^[234]/)
  assert.match(www1.run('gabarit doctor').stdout, /warning {2}fleet: release 2 went back: /)
  assert.is(gate.run('gabarit fleet status').status, 1)
})

step('resumed: it is tried again, and halts again; mended, the next release passes', () => {
  assert.is(gate.run('gabarit fleet resume --wait').status, 4)
  gate.must(['rm', LISTEN])
  // For the next step: on the host where it shall, it pulls the cable right before files change.
  gate.write(`${PLACE}/checks.d/cut`, '#!/bin/sh\n[ ! -e /run/cut-me ] || ip link set eth0 down\n')
  gate.must(`chmod 755 ${PLACE}/checks.d/cut`)
  assert.is(fleet.publish().status, 0, fleet.logs())
  everywhere('two')
  fleet.etcdctl('snapshot', 'save', SNAPSHOT)
})

step('cut off in the middle of a change: the host goes back alone, and says so when it is back', async () => {
  set('three')
  www1.must('touch /run/cut-me')
  gate.must('gabarit fleet publish --soak no --within 5s')
  await patiently('the change', () => fleet.seenOn(www1).file === 'three')
  await patiently('the way back', () => fleet.seenOn(www1).file === 'two')
  assert.equal(fleet.seenOn(www1), { property: 'two', file: 'two' })
  const { rollout } = await patiently('the halt', () => {
    const now = fleet.status()
    return now.rollout?.state === 'halted' && now
  })
  assert.match(rollout?.reason ?? '', /www1 has been silent for/)
  // Without the store it works as before, on its own databases.
  www1.must('config setprop note Own here')
  www1.must('signal-event console-save')
  www1.must('rm /run/cut-me')
  www1.must('ip link set eth0 up')
  const { status } = await fleet.reported(
    www1,
    'that it went back',
    ({ release, state }) => release === 4 && state === 'went back',
  )
  assert.match(status?.reason ?? '', /cannot be reached/)
  everywhere('two')
  assert.is(gate.run('gabarit fleet resume --wait').status, 0, fleet.logs())
  everywhere('three')
})

step('a silent host halts the rest, and can be left out; what was compacted meanwhile does not matter', async () => {
  www2.must('s6-svc -wd -d /run/service/gabarit-fleet')
  set('four')
  assert.is(fleet.publish().status, 1)
  assert.match(fleet.status().rollout?.reason ?? '', /www2 has been silent for/)
  assert.is(gate.run('gabarit fleet resume --wait --without www2').status, 0, fleet.logs())
  assert.equal(
    [www1, www2, www3].map(host => fleet.seenOn(host).file),
    ['four', 'three', 'four'],
  )
  assert.ok(fleet.hostStatus(www2)?.silentSince)
  set('five')
  gate.must('gabarit fleet publish --soak no')
  const { header } = JSON.parse(fleet.etcdctl('get', '/gabarit/rollout', '-w', 'json'))
  fleet.etcdctl('compact', String(header.revision))
  www2.must('s6-svc -u /run/service/gabarit-fleet')
  await patiently('the end', () => fleet.status().rollout?.state === 'done')
  everywhere('five')
})

step('the controller that leads dies in the middle: the other one goes on, and publishes next', async () => {
  const service = (machine: typeof gate, how: string) => machine.must(`s6-svc ${how} /run/service/gabarit-fleet`)
  service(www3, '-wd -d')
  await patiently('gate to lead', () => fleet.status().leader === 'gate')
  service(www3, '-u')
  set('six')
  gate.must('gabarit fleet publish --soak 2s')
  await patiently('the first wave', () => fleet.seenOn(www1).file === 'six')
  service(gate, '-k -d')
  await patiently('the other waves', () => fleet.seenOn(www2).file === 'six')
  assert.is(fleet.status().leader, 'www3')
  const late = www3.run('gabarit fleet publish')
  assert.is(late.status, 3)
  assert.match(late.stderr, 'gabarit fleet pull')
  www3.must('gabarit fleet pull')
  assert.is(www3.must('db --fleet configuration getprop note Text').trim(), 'six')
  service(gate, '-u')
  await patiently('the end', () => {
    const { rollout } = fleet.status()
    // It was away for too long, on a busy machine.
    if (rollout?.state === 'halted') www3.run('gabarit fleet resume')
    return rollout?.state === 'done'
  })
  everywhere('six')
})

step('back: what an earlier release had, as a new one', () => {
  const { status, stdout, stderr } = gate.run('gabarit fleet back 1 --wait --soak no')
  assert.is(status, 0, stdout + stderr)
  everywhere('one')
  assert.is(fleet.status().rollout?.release, 8)
  assert.is(gate.must('db --fleet configuration getprop note Text').trim(), 'one')
})

step('agents, leader and etcd are killed in the middle: all hosts have the release in the end', async () => {
  set('seven')
  gate.must('gabarit fleet publish --soak no')
  for (const [machine, service] of [
    [www1, 'gabarit-fleet'],
    [gate, 'gabarit-fleet'],
    [gate, 'etcd'],
    [www3, 'gabarit-fleet'],
  ] as const) {
    machine.must(`s6-svc -k /run/service/${service}`)
    await pause(500)
  }
  // One that was killed in the middle of a change has gone back, and halts the rest.
  await patiently('the end', () => {
    const { rollout } = fleet.status()
    if (rollout?.state === 'halted') gate.run('gabarit fleet resume')
    return rollout?.state === 'done'
  })
  everywhere('seven')
})

step('etcd from an old backup: no host goes back unasked; the next release has a newer number', async () => {
  await fleet.restoreStore(SNAPSHOT)
  for (const host of hosts) {
    const { status } = await fleet.reported(host, 'that it refuses', ({ state }) => state === 'refused')
    assert.match(status?.reason ?? '', /an old one was replayed/)
  }
  everywhere('seven')
  gate.must('config setprop fleet KeepReleases 2')
  set('eight')
  const { status, stdout, stderr } = fleet.publish()
  assert.is(status, 0, stdout + stderr + fleet.logs())
  everywhere('eight')
  assert.is(fleet.status().rollout?.release, 10)
  // Hosts still had to do with release 3, of the backup.
  assert.equal(fleet.releases(), [3, 10])
})

step(
  'a store that was taken over: no wave opens early, what is forged is told, and the next release counts',
  async () => {
    set('nine')
    gate.must('gabarit fleet publish --soak 1h')
    await patiently('the first wave', () => fleet.seenOn(www1).file === 'nine')
    const genuine = fleet.etcdctl('get', '--print-value-only', '/gabarit/rollout').trim()
    const before = www2.run('gabarit history').stdout
    fleet.etcdctl('put', '/gabarit/rollout', '--', genuine.replace('\\"wave\\":0', '\\"wave\\":2'))
    const { status, stdout } = gate.run('gabarit fleet status')
    assert.is(status, 1)
    assert.match(stdout, 'the roll-out is not signed by the controllers of this fleet, or was altered')
    await patiently('the leader to tell', () => /the roll-out is not signed/.test(fleet.logs()))
    assert.is(www2.run('gabarit history').stdout, before)
    assert.is(fleet.publish().status, 0, fleet.logs())
    everywhere('nine')
  },
)

step('a certificate that ends soon is told, and made anew without anybody', async () => {
  const folder = '/var/lib/gabarit/fleet'
  const request = www2.must(`openssl req -new -key ${folder}/tls.key -subj /O=test/OU=www2`)
  const sign = `openssl x509 -req -CA ${folder}/ca.crt -CAkey ${folder}/ca.key -set_serial 7 -days 30`
  www2.write(`${folder}/tls.crt`, gate.must(sign, request))
  assert.match(www2.run('gabarit doctor').stdout, /warning {2}fleet: the certificate .* ends in (29|30) days/)
  www2.must('s6-svc -t /run/service/gabarit-fleet')
  const lasts = `openssl x509 -noout -checkend ${3000 * 86_400} -in ${folder}/tls.crt`
  await patiently('the new certificate', () => www2.run(lasts).status === 0)
  assert.is(fleet.publish().status, 0, fleet.logs())
})

step('a full disk: the host refuses and says why; with room again, resumed, it has the release', async () => {
  set('ten')
  const used = Number(www2.must('df --output=used -k /var').split('\n')[1])
  www2.must(`mount -o remount,size=${used + 16}k /var`)
  const { status, stdout } = fleet.publish()
  assert.is(status, 3, stdout + fleet.logs())
  assert.match(stdout, /www2 refused release \d+: .*(no space left|disk full)/s)
  assert.is(fleet.seenOn(www2).file, 'nine')
  www2.must('mount -o remount,size=2g /var')
  assert.is(gate.run('gabarit fleet resume --wait').status, 0, fleet.logs())
  everywhere('ten')
})

tests.run()

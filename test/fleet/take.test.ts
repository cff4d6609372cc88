// A host takes releases: its records and files change together, stay, or go back.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { stepsOf } from '../support/steps.ts'
import { Controllers, FleetHost, layer } from './host.ts'

const fleet = suite('a host takes a release')
const step = stepsOf(fleet)

let host: FleetHost
const owned = () => JSON.parse(host.read('/var/lib/gabarit/fleet/owned.json'))
fleet.after(() => host?.remove())

const FRAGMENT = 'templates-custom/etc/hosts/50Fleet'
const SSHD = '/etc/ssh/sshd_config.d/00-gabarit.conf'
const all = layer(
  'all',
  { configuration: { sshd: ['service', { TCPPort: '2222' }] }, domains: { 'shop.example.org': ['domain'] } },
  { [FRAGMENT]: '10.1.1.1 shop\n' },
)
const web = layer('group web', { configuration: { sshd: ['service', { MaxAuthTries: '3' }] } })
const own = layer('host www1', { configuration: { sshd: ['service', { MaxAuthTries: '4' }] } })

step('records and files change together, with what the templates make of them', async () => {
  host = await FleetHost.join('www1', await Controllers.make())
  await host.order({}, [own, web, all])
  const { status, stdout, stderr } = host.take()
  assert.is(status, 0, stderr)
  assert.match(stdout, 'rolls back automatically')
  assert.is(host.must('config getprop sshd TCPPort').trim(), '2222')
  assert.is(host.must('config getprop sshd MaxAuthTries').trim(), '4')
  assert.match(host.read('/etc/hosts'), '10.1.1.1 shop')
  assert.match(host.read(SSHD), 'Port 2222')
  assert.is(host.read(`/etc/gabarit/${FRAGMENT}`), '10.1.1.1 shop\n')
  host.must('gabarit confirm')
})

const next = (port: string) =>
  layer('all', { configuration: { sshd: ['service', { TCPPort: port }] } }, { [FRAGMENT]: '10.1.1.2 shop\n' })

step(
  'what is pending here stays pending, and comes back with what was set otherwise if the release does not stay',
  async () => {
    host.must('config setprop sshd PasswordAuthentication yes')
    host.must('config setprop sshd TCPPort 2200')
    const sshd = host.read(SSHD)
    await host.order({ release: 2 }, [own, next('2223')])
    const { status, stderr } = host.take()
    assert.is(status, 0, stderr)
    assert.match(host.read(SSHD), 'Port 2223')
    assert.not.match(host.read(SSHD), 'PasswordAuthentication yes')
    assert.is(host.must('config getprop sshd PasswordAuthentication').trim(), 'yes')
    assert.match(host.must('gabarit status'), 'PasswordAuthentication')
    host.must('gabarit confirm cancel')
    assert.is(host.read(SSHD), sshd)
    assert.is(host.read(`/etc/gabarit/${FRAGMENT}`), '10.1.1.1 shop\n')
    assert.is(host.must('config getprop sshd PasswordAuthentication').trim(), 'yes')
    assert.is(host.must('config getprop sshd TCPPort').trim(), '2200')
    assert.is(owned().release, 1)
    assert.match(host.must('gabarit status'), /PasswordAuthentication.*TCPPort/s)
  },
)

step('an order that went back is not tried again, a new attempt is', async () => {
  assert.match(host.take().stdout, 'release 2 has been tried already: went back')
  await host.order({ release: 2, attempt: 2 }, [own, next('2223')])
  assert.is(host.take().status, 0)
  host.must('gabarit confirm')
  assert.is(host.must('config getprop sshd TCPPort').trim(), '2223')
  assert.match(host.take().stdout, 'release 2 has been tried already: confirmed')
})

step('what the fleet no longer names has its former value again, unless somebody has changed it', async () => {
  host.must('config setprop sshd MaxAuthTries 5')
  await host.order({ release: 3 }, [layer('all')])
  assert.is(host.take().status, 0)
  host.must('gabarit confirm')
  // What somebody had set before release 2 came.
  assert.is(host.must('config getprop sshd TCPPort').trim(), '2200')
  assert.is(host.must('config getprop sshd MaxAuthTries').trim(), '5')
  assert.not(host.exists(`/etc/gabarit/${FRAGMENT}`))
  assert.is(host.run('db domains get shop.example.org').status, 1)
  assert.not.match(host.read('/etc/hosts'), 'shop')
})

step('a release of properties that no file shows waits for its confirmation, too', async () => {
  const note = layer('all', { configuration: { note: ['note', { Text: 'four' }] } })
  await host.order({ release: 4 }, [note])
  const { status, stdout, stderr } = host.take()
  assert.is(status, 0, stderr)
  assert.match(stdout, 'rolls back automatically')
  assert.is(host.must('config getprop note Text').trim(), 'four')
  host.must('gabarit confirm cancel')
  assert.is(host.run('config get note').status, 1)
  assert.is(owned().release, 3)
})

step('an edit that an event has brought to life is set back by the next release', async () => {
  await host.order({ release: 5 }, [next('2400')])
  assert.is(host.take().status, 0)
  host.must('gabarit confirm')
  host.must('config setprop sshd TCPPort 2500')
  host.must('signal-event console-save')
  assert.match(host.read(SSHD), 'Port 2500')
  await host.order({ release: 6 }, [next('2400')])
  assert.is(host.take().status, 0)
  host.must('gabarit confirm')
  assert.match(host.read(SSHD), 'Port 2400')
})

step('what is set here while a release is being taken is not lost, nor is the release', async () => {
  host.must('config set here record')
  await host.order({ release: 7 }, [next('2401')])
  const script = [
    'gabarit fleet take --from "$1" >&2 & n=0',
    'while kill -0 $! 2>&-; do n=$((n + 1)); config setprop here n$n yes || exit 9; done',
    'wait $! && echo $n',
  ]
  const { status, stdout, stderr } = host.run(['sh', '-c', script.join('\n'), 'sh', host.folder])
  assert.is(status, 0, stderr)
  const set = Array.from({ length: Number(stdout) }, (_, index) => `n${index + 1}=yes`).sort()
  assert.ok(set.length > 2, `only ${set.length} changes meanwhile`)
  const here = () => host.must('config printprop here').trim().split('\n').sort()
  assert.equal(here(), set)
  assert.match(host.read(SSHD), 'Port 2401')
  host.must('gabarit confirm cancel')
  assert.equal(here(), set, 'also when the release goes back')
  assert.match(host.read(SSHD), 'Port 2400')
})

fleet.run()

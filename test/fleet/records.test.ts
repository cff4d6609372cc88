// The records of a fleet on a controller, and what a host says of those that the fleet has set.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { stepsOf } from '../support/steps.ts'
import { Controllers, FleetHost, layer } from './host.ts'

const records = suite('records of a fleet')
const step = stepsOf(records)

let host: FleetHost
let controllers: FleetHost['controllers']
records.after(() => host?.remove())

const db = (line: string) => host.run(`db --fleet ${line}`)

step('only controllers have them', async () => {
  controllers = await Controllers.make()
  host = await FleetHost.join('www1', controllers)
  const { status, stderr } = db('configuration setprop sshd TCPPort 2222')
  assert.is(status, 3)
  assert.match(stderr, 'this host is no controller of a fleet')
  assert.is(host.run('db --group web configuration keys').status, 2)
  host.write('/var/lib/gabarit/fleet/signing.key', controllers.key, 0o600)
})

step(
  'the ordinary verbs, for all hosts, a group and a host; a record begins with the type that it has elsewhere',
  () => {
    assert.is(db('configuration setprop sshd TCPPort 2222').status, 0)
    assert.is(db('--group web configuration setprop sshd MaxAuthTries 3').status, 0)
    assert.is(db('--host www1 domains set shop.example.org domain').status, 0)
    assert.is(db('configuration show sshd').stdout, 'sshd=service\n    TCPPort=2222\n')
    assert.is(db('--group=web configuration show').stdout, 'sshd=service\n    MaxAuthTries=3\n')
    assert.is(host.run('config getprop sshd TCPPort').status, 1, 'nothing of this host itself has changed')
    const folder = '/var/lib/gabarit/fleet/records'
    assert.ok(host.exists(`${folder}/all/configuration.json`))
    assert.ok(host.exists(`${folder}/group/web/configuration.json`))
    assert.ok(host.exists(`${folder}/host/www1/domains.json`))
  },
)

step('values are checked, each by itself: what else they need may be elsewhere', () => {
  const { status, stderr } = db('configuration setprop sshd TCPPort 222222')
  assert.is(status, 3)
  assert.match(stderr, 'property TCPPort: "222222" is not')
  // Its target is a record that only some hosts have.
  const proxy = db('--group web proxies set www.example.org proxy Target http://10.0.0.1:8080')
  assert.is(proxy.status, 0, proxy.stderr)
  assert.is(db('--group ../x configuration keys').status, 2)
  assert.is(db('--group web --host www1 configuration keys').status, 2)
  assert.is(db('configuration log').status, 2)
})

step('each property tells where it comes from', async () => {
  const all = layer('all', { configuration: { sshd: ['service', { TCPPort: '2222' }] } })
  const web = layer('group web', { configuration: { sshd: ['service', { MaxAuthTries: '3' }] } })
  await host.order({}, [web, all])
  assert.is(host.take().status, 0)
  host.must('gabarit confirm')
  const note = host.run('config setprop sshd TCPPort 2200').stderr
  assert.match(note, 'sshd TCPPort belongs to the fleet (all): the next release sets it back')
  host.must('config setprop sshd PasswordAuthentication yes')
  const shown = host.must('config show sshd --origin')
  assert.match(shown, 'sshd=service (group web)')
  assert.match(shown, '    MaxAuthTries=3 (group web)')
  assert.match(shown, '    TCPPort=2200 (here, instead of all)')
  assert.match(shown, '    PasswordAuthentication=yes (here)')
  assert.match(shown, '    status=enabled (default)')
  assert.is(host.must('db configuration getprop sshd MaxAuthTries --origin'), 'MaxAuthTries=3 (group web)\n')
  const [data] = JSON.parse(host.must('config --json --origin show sshd'))
  assert.is(data.origin, 'group web')
  assert.equal(data.props.MaxAuthTries, { value: '3', origin: 'group web' })
  assert.is(host.run('config --origin keys').status, 2)
  assert.is(host.run('config setprop sshd TCPPort 2222').stderr, '', 'as the fleet wants it')
})

records.run()

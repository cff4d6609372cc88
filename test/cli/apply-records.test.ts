// What belongs to new and deleted domains, besides the files that templates make.
import { X509Certificate } from 'node:crypto'
import { rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

const apply = suite('apply and records')
const box = new Sandbox()

apply.before(() => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
})
apply.after(() => box.remove())

const hosts = (domain: string) =>
  box
    .must('db hosts keys')
    .split('\n')
    .filter(name => name.endsWith(`.${domain}`))
    .sort()
const ALL = ['ftp', 'mail', 'proxy', 'server', 'wpad', 'www']
const planIn = (text: string) => /^plan (\w+):/m.exec(text)?.[1] ?? ''
const certified = () =>
  new X509Certificate(box.read('/var/lib/gabarit/ssl/self-signed.pem')).subjectAltName?.split(', ') ?? []

apply('a new domain gets its hosts with its files, as the plan shows', () => {
  box.must('db domains set shop.org domain Content Primary')
  const shown = box.must('gabarit apply --dry-run')
  assert.is(shown.match(/^\+ hosts www\.shop\.org = "host"$/gm)?.length, 1)
  assert.match(shown, /^\+ +ServerAlias www\.shop\.org$/m)
  assert.equal(hosts('shop.org'), [], 'only shown')
  box.must(['gabarit', 'apply', '--plan', planIn(shown)])
  assert.equal(
    hosts('shop.org'),
    ALL.map(name => `${name}.shop.org`),
  )
  assert.match(box.read('/etc/httpd/conf/httpd.conf'), /^ +ServerAlias www\.shop\.org$/m)
  assert.ok(certified().includes('DNS:*.shop.org'))
  assert.match(box.must('gabarit status'), 'nothing to do')
  assert.not.match(box.must('gabarit lint'), 'has no hosts')
})

apply('a new record gets its defaults with its files, and is served', () => {
  box.must('db hosts set printer.example.org host')
  const shown = box.must('gabarit apply --dry-run')
  assert.match(shown, /^\+ hosts printer\.example\.org HostType = "Self"$/m)
  assert.is(box.run('db hosts getprop printer.example.org HostType').status, 1, 'only shown')
  box.must(['gabarit', 'apply', '--plan', planIn(shown)])
  assert.is(box.must('db hosts getprop printer.example.org HostType'), 'Self\n')
  assert.match(box.read('/etc/httpd/conf/httpd.conf'), /^ +ServerAlias printer\.example\.org$/m)
  assert.match(box.must('gabarit status'), 'nothing to do')
  box.must('gabarit rollback')
  assert.is(box.run('db hosts get printer.example.org').status, 1, 'record and defaults go together')
})

apply('before the first event, too, once the databases are made', () => {
  const own = new Sandbox()
  for (const name of ['DomainName example.org', 'SystemName server']) own.must(`config set ${name}`)
  own.must('gabarit initialize-default-databases')
  own.must('db vpn set bob client')
  own.must('gabarit apply')
  assert.is(own.must('db vpn getprop bob status'), 'enabled\n')
  own.remove()
})

apply('a service that is turned off is stopped, though no file changes, and started when it is turned on', () => {
  const env = { GABARIT_SERVICE_MANAGER: 'systemd' }
  const servicesIn = (command: string, manager = {}) =>
    JSON.parse(box.must(`gabarit ${command} --json`, manager)).services.map(
      ({ command }: { command: string }) => command,
    )
  const asked = (...properties: string[]) => {
    box.must(['config', 'setprop', 'sshd', ...properties])
    const planned = servicesIn('apply --dry-run', { env })
    assert.equal(servicesIn('diff', { env }), planned)
    box.must('gabarit apply')
    return planned
  }
  const systemctl = (verb: string) => [`systemctl --no-ask-password ${verb} -- ssh.service`]
  assert.equal(asked('status', 'disabled'), systemctl('stop'))
  box.must('config setprop sshd MaxAuthTries 3')
  for (const command of ['apply --dry-run', 'diff']) assert.equal(servicesIn(command), [], 'it is off already')
  box.must('config setprop sshd status enabled')
  assert.match(box.must('gabarit diff', { env }), `would adjust sshd: ${systemctl('reload-or-restart')}\n`)
  // sshd_config alone would only be reloaded, which what does not run cannot do.
  assert.equal(asked('status', 'enabled', 'TCPPort', '2222'), systemctl('reload-or-restart'))
  assert.equal(asked('TCPPort', '2223'), systemctl('reload'))
  box.must('config setprop letsencrypt status enabled')
  assert.equal(asked('TCPPort', ''), systemctl('reload'), 'letsencrypt is no service')
  box.must('config setprop letsencrypt status disabled')
})

apply('a migration that fails is told, and the exit status says it', () => {
  const migration = '/etc/gabarit/db/hosts/migrate/10-site.cjs'
  box.write(migration, "module.exports = () => { throw new Error('no way') }\n")
  const { status, stderr } = box.run('gabarit apply')
  assert.is(status, 1)
  assert.match(stderr, /\/hosts\/migrate\/10-site\.cjs:1:\d+: the migration failed: no way/)
  rmSync(box.path(migration))
})

apply('one that is refused leaves no host', () => {
  box.must('db domains set bad.org domain Content Primary')
  assert.is(box.run('gabarit apply --plan 000000000000').status, 3)
  assert.equal(hosts('bad.org'), [])
  box.must('db domains delete bad.org')
})

apply('a deleted domain loses them; going back brings them, with their names in the certificate', () => {
  box.must('db domains delete shop.org')
  box.must('db domains set club.org domain Content Primary')
  box.must('gabarit apply')
  assert.equal([hosts('shop.org').length, hosts('club.org').length], [0, ALL.length])
  assert.not.ok(certified().includes('DNS:*.shop.org'))
  box.must('gabarit rollback')
  assert.equal([hosts('shop.org').length, hosts('club.org').length], [ALL.length, 0])
  assert.ok(certified().includes('DNS:*.shop.org'), 'the names that came back')
})

for (const [how, within] of [
  ['cancelled', '60s'],
  ['expired', '1s'],
] as const)
  apply(`a ${how} window brings the names back, too`, async () => {
    box.must('db domains delete shop.org')
    box.must(`db domains set ${how}.org domain Content Primary`)
    box.must(`gabarit apply --confirm-within ${within}`)
    if (how === 'cancelled') {
      assert.not.ok(certified().includes('DNS:*.shop.org'))
      box.must('gabarit confirm cancel')
    } else await waitFor('the way back', () => box.must('gabarit confirm status').startsWith('no change'), 20)
    assert.equal([hosts('shop.org').length, hosts(`${how}.org`).length], [ALL.length, 0])
    assert.ok(certified().includes('DNS:*.shop.org'), 'the names that came back')
    assert.match(box.must('gabarit status'), 'nothing to do')
  })

apply('an event that gives a domain no hosts: lint and status name the one that does', () => {
  box.must('db domains set late.org domain Content Primary')
  box.must('signal-event console-save')
  const advice =
    'domains late.org has no hosts, so no name such as www.late.org is served: signal-event domain-create late.org'
  for (const command of ['gabarit lint', 'gabarit status']) assert.ok(box.run(command).stdout.includes(advice), command)
  box.must('signal-event domain-create late.org')
  for (const command of ['gabarit lint', 'gabarit status'])
    assert.not.ok(box.run(command).stdout.includes(advice), command)
})

apply('a domain that is an address gets no hosts, and nobody asks for them', () => {
  box.must('db domains set 192.168.1.4 domain Content Primary')
  const { status, stdout, stderr } = box.run('signal-event domain-create 192.168.1.4')
  assert.is(status, 0, stderr)
  assert.match(stdout + stderr, '192.168.1.4 is an address: there are no names below it')
  assert.equal(hosts('192.168.1.4'), [])
  assert.not.match(box.must('gabarit lint'), 'has no hosts')
})

apply.run()

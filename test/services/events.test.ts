import { existsSync, lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { must, PROJECT, Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { configuration, domain, host, Server } from './server.ts'

const folder = join(PROJECT, 'events')
const EVENTS = [
  ...[
    'backup-update',
    'bootstrap-console-save',
    'console-save',
    'domain-create',
    'domain-delete',
    'domain-modify',
    'email-update',
    'firewall-update',
    'fleet-update',
    'host-create',
    'host-delete',
    'host-modify',
    'ibay-modify',
    'letsencrypt-modify',
    'network-update',
    'nginx-update',
    'openvpn-update',
    'post-install',
    'post-upgrade',
    'proxy-create',
    'proxy-delete',
    'proxy-modify',
    'remoteaccess-update',
    'server-manager-update',
    'ssl-update',
    'sso-update',
    'vpn-client-create',
    'vpn-client-modify',
    'vpn-client-renew',
    'vpn-client-revoke',
    'vpn-crl-update',
  ],
]

const events = suite('shipped events')
/** Most events see to the self-signed certificate. */
const reason = needsCommands('openssl')

/** Relative paths of all files and links below a folder. */
const below = (path: string) =>
  existsSync(path)
    ? readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(
        name => !lstatSync(join(path, name)).isDirectory(),
      )
    : []

events('are these', () => {
  assert.equal(readdirSync(folder).sort(), ['actions', ...EVENTS])
})

for (const event of EVENTS)
  events(`${event} names actions, templates and services that exist`, () => {
    const handlers = readdirSync(join(folder, event)).filter(
      name => name !== 'event.json' && !lstatSync(join(folder, event, name)).isDirectory(),
    )
    for (const name of handlers) {
      const link = readlinkSync(join(folder, event, name))
      assert.is(link, `../actions/${name.slice(3)}`)
      assert.ok((statSync(join(folder, event, name)).mode & 0o111) !== 0, name)
    }
    const templates = below(join(folder, event, 'templates2expand'))
    assert.ok(handlers.length + templates.length > 0)
    for (const name of templates) assert.ok(existsSync(join(PROJECT, 'templates', name)), name)
    for (const name of below(join(folder, event, 'services2adjust')))
      assert.ok(existsSync(join(PROJECT, 'db/configuration', `${name}.json`)), name)
  })

events('have actions that a shell can read', () => {
  for (const name of readdirSync(join(folder, 'actions'))) must(['sh', '-n', join(folder, 'actions', name)])
})

testIf(events, reason, 'post-install: databases, the primary domain with its hosts, folders and files', () => {
  const server = new Server({ configuration: configuration() })
  server.must('signal-event post-install')
  assert.is(server.must('db domains keys'), 'example.org\n')
  const hosts = ['ftp', 'mail', 'mine', 'proxy', 'wpad', 'www'].map(name => `${name}.example.org\n`)
  assert.is(server.must('db hosts keys'), hosts.join(''))
  for (const path of ['/srv/ibays/Primary/html', '/var/www/dehydrated', '/var/log/apache2', '/run/apache2'])
    assert.ok(server.exists(path), path)
  for (const path of [
    '/etc/hosts',
    '/etc/httpd/conf/httpd.conf',
    '/etc/dehydrated/config',
    '/etc/dehydrated/domains.txt',
  ])
    assert.is(statSync(server.path(path)).mode & 0o777, 0o644, path)
  assert.is(statSync(server.path('/etc/dehydrated/hook.sh')).mode & 0o777, 0o755)
  server.must('db hosts delete wpad.example.org')
  server.must('signal-event console-save')
  assert.is(server.run('db hosts get wpad.example.org').status, 1, 'a deleted host does not come back')
  server.remove()
})

testIf(events, reason, 'domain-create makes the usual hosts and keeps existing ones', () => {
  const server = new Server({
    configuration: configuration(),
    domains: { 'example.org': domain(), 'new.example': domain() },
    hosts: { 'www.new.example': host({ HostType: 'Remote' }) },
  })
  server.must('signal-event domain-create new.example')
  const hosts = ['ftp', 'mail', 'mine', 'proxy', 'wpad', 'www'].map(name => `${name}.new.example\n`)
  assert.is(server.must('db hosts keys'), hosts.join(''))
  assert.is(server.must('db hosts getprop www.new.example HostType'), 'Remote\n')
  assert.match(server.read('/etc/httpd/conf/httpd.conf'), 'ServerAlias ftp.new.example')
  server.remove()
})

testIf(events, reason, 'domain-delete takes the hosts of the domain, and no others', () => {
  const server = new Server({
    configuration: configuration(),
    domains: { 'example.org': domain(), 'old.example': domain(), 'sub.old.example': domain() },
    hosts: {
      'ftp.old.example': host(),
      'sub.old.example': host(),
      'www.cold.example': host(),
      'www.old.example': host(),
      'www.sub.old.example': host(),
    },
  })
  assert.is.not(server.run('signal-event domain-delete old.example').status, 0, 'the record is still there')
  server.must('db domains delete old.example')
  server.must('signal-event domain-delete old.example')
  assert.is(server.must('db hosts keys'), 'sub.old.example\nwww.cold.example\nwww.sub.old.example\n')
  assert.is.not(server.run('signal-event domain-delete example.org').status, 0, 'the primary domain stays')
  server.remove()
})

testIf(events, reason, 'a dry run shows what the actions would change, as the event then does it', () => {
  const server = new Server({
    configuration: configuration(),
    domains: { 'example.org': domain(), 'new.example': domain() },
  })
  server.must('signal-event console-save')
  const run = (event: string) => {
    const { status, stdout, stderr } = server.run(`signal-event --json ${event}`)
    assert.is(status, 0, stderr)
    return JSON.parse(stdout).files.map(({ path, diff }: { path: string; diff: string }) => [path, diff])
  }
  const look = (event: string) => {
    const shown = run(`--dry-run ${event}`)
    assert.equal(run(event), shown, event)
    return JSON.stringify(shown)
  }
  assert.match(look('domain-create new.example'), /ServerAlias ftp\.new\.example/)
  server.must('db domains delete new.example')
  assert.match(look('domain-delete new.example'), /-.*ServerAlias ftp\.new\.example/)
  server.remove()
})

testIf(events, reason, '--check of post-install on a new machine agrees with the event', () => {
  const server = new Sandbox()
  server.must('config set DomainName example.org')
  const check = server.run('signal-event --check post-install')
  assert.is(check.status, 0, check.stderr)
  assert.match(check.stdout, 'would create hosts www.example.org\n')
  assert.not(server.exists('/etc/hosts'))
  const { status, stderr } = server.run('signal-event post-install')
  assert.is(status, 0, stderr)
  assert.match(server.read('/etc/httpd/conf/httpd.conf'), 'ServerAlias www.example.org')
  server.remove()
})

const HOSTILE = ['', '-x', '../x', 'a b', '$(id)', '*', 'x\ny', '.', 'a..b']
events('actions refuse what is no domain', () => {
  const server = new Server({ configuration: configuration(), hosts: { 'www.example.org': host() } })
  const status = (action: string, argument: string) =>
    server.run([join(folder, 'actions', action), 'event', argument]).status
  for (const argument of HOSTILE)
    for (const action of ['domain-create-hosts', 'domain-delete-hosts'])
      assert.is(status(action, argument), 1, `${action} ${argument}`)
  assert.is(status('domain-create-hosts', 'nobody.example'), 1)
  assert.is(server.must('db hosts keys'), 'www.example.org\n')
  server.remove()
})

testIf(events, reason, 'an event refuses an argument that is no record', () => {
  const server = new Server({ configuration: configuration() })
  const { status, stdout, stderr } = server.run(['signal-event', 'domain-create', '$(id)'])
  assert.equal([status, stdout], [3, ''])
  assert.match(stderr, 'there is no domain "$(id)" in domains\n  First: db domains set KEY domain\n')
  server.remove()
})

events.run()

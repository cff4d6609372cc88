import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { must, words } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { configuration, domain, host, Server } from './server.ts'

/** Past the descriptions: what the fragments make of any value. */
const UNCHECKED = { env: { GABARIT_VALIDATE: 'off' } }

const hosts = suite('/etc/hosts')

hosts('knows this server, the machines of the network, and those elsewhere', () => {
  const server = new Server({
    configuration: configuration({ LocalIP: ['192.168.7.1'] }),
    hosts: {
      'www.example.org': host(),
      'mine.example.org': host(),
      'printer.example.org': host({ HostType: 'Local', InternalIP: '192.168.7.5', ExternalIP: '192.0.2.9' }),
      'no-address.example.org': host({ HostType: 'Local', InternalIP: '' }),
      'mail.elsewhere.example': host({ HostType: 'Remote', ExternalIP: '2001:db8::5' }),
    },
  })
  assert.equal(server.lines('/etc/hosts'), [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    '192.168.7.1 mine.example.org mine',
    '2001:db8::5 mail.elsewhere.example',
    '192.168.7.5 printer.example.org',
    '192.168.7.1 www.example.org',
  ])
  const { stderr } = server.run('expand-template --stdout /etc/hosts')
  assert.is(stderr, 'warning: hosts no-address.example.org: it has no InternalIP, so it is left out of /etc/hosts\n')
  server.remove()
})

hosts('the domains themselves are this server, unless a host of that name says otherwise', () => {
  const server = new Server({
    configuration: configuration({ LocalIP: ['192.168.7.1'] }),
    domains: { 'example.org': domain(), 'Shop.net': domain(), 'away.example': domain() },
    hosts: { 'away.example': host({ HostType: 'Remote', ExternalIP: '192.0.2.9' }) },
  })
  assert.equal(server.lines('/etc/hosts').slice(-3), [
    '192.0.2.9 away.example',
    '192.168.7.1 example.org',
    '192.168.7.1 shop.net',
  ])
  server.remove()
})

testIf(hosts, enterNamespace('mine'), 'the resolver finds the primary domain', () => {
  const env = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'none' }
  for (const line of [
    'config set DomainName first.example',
    'config set SystemName mine',
    'config set LocalIP 192.168.7.1',
  ])
    must(words(line), { env })
  must(words('signal-event post-install'), { env })
  for (const name of ['first.example', 'www.first.example'])
    assert.match(must(['getent', 'hosts', name]), /^192\.168\.7\.1 +\S+\n$/)
})

hosts('a key that is no name is left out; an address that is none stops the expansion', () => {
  const server = new Server({
    configuration: configuration(),
    hosts: { 'x\n6.6.6.6 bank.example': host(), 'a b.example': host(), '#c.example': host() },
  })
  const { status, stdout, stderr } = server.run('expand-template --stdout /etc/hosts', UNCHECKED)
  assert.is(status, 0, stderr)
  assert.not.match(stdout, 'bank.example')
  assert.not.match(stdout, 'b.example')
  for (const key of ['x\\n6.6.6.6 bank.example', 'a b.example', '#c.example']) assert.match(stderr, key)
  server.remove()
  const other = new Server({
    configuration: configuration(),
    hosts: { 'a.example': host({ HostType: 'Local', InternalIP: '1.2.3.4 bank.example' }) },
  })
  const refused = other.run('expand-template --stdout /etc/hosts', UNCHECKED)
  assert.is(refused.status, 3)
  assert.match(refused.stderr, '30Hosts:')
  other.remove()
})

hosts.run()

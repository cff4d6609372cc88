// Host names in any spelling: templates, actions and checks compare them as the DNS does.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, domain, HTTPD, host, Server } from './server.ts'

const names = suite('spellings of host names')

names('a record in capitals has its site, its aliases and its certificate', () => {
  const server = new Server({
    configuration: configuration({
      DomainName: ['Example.org'],
      letsencrypt: ['service', { status: 'test' }],
      nginx: ['service', { status: 'enabled' }],
    }),
    domains: {
      'example.org': domain({ ForceSSL: 'enabled', letsencryptSSLcert: 'enabled' }),
      'Shop.NET': domain({ letsencryptSSLcert: 'enabled', crt: '/etc/shop.crt', key: '/etc/shop.key' }),
    },
    hosts: {
      'www.shop.net': host({ letsencryptSSLcert: 'enabled' }),
      'WWW.Example.ORG': host({ letsencryptSSLcert: 'enabled' }),
      'plex.example.org': host(),
    },
    proxies: { 'Wiki.example.org': ['proxy', { Upstreams: 'http://10.0.0.1:80', Aliases: 'PLEX.example.org' }] },
  })
  server.touch('/etc/shop.crt', '/etc/shop.key')
  assert.is(server.expand('/etc/dehydrated/domains.txt'), 'example.org shop.net www.example.org www.shop.net\n')
  assert.ok(server.site('example.org', 443).includes('ServerAlias www.example.org'))
  assert.not.ok(server.site('example.org', 443).includes('ServerAlias plex.example.org'), 'it belongs to the proxy')
  assert.ok(server.site('example.org', 80).some(line => line.startsWith('Redirect permanent / ')))
  assert.ok(server.site('shop.net', 443).includes('ServerAlias www.shop.net'))
  assert.ok(server.site('shop.net', 443).includes('SSLCertificateFile /etc/shop.crt'))
  assert.match(server.must('gabarit impact domains Shop.NET'), HTTPD)
  server.remove()
})

names('a second spelling of a key is refused, whichever came first', () => {
  const server = new Server({
    configuration: configuration(),
    domains: { 'Shop.NET': domain(), 'example.org': domain() },
    hosts: { 'www.shop.net': host() },
  })
  for (const [line, other] of [
    ['db domains set shop.net domain', 'Shop.NET'],
    ['db domains set EXAMPLE.org domain', 'example.org'],
    ['db hosts set WWW.shop.net host', 'www.shop.net'],
  ] as const) {
    const { status, stderr } = server.run(line.split(' '))
    assert.is(status, 3)
    assert.match(stderr, `the same name is already there as "${other}"`)
  }
  server.must('db domains set Other.org domain')
  server.must('db domains setprop Shop.NET ForceSSL enabled')
  server.remove()
})

names('the actions for domains find the records in another spelling', () => {
  const server = new Server({
    configuration: configuration({ DomainName: ['Example.ORG'] }),
    domains: { 'example.org': domain() },
    hosts: { 'WWW.example.org': host() },
  })
  server.must('signal-event console-save')
  assert.equal(server.must('db domains keys').trim(), 'example.org')
  assert.equal(server.must('db hosts keys').match(/^www\..*$/gim), ['WWW.example.org'])
  server.remove()
})

names.run()

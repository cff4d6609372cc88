import { readdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, domain, HTTPD, host, Server } from './server.ts'

const hostile = suite('httpd.conf and hostile values')

const KEYS = [
  'x\n</VirtualHost>\nInclude /etc/shadow',
  'x y',
  'x"y',
  '%{HTTP_HOST}',
  `\${PATH}`,
  '#x',
  'x>y',
  '$(id)',
  'é.org',
]

/** Past the descriptions: what the fragments make of any value. */
const UNCHECKED = { env: { GABARIT_VALIDATE: 'off' } }

hostile('a key that is no name gets no site, and is said', () => {
  const server = new Server({
    configuration: configuration(),
    domains: { 'example.org': domain(), ...Object.fromEntries(KEYS.map(key => [key, domain()])) },
    hosts: Object.fromEntries(KEYS.map(key => [`${key}.example.org`, host()])),
  })
  const { status, stdout, stderr } = server.run(['expand-template', '--stdout', HTTPD], UNCHECKED)
  assert.is(status, 0, stderr)
  assert.not.match(stdout, 'Include')
  assert.is(stdout.split('<VirtualHost').length - 1, 2)
  assert.equal(
    stdout.split('\n').filter(line => line.includes('ServerAlias')),
    [],
  )
  for (const key of KEYS.map(key => key.toLowerCase())) {
    assert.ok(stderr.includes(`${JSON.stringify(key)} is not a host name`), key)
    assert.ok(stderr.includes(`${JSON.stringify(`${key}.example.org`)} is not a host name`), key)
  }
  server.remove()
})

const QUOTED: readonly (readonly [value: string, line: string])[] = [
  ['/srv/a b', 'DocumentRoot "/srv/a b"'],
  ['/srv/a" b', 'DocumentRoot "/srv/a\\" b"'],
  ['/srv/a\\', 'DocumentRoot "/srv/a\\\\"'],
  ['/srv/x#y;$(id)', 'DocumentRoot "/srv/x#y;$(id)"'],
]
for (const [path, line] of QUOTED)
  hostile(`a folder ${path} stays one argument`, () => {
    const server = new Server({
      configuration: configuration(),
      accounts: { Primary: ['ibay', { Path: path }] },
    })
    assert.ok(server.site('example.org', 80).includes(line), server.site('example.org', 80).join('\n'))
    server.remove()
  })

const REFUSED: readonly (readonly [property: string, value: string])[] = [
  ['Path', '/srv\nInclude /etc/shadow'],
  ['Path', '/srv/%{HTTP_HOST}'],
  ['Path', `/srv/\${PATH}`],
]
for (const [property, value] of REFUSED)
  hostile(`${property} ${JSON.stringify(value)} stops the expansion`, () => {
    const server = new Server({
      configuration: configuration(),
      accounts: { Primary: ['ibay', { [property]: value }] },
    })
    const { status, stderr } = server.run(['expand-template', HTTPD], UNCHECKED)
    assert.is(status, 3)
    assert.match(stderr, '45Ibays:')
    assert.not(server.exists(HTTPD))
    server.remove()
  })

hostile('a LogDir that Apache would run as a command is refused, whatever was validated', () => {
  const server = new Server({ configuration: configuration({ httpd: ['service', { LogDir: '|/bin/touch /srv/x;' }] }) })
  for (const line of [`expand-template ${HTTPD}`, `expand-template --stdout ${HTTPD}`, 'signal-event console-save']) {
    const { status, stderr } = server.run(line, UNCHECKED)
    assert.is(status, 3, line)
    assert.match(stderr, '"{httpd.LogDir}" becomes "|/bin/touch /srv/x;"')
  }
  assert.not(server.exists(HTTPD))
  server.remove()
})

hostile('a ProxyPassTarget that Apache would change is refused, by the description and by the fragment', () => {
  const server = new Server({ configuration: configuration(), domains: { 'example.org': domain() } })
  for (const target of ['http://10.0.0.5/?a=b', 'http://10.0.0.5/x#y', 'http://10.0.0.5/a%20b']) {
    const refused = server.run(['db', 'domains', 'setprop', 'example.org', 'ProxyPassTarget', target])
    assert.match(refused.stderr, 'without ?, # and %')
    server.must(['db', 'domains', 'setprop', 'example.org', 'ProxyPassTarget', target], UNCHECKED)
    const { status, stderr } = server.run(['expand-template', HTTPD], UNCHECKED)
    assert.is(status, 3)
    assert.match(stderr, `domain example.org: ProxyPassTarget ${target} has "?", "#" or "%"`)
  }
  server.remove()
})

hostile('a name without a record is refused by the events of one record, and the nearest is named', () => {
  const server = new Server({
    configuration: configuration(),
    accounts: { shop: ['ibay'] },
    proxies: { 'wiki.example.org': ['proxy', { status: 'disabled' }] },
  })
  for (const [line, nearest] of [
    ['proxy-create wikk.example.org', 'wiki.example.org'],
    ['proxy-modify wikk.example.org', 'wiki.example.org'],
    ['ibay-modify shpo', 'shop'],
    ['--dry-run ibay-modify shpo', 'shop'],
  ] as const) {
    const { status, stderr } = server.run(['signal-event', ...line.split(' ')])
    assert.is(status, 3)
    assert.match(stderr, `did you mean "${nearest}"?`)
  }
  server.must('signal-event ibay-modify shop')
  server.must('signal-event proxy-create wiki.example.org')
  server.must('signal-event ibay-modify')
  server.remove()
})

hostile('a wildcard is a host, and no domain', () => {
  const server = new Server({
    configuration: configuration(),
    domains: { 'example.org': domain(), 'wild.org': domain(), '*.wild.org': domain() },
    hosts: { '*.wild.org': host() },
  })
  const { stdout, stderr } = server.run(['expand-template', '--stdout', HTTPD], UNCHECKED)
  assert.match(stdout, 'ServerAlias *.wild.org')
  assert.not.match(stdout, 'ServerName *')
  assert.match(stderr, '"*.wild.org" cannot be the name of a site')
  const event = server.run(['signal-event', 'domain-create', '*.wild.org'], UNCHECKED)
  assert.is(event.status, 1)
  assert.match(event.stderr, 'not a domain name: "*.wild.org"')
  assert.match(server.run(['db', 'domains', 'set', '*.new.org', 'domain']).stderr, 'is not a host name')
  server.remove()
})

hostile('the folder of an ibay is no pattern, in httpd.conf and among the folders that are made', () => {
  const server = new Server({
    configuration: configuration(),
    accounts: {
      '*': ['ibay'],
      'a\n    Path=/srv/evil': ['ibay'],
      '../up': ['ibay'],
      docs: ['ibay'],
      own: ['ibay', { Path: '/srv/own site' }],
      glob: ['ibay', { Path: '/srv/[a-z]*' }],
      line: ['ibay', { Path: '/srv/a\n/srv/b' }],
      up: ['ibay', { Path: '/srv/../up' }],
      user: ['user', { Path: '/srv/user' }],
    },
    domains: { 'example.org': domain({ Content: 'docs' }) },
  })
  server.run(['db', 'accounts', 'delete', 'line'])
  const { stdout, stderr } = server.run(['expand-template', '--stdout', HTTPD], UNCHECKED)
  assert.not.match(stdout, /<Directory .*[*[]/)
  assert.match(stderr, 'the ibay "*" gets no site')
  assert.match(stdout, 'DocumentRoot /srv/ibays/docs/html')
  server.run(['db', 'accounts', 'setprop', 'docs', 'Path', '/srv/x*'])
  assert.is(server.must('db accounts printprop docs Path'), '')
  const planned = server.run(['signal-event', '--dry-run', 'ibay-modify'], UNCHECKED)
  assert.match(planned.stdout, '+ folder /srv/ibays/docs/html 0:0 0755\n')
  assert.not(server.exists('/srv'), 'looking makes nothing')
  const made = server.run(['signal-event', 'ibay-modify'], UNCHECKED)
  assert.match(made.stderr, 'no folder is created for glob: its Path "/srv/[a-z]*" is not a plain path')
  assert.equal(readdirSync(server.path('/srv')).sort(), ['ibays', 'own site'])
  assert.equal(readdirSync(server.path('/srv/ibays')).sort(), ['Primary', 'docs'])
  server.remove()
})

hostile('a description in a comment cannot leave it', () => {
  const server = new Server({
    configuration: configuration(),
    accounts: { Primary: ['ibay', { Name: 'x\nInclude /etc/shadow \\' }] },
  })
  assert.not.match(server.lines(HTTPD).join('\n'), 'Include')
  server.remove()
})

hostile('commands refuse such values in the first place', () => {
  const server = new Server({ configuration: configuration(), domains: { 'example.org': domain() } })
  const refused: readonly (readonly string[])[] = [
    ['db', 'domains', 'setprop', 'example.org', 'ProxyPassTarget', 'http://x/ retry=0'],
    ['db', 'domains', 'setprop', 'example.org', 'ProxyPassTarget', 'ftp://x/'],
    ['db', 'domains', 'setprop', 'example.org', 'ProxyPassTarget', 'http:///x'],
    ['db', 'domains', 'setprop', 'example.org', 'ProxyPassTarget', 'http://-x/'],
    ['db', 'domains', 'setprop', 'example.org', 'ProxyPassTarget', 'http://x:0/'],
    ['db', 'domains', 'setprop', 'example.org', 'Content', 'nowhere'],
    ['db', 'domains', 'setprop', 'example.org', 'letsencryptSSLcert', 'enable'],
    ['config', 'setprop', 'letsencrypt', 'status', 'official'],
    ['config', 'setprop', 'letsencrypt', 'keysize', '$(id)'],
    ['config', 'setprop', 'letsencrypt', 'email', 'x y@example.org'],
    ['config', 'setprop', 'letsencrypt', 'WellKnown', '/var/$(id)'],
    ['config', 'setprop', 'modSSL', 'TCPPort', '80'],
    ['config', 'setprop', 'httpd', 'User', 'www data'],
    ['config', 'set', 'SystemName', 'mine.example.org'],
  ]
  for (const command of refused) {
    const { status, stdout, stderr } = server.run(command)
    assert.is(status, 3, `${command.join(' ')}: ${stderr}`)
    assert.is(stdout, '')
  }
  server.remove()
})

hostile.run()

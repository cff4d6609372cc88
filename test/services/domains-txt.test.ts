import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, domain, host, Server } from './server.ts'

const FILE = '/etc/dehydrated/domains.txt'
/** A whole run: what is left out is said on standard error. */
const expanded = (server: Server) =>
  server.run(['expand-template', '--stdout', FILE], { env: { GABARIT_VALIDATE: 'off' } })
const ON = { letsencryptSSLcert: 'enabled' }

const names = suite('domains.txt')
let server: Server

names.before(() => {
  server = new Server({
    configuration: configuration({ letsencrypt: ['service', { status: 'test' }] }),
    domains: {
      'a.example': domain(ON),
      'b.example': domain(),
      'example.org': domain(ON),
      'x.a.example': ['parked', ON],
    },
    hosts: {
      'ftp.a.example': host(ON),
      'mail.a.example': host(),
      'printer.a.example': host({ ...ON, HostType: 'Local', InternalIP: '192.168.7.5' }),
      'www.b.example': host(ON),
      'WWW.example.org': host(ON),
      'deep.down.example.org': host(ON),
      'www.foreign.example': host(ON),
      'example.org': host(ON),
    },
  })
})
names.after(() => server.remove())

const expected: Readonly<Record<string, string>> = {
  none: 'example.org a.example deep.down.example.org ftp.a.example www.example.org',
  domains: 'example.org a.example b.example deep.down.example.org ftp.a.example www.b.example www.example.org',
  hosts:
    'example.org a.example deep.down.example.org ftp.a.example mail.a.example printer.a.example www.b.example www.example.org',
  all: 'example.org a.example b.example deep.down.example.org ftp.a.example mail.a.example printer.a.example www.b.example www.example.org',
}
for (const [word, line] of Object.entries(expected))
  names(`configure ${word}: one line, the primary domain first`, () => {
    server.must(`config setprop letsencrypt configure ${word}`)
    assert.is(server.expand(FILE), `${line}\n`)
  })

names('the official authority gets the same names, nobody gets any while status is disabled', () => {
  server.must('config setprop letsencrypt configure none status enabled')
  assert.is(server.expand(FILE), `${expected.none}\n`)
  server.must('config setprop letsencrypt status disabled')
  server.must(['expand-template', FILE])
  assert.is(server.read(FILE), '')
})

names('without the primary domain the next one comes first', () => {
  server.must('config setprop letsencrypt configure none status test')
  server.must('db domains setprop example.org letsencryptSSLcert disabled')
  assert.is(server.expand(FILE), 'a.example ftp.a.example\n')
})

names('one certificate for each domain; a domain names its own; wildcards through the DNS only', () => {
  const other = new Server({
    configuration: configuration({
      letsencrypt: ['service', { status: 'test', configure: 'all', certificates: 'per-domain' }],
    }),
    domains: {
      'example.org': domain(),
      'a.example': domain(),
      'b.example': domain({ letsencryptCertificate: 'Shared' }),
      'c.example': domain({ letsencryptCertificate: 'shared' }),
      'd.example': domain({ letsencryptCertificate: '../x' }),
    },
    hosts: {
      'www.example.org': host(),
      'www.b.example': host(),
      '*.d.example': host(),
    },
  })
  const lines = ['example.org www.example.org', 'a.example', 'b.example c.example www.b.example > shared', 'd.example']
  const unchecked = { env: { GABARIT_VALIDATE: 'off' } }
  const { stdout, stderr } = other.run(['expand-template', '--stdout', FILE], unchecked)
  assert.equal(stdout.trimEnd().split('\n'), lines)
  assert.match(stderr, '"../x" is not a valid certificate name')
  assert.match(stderr, `"*.d.example" can't be in a certificate`)
  other.must('config setprop letsencrypt certificates one challenge dns-01 challengeHook /bin/true')
  const one = other.run(['expand-template', '--stdout', FILE], unchecked).stdout.trimEnd().split('\n')
  assert.equal(one, ['example.org a.example d.example *.d.example www.example.org', lines[2]])
  // Two lines with one name would be one folder, and each renewal would take the other's certificate for outdated.
  other.must('db domains setprop c.example letsencryptCertificate example.org')
  const same = other.run(['expand-template', '--stdout', FILE], unchecked).stdout.trimEnd().split('\n')
  assert.equal(same, [
    'example.org a.example c.example d.example *.d.example www.example.org',
    'b.example www.b.example > shared',
  ])
  other.remove()
})

names('keys that are no names are left out, and said', () => {
  const evil = [
    '#x.org',
    'a b.org',
    'x.org > y',
    '$(id).org',
    ';x.org',
    '*.org',
    'x_y.org',
    '-x.org',
    'single',
    'ab--cd.org',
    'www.ab--cd.org',
    'xn--.org',
    'l\nm.org',
  ]
  const other = new Server({
    configuration: configuration({ letsencrypt: ['service', { status: 'test', configure: 'all' }] }),
    domains: Object.fromEntries([...evil, 'good.org', 'xn--exmple-cua.org', 'a--b.org'].map(key => [key, domain()])),
  })
  const { status, stdout, stderr } = other.run(['expand-template', '--stdout', FILE], {
    env: { GABARIT_VALIDATE: 'off' },
  })
  assert.is(status, 0, stderr)
  assert.is(stdout, 'a--b.org good.org xn--exmple-cua.org\n')
  for (const key of evil) assert.match(stderr, JSON.stringify(key))
  other.remove()
})

names('a name that is too long for a common name is not the first of its certificate', () => {
  const [long, longer] = [`${'long-'.repeat(12)}x.example`, `${'longer-'.repeat(8)}xx.example`]
  const other = new Server({
    configuration: configuration({
      DomainName: [long],
      letsencrypt: ['service', { status: 'test', certificates: 'per-domain' }],
    }),
    domains: {
      [long]: domain({ ...ON, letsencryptCertificate: 'good.example' }),
      [longer]: domain(ON),
      'good.example': domain(ON),
    },
    hosts: { [`www.${longer}`]: host(ON) },
  })
  const { status, stdout, stderr } = other.run(['expand-template', '--stdout', FILE])
  assert.is(status, 0, stderr)
  assert.is(stdout, `good.example ${long}\n`)
  assert.match(
    stderr,
    `no certificate is asked for ${longer}, www.${longer}: the first name has more than 64 characters`,
  )
  other.must('config setprop letsencrypt certificates one')
  assert.is(other.expand(FILE), `good.example ${long} ${longer} www.${longer}\n`)
  other.remove()
})

const REASONS = [
  'host printer.a.example: letsencryptSSLcert has no effect, because its HostType is Local, not Self',
  'host www.b.example: letsencryptSSLcert has no effect, because its domain is left out: db domains setprop b.example letsencryptSSLcert enabled',
  'host www.foreign.example: letsencryptSSLcert has no effect, because there is no domain for it',
]

names('a host that cannot be included is named, with the reason', () => {
  server.must('config setprop letsencrypt status disabled')
  server.must('db domains setprop example.org letsencryptSSLcert enabled')
  const { stderr } = expanded(server)
  assert.is(stderr, '', 'status disabled: nobody asks for certificates')
  server.must('config setprop letsencrypt status test')
  const said = expanded(server).stderr
  for (const words of REASONS) assert.match(said, words)
  assert.not.match(said, 'mail.a.example')
})

names('lint, status and the event name it too', () => {
  const other = new Server({
    configuration: configuration({ letsencrypt: ['service', { status: 'test', ACCEPT_TERMS: 'yes' }] }),
    domains: { 'example.org': domain(ON), 'a.example': domain(ON), 'b.example': domain() },
    hosts: {
      'printer.a.example': host({ ...ON, HostType: 'Local', InternalIP: '192.168.7.5' }),
      'www.b.example': host(ON),
      'www.foreign.example': host(ON),
    },
  })
  for (const line of ['signal-event host-create www.b.example', 'gabarit lint', 'gabarit status']) {
    const { stdout, stderr } = other.run(line)
    for (const words of REASONS) assert.match(stdout + stderr, words, line)
  }
  other.remove()
})

names('addresses and names of local networks are left out, but for an authority of the site', () => {
  const keys = ['192.168.1.4', 'office.lan', 'nas.HOME.arpa', 'x.local', 'good.org', 'lan.good.org']
  const other = new Server({
    configuration: configuration({ letsencrypt: ['service', { status: 'enabled', configure: 'all' }] }),
    domains: Object.fromEntries(keys.map(key => [key, domain()])),
  })
  const { stdout, stderr } = expanded(other)
  assert.is(stdout, 'good.org lan.good.org\n')
  assert.match(stderr, `"192.168.1.4" can't be in a certificate (an address)`)
  for (const key of ['office.lan', 'nas.home.arpa', 'x.local'])
    assert.match(stderr, `${JSON.stringify(key)} can't be in a certificate (a name of a local network)`)
  for (const authority of ['ca.office.lan', '127.0.0.1:14000', '[::1]:14000']) {
    other.must(`config setprop letsencrypt ProductionCA https://${authority}/dir`)
    assert.match(expanded(other).stdout, ' office.lan')
    assert.not.match(expanded(other).stdout, '192.168')
  }
  other.remove()
})

names('a name that a wildcard of the same certificate covers is left out of the order', () => {
  const other = new Server({
    configuration: configuration({
      letsencrypt: ['service', { status: 'test', configure: 'all', challenge: 'dns-01', challengeHook: '/bin/true' }],
    }),
    domains: { 'example.org': domain(), 'shop.example.org': domain({ letsencryptCertificate: 'shop' }) },
    hosts: Object.fromEntries(
      ['*.example.org', 'www.EXAMPLE.org', 'a.b.example.org', 'x.shop.example.org'].map(key => [key, host()]),
    ),
  })
  assert.is(
    expanded(other).stdout,
    'example.org *.example.org a.b.example.org\nshop.example.org x.shop.example.org > shop\n',
  )
  other.must(['db', 'domains', 'setprop', 'shop.example.org', 'letsencryptCertificate', ''])
  assert.is(expanded(other).stdout, 'example.org *.example.org a.b.example.org x.shop.example.org\n')
  other.must('config set DomainName shop.example.org')
  assert.is(expanded(other).stdout, 'example.org *.example.org a.b.example.org x.shop.example.org > shop.example.org\n')
  other.remove()
})

names('more names than one certificate takes are said', () => {
  const many = Array.from({ length: 101 }, (_, index) => [`n${index}.example`, domain(ON)])
  const other = new Server({
    configuration: configuration({ letsencrypt: ['service', { status: 'test' }] }),
    domains: Object.fromEntries(many),
  })
  const { stdout, stderr } = other.run(['expand-template', '--stdout', FILE])
  assert.is(stdout.trimEnd().split('\n').length, 1)
  assert.is(stdout.trimEnd().split(' ').length, 101)
  assert.match(stderr, '101 names')
  other.remove()
})

names.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, domain, host, Server } from './server.ts'

const FILE = '/etc/dehydrated/domains.txt'
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
  none: 'example.org a.example www.example.org deep.down.example.org ftp.a.example',
  domains: 'example.org a.example b.example www.example.org deep.down.example.org ftp.a.example www.b.example',
  hosts:
    'example.org a.example www.example.org deep.down.example.org ftp.a.example mail.a.example printer.a.example www.b.example',
  all: 'example.org a.example b.example www.example.org deep.down.example.org ftp.a.example mail.a.example printer.a.example www.b.example',
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
    'l\nm.org',
  ]
  const other = new Server({
    configuration: configuration({ letsencrypt: ['service', { status: 'test', configure: 'all' }] }),
    domains: Object.fromEntries([...evil, 'good.org'].map(key => [key, domain()])),
  })
  const { status, stdout, stderr } = other.run(['expand-template', '--stdout', FILE], {
    env: { GABARIT_VALIDATE: 'off' },
  })
  assert.is(status, 0, stderr)
  assert.is(stdout, 'good.org\n')
  for (const key of evil) assert.match(stderr, JSON.stringify(key))
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

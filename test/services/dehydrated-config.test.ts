import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../support/sandbox.ts'
import { configuration, Server } from './server.ts'

const FILE = '/etc/dehydrated/config'
const VARIABLES = [
  'CA',
  'BASEDIR',
  'CERTDIR',
  'CHALLENGETYPE',
  'RENEW_DAYS',
  'WELLKNOWN',
  'DOMAINS_TXT',
  'HOOK',
  'CONTACT_EMAIL',
  'KEYSIZE',
  'KEY_ALGO',
]

/** A server with these properties of letsencrypt, whatever they hold. */
function withProperties(properties: Readonly<Record<string, string>>): Server {
  return new Server({ configuration: configuration({ letsencrypt: ['service', properties] }) })
}

/** Sources the generated file as dehydrated does, in an empty environment, and gives what its variables hold. */
function sourced(server: Server, ...names: string[]): Record<string, string> {
  const file = server.write('/sourced', server.expand(FILE))
  const print = names.map(name => `printf '%s\\0' "\${${name}-unset}"`).join('; ')
  const { status, stdout, stderr } = run(['env', '-i', 'bash', '--norc', '-euc', `cd /; . "$0"; ${print}`, file])
  assert.is(status, 0, stderr)
  assert.is(stderr, '')
  const values = stdout.split('\0')
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))
}

const config = suite('dehydrated config')

config('has all that dehydrated needs; test authority until status is enabled', () => {
  const server = withProperties({ status: 'test', email: 'admin@example.org', keysize: '3072' })
  assert.equal(sourced(server, ...VARIABLES), {
    CA: 'https://acme-staging-v02.api.letsencrypt.org/directory',
    BASEDIR: '/etc/dehydrated',
    CERTDIR: '/etc/dehydrated/acme-staging-v02.api.letsencrypt.org',
    CHALLENGETYPE: 'http-01',
    RENEW_DAYS: '30',
    WELLKNOWN: '/var/www/dehydrated',
    DOMAINS_TXT: '/etc/dehydrated/domains.txt',
    HOOK: '/etc/dehydrated/hook.sh',
    CONTACT_EMAIL: 'admin@example.org',
    KEYSIZE: '3072',
    KEY_ALGO: 'rsa',
  })
  server.must('config setprop letsencrypt status enabled')
  assert.equal(sourced(server, 'CA', 'CERTDIR'), {
    CA: 'https://acme-v02.api.letsencrypt.org/directory',
    CERTDIR: '/etc/dehydrated/acme-v02.api.letsencrypt.org',
  })
  for (const [address, folder] of [
    ['https://ca.example.org:14000/dir', 'ca.example.org_14000'],
    ['https://ca.example/acme/x/directory', 'ca.example_acme_x'],
  ]) {
    server.must(`config setprop letsencrypt ProductionCA ${address}`)
    const { CA, CERTDIR } = sourced(server, 'CA', 'CERTDIR')
    assert.equal([CA, CERTDIR], [address, `/etc/dehydrated/${folder}`])
  }
  server.remove()
})

config('asks the DNS only when somebody publishes the answers', () => {
  const server = withProperties({ status: 'test', challenge: 'dns-01', RenewDays: '15' })
  assert.equal(sourced(server, 'CHALLENGETYPE', 'RENEW_DAYS'), { CHALLENGETYPE: 'dns-01', RENEW_DAYS: '15' })
  assert.match(server.run(['expand-template', '--stdout', FILE]).stderr, 'setprop letsencrypt challengeHook FILE')
  server.remove()
})

config('accepts the terms only when the administrator did, and says what is missing', () => {
  const server = withProperties({ status: 'test' })
  assert.is(sourced(server, 'PARAM_ACCEPT_TERMS').PARAM_ACCEPT_TERMS, 'unset')
  assert.match(server.run(['expand-template', '--stdout', FILE]).stderr, 'setprop letsencrypt ACCEPT_TERMS yes')
  server.must('config setprop letsencrypt ACCEPT_TERMS yes')
  assert.is(sourced(server, 'PARAM_ACCEPT_TERMS').PARAM_ACCEPT_TERMS, 'yes')
  server.remove()
})

/** What a value that became code would make. */
const folder = mkdtempSync(join(tmpdir(), 'gabarit-hostile-'))
const MADE = join(folder, 'made')
config.after(() => rmSync(folder, { recursive: true }))

const HOSTILE = [
  `$(touch ${MADE})`,
  `\`touch ${MADE}\``,
  `'; touch ${MADE}; '`,
  `"; touch ${MADE}; "`,
  'a b',
  '$HOME',
  '\\',
  "'",
  '#x',
  '!!',
  'é€',
  '*',
  '~',
]
const QUOTED = { email: 'CONTACT_EMAIL', keysize: 'KEYSIZE', TestCA: 'CA', hookScript: 'HOOK', BaseDir: 'BASEDIR' }
for (const value of HOSTILE)
  config(`${value.replace(MADE, 'x')} stays a value`, () => {
    // A path has to be one, since its folder is made; what comes after the slash may be anything.
    const given = (name: string) => (name === 'BaseDir' ? `/${value}` : value)
    const server = withProperties({
      ...Object.fromEntries(Object.keys(QUOTED).map(name => [name, given(name)])),
      status: 'test',
    })
    const wanted = Object.entries(QUOTED).map(([name, variable]) => [variable, given(name)])
    assert.equal(sourced(server, ...Object.values(QUOTED)), Object.fromEntries(wanted))
    assert.not(existsSync(MADE))
    server.remove()
  })

config('a line break stops the expansion: nothing is written', () => {
  const server = withProperties({ email: 'x@example.org\ntouch x' })
  const { status, stderr } = server.run(['expand-template', FILE])
  assert.is(status, 3)
  assert.match(stderr, '30Account')
  assert.not(server.exists(FILE))
  server.remove()
})

config.run()

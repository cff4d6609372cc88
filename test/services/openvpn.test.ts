import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must, type Outcome, run, words } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { ACTIONS, CONF, certificate, index, PKI, said, tried, type, VPN_OPTIONS } from '../support/vpn.ts'

const programs = needsCommands('openvpn', 'openssl', 'flock', 'qrencode', 'make-cadir')
const reason = programs ?? enterNamespace('vpn')
const vpn = suite('OpenVPN')
const test = (name: string, body: () => void | Promise<void>) => testIf(vpn, reason, name, body)

const action = (name: string, ...args: string[]): Outcome => tried(join(ACTIONS, name), 'event', ...args)
const lines = (file: string) => readFileSync(file, 'utf8').split('\n')

/** Puts everything of the VPN back to the beginning, for a test of the beginning. */
function forgetPki(): void {
  rmSync('/etc/openvpn', { recursive: true, force: true })
}

vpn.before(() => {
  if (reason === undefined) type('gabarit initialize-default-databases')
})

test('without an enabled server nothing is made', () => {
  type('signal-event openvpn-update')
  for (const path of ['/etc/openvpn/easy-rsa', '/etc/cron.d/gabarit-openvpn', CONF]) assert.not(existsSync(path), path)
  assert.match(said(tried('signal-event vpn-client-create nobody')), 'there is no client "nobody" in vpn')
  assert.match(type('gabarit vpn clients'), 'there are no clients')
  for (const line of [
    'gabarit vpn clients --halt',
    'gabarit vpn kill x --json',
    'gabarit vpn kill',
    'gabarit vpn client',
  ])
    assert.is(tried(line).status, 2, line)
})

test('authority: subject, passphrases and days are as the records say, and no passphrase is told anybody', () => {
  // Easy-RSA would cut a value at such a sign.
  assert.is(tried('config', 'setprop', 'easyrsa', 'OU', 'R&D').status, 3)
  must(['config', 'setprop', 'easyrsa', 'Org', 'Micronator (101)', 'City', 'Montréal', 'Country', 'CA'], VPN_OPTIONS)
  must(['config', 'setprop', 'easyrsa', 'CAPassphrase', 'ca "pass" $word', 'CertExpire', '500'], VPN_OPTIONS)
  type('config setprop openvpn status enabled')
  const made = said(tried('signal-event openvpn-update'))
  // cron itself gives no more than /usr/bin:/bin, where neither node nor a service manager has to be.
  assert.match(readFileSync('/etc/cron.d/gabarit-openvpn', 'utf8'), /^PATH=\S*\/usr\/local\/bin:.*\n17 4 /m)
  type('db vpn set wanda client Passphrase wandas-word')
  const created = said(tried('signal-event vpn-client-create wanda'))
  const { subject, issuer, validTo } = certificate('wanda')
  assert.is(subject, 'C=CA\nL=Montréal\nO=Micronator (101)\nCN=wanda')
  assert.match(issuer, 'CN=VPN CA')
  assert.ok(Math.abs((Date.parse(validTo) - Date.now()) / 86_400_000 - 500) < 2)
  for (const key of ['ca', 'wanda']) assert.match(readFileSync(`${PKI}/private/${key}.key`, 'utf8'), 'ENCRYPTED')
  must(['openssl', 'pkey', '-in', `${PKI}/private/wanda.key`, '-passin', 'pass:wandas-word', '-noout'])
  for (const secret of ['wandas-word', 'ca "pass"', 'PRIVATE KEY']) {
    assert.not.match(made + created + said(tried('gabarit show 1')) + said(tried('gabarit history --json')), secret)
    const found = run(['grep', '-rlF', '--exclude-dir=db', secret, '/var/lib/gabarit'])
    assert.not.match(found.stdout, /objects|history|written|replaced/, secret)
  }
})

test('the PKI is made once: doing it again changes nothing, and what is lost of its copies comes back', () => {
  const pki = readlinkSync(PKI)
  const server = '/etc/openvpn/server'
  const before = ['ca.crt', 'openvpn.crt', 'openvpn.key', 'ta.key'].map(name =>
    readFileSync(join(server, name), 'utf8'),
  )
  type('signal-event openvpn-update')
  assert.is(readlinkSync(PKI), pki)
  for (const name of ['ca.crt', 'openvpn.key', 'ta.key', 'crl.pem']) rmSync(join(server, name))
  type('signal-event openvpn-update')
  assert.is(readlinkSync(PKI), pki)
  assert.equal(
    ['ca.crt', 'openvpn.crt', 'openvpn.key', 'ta.key'].map(name => readFileSync(join(server, name), 'utf8')),
    before,
  )
  assert.is(statSync(join(server, 'ta.key')).mode & 0o777, 0o600)
  assert.is(statSync(join(server, 'crl.pem')).mode & 0o777, 0o644)
  assert.is(statSync('/etc/openvpn/easy-rsa/').mode & 0o777, 0o700)
})

test('a PKI that is lost is not replaced by another one', () => {
  must(['mv', '/etc/openvpn/easy-rsa', '/etc/openvpn/lost'])
  const outcome = action('vpn-pki')
  assert.is(outcome.status, 3)
  assert.match(said(outcome), '/etc/openvpn/server/ca.crt exists, but not its PKI')
  rmSync('/etc/openvpn/easy-rsa', { recursive: true, force: true })
  must(['mv', '/etc/openvpn/lost', '/etc/openvpn/easy-rsa'])
  // A link that somebody removed: there is only one folder it can have been.
  const folder = readlinkSync(PKI)
  rmSync(PKI)
  type('signal-event openvpn-update')
  assert.is(readlinkSync(PKI), folder)
})

/** Settings of a server, and lines that they must lead to. OpenVPN accepts each of them, or the event would be refused. */
const SETTINGS: readonly (readonly [properties: readonly string[], wanted: readonly string[]])[] = [
  [
    ['topology', 'net30', 'network', '10.8.0.0 255.255.255.0', 'tlsMode', 'none', 'dh', 'ffdhe2048', 'proto', 'udp4'],
    ['topology net30', 'server 10.8.0.0 255.255.255.0', 'dh /etc/openvpn/server/ffdhe2048.pem', 'proto udp4'],
  ],
  [
    [
      'topology',
      'subnet',
      'tlsMode',
      'tls-auth',
      'auth',
      'SHA512',
      'proto',
      'tcp',
      'dh',
      'none',
      'managementPort',
      '7505',
    ],
    [
      'tls-auth /etc/openvpn/server/ta.key 0',
      'auth SHA512',
      'management 127.0.0.1 7505 /etc/openvpn/server/openvpn.management',
    ],
  ],
  [
    [
      'poolFirst',
      '10.8.0.128',
      'poolLast',
      '10.8.0.200',
      'network6',
      'fd00:8::/112',
      'proto',
      'udp6',
      'local',
      '2001:db8::5',
    ],
    [
      'server 10.8.0.0 255.255.255.0 nopool',
      'ifconfig-pool 10.8.0.128 10.8.0.200 255.255.255.0',
      'ifconfig-ipv6 fd00:8::1/112 fd00:8::2',
      'local 2001:db8::5',
    ],
  ],
  [
    ['local', '', 'proto', 'udp', 'routes', '10.1.0.0/16, 10.2.0.0/255.255.0.0,fd01::/64', 'redirectGateway', 'yes'],
    [
      'push "route 10.1.0.0 255.255.0.0"',
      'push "route 10.2.0.0 255.255.0.0"',
      'push "route-ipv6 fd01::/64"',
      'push "redirect-gateway def1 ipv6"',
    ],
  ],
  [
    ['dns', '10.1.0.53,fd01::53', 'domain', 'x.example', 'clients', 'any', 'clientToClient', 'yes', 'maxClients', '9'],
    [
      'push "dhcp-option DNS 10.1.0.53"',
      'push "dhcp-option DNS6 fd01::53"',
      'push "dhcp-option DOMAIN x.example"',
      'client-to-client',
      'max-clients 9',
    ],
  ],
  [
    [
      'dataCiphers',
      'CHACHA20-POLY1305',
      'dataCiphersFallback',
      'AES-256-CBC',
      'tlsVersionMin',
      '1.3',
      'device',
      'tun9',
      'verb',
      '4',
      'persist',
      'no',
      'keepalive',
      '5 30',
    ],
    [
      'data-ciphers CHACHA20-POLY1305',
      'data-ciphers-fallback AES-256-CBC',
      'tls-version-min 1.3',
      'dev tun9',
      'verb 4',
      'keepalive 5 30',
    ],
  ],
]

test('every setting reaches the configuration, and OpenVPN accepts it', () => {
  for (const [properties, wanted] of SETTINGS) {
    must(['config', 'setprop', 'openvpn', ...properties], VPN_OPTIONS)
    const { status, stdout, stderr } = tried('signal-event openvpn-update')
    assert.is(status, 0, `${properties.join(' ')}\n${stdout}${stderr}`)
    for (const line of wanted) assert.ok(lines(CONF).includes(line), line)
  }
  assert.not(lines(CONF).includes('ccd-exclusive'))
  assert.not(lines(CONF).includes('persist-key'))
  for (const [name, value] of [
    ['port', '0'],
    ['proto', 'sctp'],
    ['network', '10.8.0.1/24'],
    ['network', '10.8.0.0/30'],
    ['network6', 'fd00::/48'],
    ['dataCiphers', 'BF-CBC'],
    ['keepalive', '10 60; reboot'],
    ['domain', 'a"b'],
    ['caFile', '/etc/../x'],
    ['device', 'eth0'],
  ] as const)
    assert.is(tried('config', 'setprop', 'openvpn', name, value).status, 3, `${name} ${value}`)
  assert.is(tried('config set openvpnx service').status, 3)
  assert.is(tried('config set openvpn-two service status enabled').status, 3, 'port and network are needed')
  assert.is(tried('config set openvpn-two service managementPort 7505').status, 3, 'that of the first server')
  type('config delete openvpn')
  type('gabarit initialize-default-databases')
  type('config setprop openvpn status enabled')
})

test('every setting of a client reaches its file', () => {
  type('config setprop openvpn network6 fd00:8::/64')
  must(
    [
      'db',
      'vpn',
      'set',
      'wim',
      'client',
      'Address',
      '10.8.0.7',
      'Address6',
      'fd00:8::7',
      'routes',
      '10.5.0.0/16, fd05::/64',
    ],
    VPN_OPTIONS,
  )
  type('db vpn set yasmin client status disabled')
  type('signal-event openvpn-update')
  const settings = (name: string) => lines(`/etc/openvpn/ccd/openvpn/${name}`).filter(line => !/^#|^$/.test(line))
  assert.equal(settings('wim'), [
    'ifconfig-push 10.8.0.7 255.255.255.0',
    'ifconfig-ipv6-push fd00:8::7/64',
    'push "route 10.5.0.0 255.255.0.0"',
    'push "route-ipv6 fd05::/64"',
  ])
  assert.equal(settings('yasmin'), ['disable'])
  const same = tried('db vpn set other client Address 10.8.0.7 server openvpn')
  assert.is(same.status, 3)
  assert.match(said(same), 'is already used by record "wim"')
  assert.is(tried('db vpn setprop wim server openvpn-none').status, 3)
  type('db vpn delete yasmin')
  type('signal-event openvpn-update')
  assert.not(existsSync('/etc/openvpn/ccd/openvpn/yasmin'))
  type('db vpn delete wim')
})

test('network-update: the routes of clients follow the local networks', () => {
  type('config set DomainName example.org')
  type('signal-event openvpn-update')
  const pushed = () => lines(CONF).filter(line => line.startsWith('push "route'))
  assert.equal(pushed(), [])
  type('db networks set 10.78.0.0 network Mask 255.255.255.0')
  type('db networks set fd78::/64 network')
  type('signal-event network-update')
  assert.equal(pushed(), ['push "route 10.78.0.0 255.255.255.0"', 'push "route-ipv6 fd78::/64"'])
  type('db networks delete 10.78.0.0')
  type('db networks delete fd78::/64')
  type('signal-event network-update')
  assert.equal(pushed(), [])
})

test('a warning for the networks of most homes', () => {
  type('db networks set 192.168.1.0 network Mask 255.255.255.0')
  assert.match(
    said(tried('signal-event --dry-run openvpn-update')),
    /warning: .*many home routers also use 192\.168\.1\.0\/24/,
  )
  type('db networks delete 192.168.1.0')
})

const HOSTILE = [
  '../x',
  'a b',
  '$(id)',
  'a'.repeat(65),
  '',
  '.',
  '-x',
  'a/b',
  'x\ny',
  'server-openvpn',
  'ca',
  'ta',
  '`id`',
  'é',
]
test('names that a shell or a path would take wrongly are refused by the database and again by the actions', () => {
  const before = index()
  for (const name of HOSTILE) {
    assert.is.not(tried('db', 'vpn', 'set', name, 'client').status, 0, name)
    for (const program of ['create', 'renew', 'revoke', 'check', 'reconnect'])
      assert.is(action(`vpn-client-${program}`, name).status, 1, `${program} ${name}`)
    assert.is.not(tried('gabarit', 'vpn', 'profile', '--', name).status, 0, name)
  }
  assert.is(index(), before)
  assert.match(said(action('vpn-client-revoke', 'wanda', 'because')), 'not a reason: because')
})

test('the name is looked at before anything else, and a database that cannot be read is no client that is missing', () => {
  const { status, stdout, stderr } = tried('signal-event vpn-client-modify wendy')
  assert.is(status, 3)
  assert.match(stdout + stderr, 'there is no client "wendy" in vpn')
  assert.match(said(action('vpn-client-check', 'wendy')), 'to revoke one without a record')
  const file = '/var/lib/gabarit/db/vpn.json'
  const whole = readFileSync(file)
  writeFileSync(file, '{ broken')
  for (const program of ['create', 'renew', 'check', 'reconnect']) {
    const outcome = action(`vpn-client-${program}`, 'wanda')
    assert.is(outcome.status, 1)
    assert.match(said(outcome), 'vpn.json:1:3: the database is damaged')
    assert.not.match(said(outcome), 'there is no client')
  }
  writeFileSync(file, whole)
})

test('a further server with certificates of another authority keeps its files', () => {
  const elsewhere = '/etc/openvpn/corp'
  const pki = {
    EASYRSA_PKI: `${elsewhere}/pki`,
    EASYRSA_BATCH: '1',
    EASYRSA_ALGO: 'ec',
    EASYRSA_CURVE: 'prime256v1',
  }
  mkdirSync(elsewhere)
  for (const line of ['init-pki', 'build-ca nopass', 'build-server-full corp nopass', 'gen-crl'])
    must(['/usr/share/easy-rsa/easyrsa', ...words(line)], { env: pki, cwd: elsewhere })
  const files = { caFile: 'ca.crt', certFile: 'issued/corp.crt', keyFile: 'private/corp.key', crlFile: 'crl.pem' }
  const given = Object.entries(files).flatMap(([name, file]) => [name, `${elsewhere}/pki/${file}`])
  const contents = () => Object.values(files).map(file => readFileSync(`${elsewhere}/pki/${file}`, 'utf8'))
  const before = contents()
  type(`config set openvpn-corp service proto udp port 1195 network 10.9.0.0/24 status enabled ${given.join(' ')}`)
  type('signal-event openvpn-update')
  assert.equal(contents(), before)
  // Without a certificate of its own it is not clear whose it is: nothing of it is overwritten.
  type('config setprop openvpn-corp certFile /etc/openvpn/corp/missing.crt')
  const refused = action('vpn-pki')
  assert.is(refused.status, 3)
  assert.match(said(refused), 'is not from /etc/openvpn/easy-rsa/pki and is not overwritten')
  assert.equal(contents(), before)
  type('config delete openvpn-corp')
  type('signal-event openvpn-update')
})

test('a PKI made by hand is taken over, with its authority and its clients', () => {
  forgetPki()
  mkdirSync('/etc/openvpn/easy-rsa', { recursive: true })
  must(['config', 'setprop', 'easyrsa', 'CAPassphrase', ''], VPN_OPTIONS)
  const byHand = {
    EASYRSA_PKI: PKI,
    EASYRSA_BATCH: '1',
    EASYRSA_ALGO: 'ec',
    EASYRSA_CURVE: 'prime256v1',
    EASYRSA_REQ_CN: 'Ours',
  }
  const easyrsa = (...args: string[]) =>
    must(['/usr/share/easy-rsa/easyrsa', ...args], { env: byHand, cwd: '/etc/openvpn/easy-rsa' })
  easyrsa('init-pki')
  easyrsa('build-ca', 'nopass')
  const named = { ...byHand, EASYRSA_REQ_CN: '' }
  must(['/usr/share/easy-rsa/easyrsa', 'build-client-full', 'oldie', 'nopass'], {
    env: { ...named, EASYRSA_REQ_CN: undefined },
    cwd: '/etc/openvpn/easy-rsa',
  })
  const authority = readFileSync(`${PKI}/ca.crt`, 'utf8')
  // Two servers of that time, each with a key of its own for tls-auth.
  const keys = ['one', 'two'].map(name => `/etc/openvpn/${name}.ta`)
  for (const key of keys) must(['openvpn', '--genkey', 'secret', key])
  const contents = () => keys.map(key => readFileSync(key, 'utf8'))
  const before = contents()
  type(`config setprop openvpn tlsMode tls-auth tlsFile ${keys[0]}`)
  type('config set openvpn-two service proto tcp port 1195 network 10.9.0.0/24 status enabled tlsMode tls-auth')
  type(`config setprop openvpn-two tlsFile ${keys[1]}`)
  type('db vpn set oldie client')
  type('signal-event openvpn-update')
  assert.ok(lstatSync(PKI).isSymbolicLink())
  assert.is(readFileSync('/etc/openvpn/server/ca.crt', 'utf8'), authority)
  assert.match(type('gabarit vpn profile oldie'), '</key>')
  assert.match(type('gabarit vpn clients'), /^oldie +enabled +20/m)
  for (let times = 0; times < 2; times++) {
    assert.equal(contents(), before)
    type('signal-event openvpn-update')
  }
  // A further server shares the first one's; a lost file comes back.
  type('config set openvpn-three service proto udp port 1196 network 10.10.0.0/24 status enabled')
  rmSync(keys[1] ?? '')
  type('signal-event openvpn-update')
  assert.equal(contents(), before)
  assert.is(readFileSync('/etc/openvpn/server/ta.key', 'utf8'), before[0])
})

vpn.run()

// The PKI, keys and configuration of other set-ups, made with the real Easy-RSA as PiVPN and the script of angristan make them:
// nothing of it is overwritten, and its profiles go on working. As root, in private namespaces, on `/`.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must, words } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { CONF, certificate, index, PKI, said, tried, type } from '../support/vpn.ts'

const reason = needsCommands('openvpn', 'openssl', 'make-cadir') ?? enterNamespace('vpntaken')
const vpn = suite('taking over a VPN')
const test = (name: string, body: () => void | Promise<void>) => testIf(vpn, reason, name, body)
const text = (file: string) => readFileSync(file, 'utf8')
const SERVER = '/etc/openvpn/server'

/** Makes a PKI as the set-ups do. */
function makePki(...names: string[]): void {
  rmSync('/etc/openvpn', { recursive: true, force: true })
  mkdirSync('/etc/openvpn/easy-rsa', { recursive: true })
  mkdirSync(SERVER)
  const env = { EASYRSA_PKI: PKI, EASYRSA_BATCH: '1', EASYRSA_ALGO: 'ec', EASYRSA_CURVE: 'prime256v1' }
  const servers = names.map(name => `build-server-full ${name} nopass`)
  for (const line of ['init-pki', 'build-ca nopass', ...servers, 'build-client-full anna@home nopass', 'gen-crl'])
    must(['/usr/share/easy-rsa/easyrsa', ...words(line)], { env, cwd: '/etc/openvpn/easy-rsa' })
}

/** Puts the record of the server to these values. */
function setServer(properties: string): void {
  type('config delete openvpn')
  type('gabarit initialize-default-databases')
  type(`config setprop openvpn status enabled ${properties}`)
}

vpn.before(() => {
  if (reason === undefined) type('gabarit initialize-default-databases')
})

test('PiVPN: certificate and key that the record names stay as they are; the shared key is that of its server.conf', () => {
  makePki('host_abc')
  must(['openvpn', '--genkey', 'secret', `${PKI}/ta.key`])
  writeFileSync('/etc/openvpn/server.conf', `server 10.8.0.0 255.255.255.0\ntls-crypt ${PKI}/ta.key\n`)
  const files = [`${PKI}/issued/host_abc.crt`, `${PKI}/private/host_abc.key`, `${PKI}/ca.crt`, `${PKI}/ta.key`]
  const before = files.map(text)
  setServer(`certFile ${files[0]} keyFile ${files[1]}`)
  for (let times = 0; times < 2; times++) {
    type('signal-event openvpn-update')
    assert.equal(files.map(text), before)
    assert.is(text(`${SERVER}/ta.key`), before[3])
  }
  assert.not.match(index(), 'CN=server-openvpn')
  assert.match(text(CONF), `cert ${files[0]}\n`)
  type('db vpn set anna@home client')
  assert.match(type('gabarit vpn profile anna@home'), before[3]?.split('\n')[5] ?? 'no key')
  type('signal-event vpn-client-revoke anna@home')
  assert.match(index(), /^R.*CN=anna@home$/m)
})

test('with the usual certFile, the one server certificate of the PKI is used; profiles can ask for its name', () => {
  makePki('host_abc')
  must(['openvpn', '--genkey', 'secret', '/etc/openvpn/ta.key'])
  setServer('verifyName host_abc')
  type('signal-event openvpn-update')
  assert.is(text(`${SERVER}/openvpn.crt`), text(`${PKI}/issued/host_abc.crt`))
  assert.is(text(`${SERVER}/openvpn.key`), text(`${PKI}/private/host_abc.key`))
  assert.is(text(`${SERVER}/ta.key`), text('/etc/openvpn/ta.key'))
  assert.match(text('/etc/openvpn/profiles/openvpn.ovpn'), '\nverify-x509-name host_abc name\n')
  // It is renewed under its name, with its key.
  const key = text(`${SERVER}/openvpn.key`)
  const former = text(`${SERVER}/openvpn.crt`)
  type('config setprop easyrsa CertExpire 2000 RenewDays 900')
  type('signal-event vpn-crl-update')
  assert.is.not(text(`${SERVER}/openvpn.crt`), former)
  assert.match(text(`${SERVER}/openvpn.crt`), 'Subject: CN=host_abc')
  assert.is(text(`${SERVER}/openvpn.key`), key)
  type('config setprop easyrsa CertExpire 825 RenewDays 30')
})

test('a new certificate has the name of certName, and profiles ask for it; it is neither changed later nor a client', () => {
  makePki()
  must(['openvpn', '--genkey', 'secret', `${SERVER}/ta.key`])
  setServer('certName anna')
  must(['/usr/share/easy-rsa/easyrsa', 'build-client-full', 'anna', 'nopass'], {
    env: { EASYRSA_PKI: PKI, EASYRSA_BATCH: '1' },
    cwd: '/etc/openvpn/easy-rsa',
  })
  const key = `${PKI}/private/anna.key`
  refused('certName anna of openvpn is the name of a client', key)
  type('config setprop openvpn certName vpn.example.org')
  for (let times = 0; times < 2; times++) type('signal-event openvpn-update')
  assert.match(text(`${SERVER}/openvpn.crt`), 'Subject: CN=vpn.example.org')
  assert.match(index(), /^V.*CN=vpn\.example\.org$/m)
  assert.not.match(index(), 'CN=server-openvpn')
  assert.match(text('/etc/openvpn/profiles/openvpn.ovpn'), '\nverify-x509-name vpn.example.org name\n')
  type('config setprop openvpn certName other')
  refused('the certificate of openvpn is that of vpn.example.org, and certName other is for a new one', key)
})

test("angristan: files beside the PKI, with relative names; another's key is refused and not overwritten", () => {
  makePki('server_xyz')
  const [cert, key] = ['/etc/openvpn/server_xyz.crt', '/etc/openvpn/server_xyz.key']
  copyFileSync(`${PKI}/issued/server_xyz.crt`, cert)
  copyFileSync(`${PKI}/private/server_xyz.key`, key)
  must(['openvpn', '--genkey', 'secret', '/etc/openvpn/tls-crypt.key'])
  writeFileSync('/etc/openvpn/server.conf', 'server 10.8.0.0 255.255.255.0\ntls-crypt tls-crypt.key\n')
  const before = [cert, key].map(text)
  setServer(`certFile ${cert} keyFile ${key}`)
  type('signal-event openvpn-update')
  assert.equal([cert, key].map(text), before)
  assert.is(text(`${SERVER}/ta.key`), text('/etc/openvpn/tls-crypt.key'))
  copyFileSync(`${PKI}/private/anna@home.key`, key)
  const refused = tried('signal-event openvpn-update')
  assert.is(refused.status, 3)
  assert.match(said(refused), `${key} is not from ${PKI} and is not overwritten`)
  assert.is(text(key), text(`${PKI}/private/anna@home.key`))
})

test('several server certificates, or a shared key that is not found: refused with what to do, and nothing is made', () => {
  makePki('one', 'two')
  must(['openvpn', '--genkey', 'secret', `${SERVER}/ta.key`])
  setServer('')
  const which = tried('signal-event openvpn-update')
  assert.is(which.status, 3)
  assert.match(said(which), 'which certificate is that of openvpn: one, two?')
  assert.match(said(which), `config setprop openvpn certFile ${PKI}/issued/NAME.crt`)
  setServer(`certFile ${PKI}/issued/two.crt keyFile ${PKI}/private/two.key`)
  rmSync(`${SERVER}/ta.key`)
  const lost = tried('signal-event openvpn-update')
  assert.is(lost.status, 3)
  assert.match(
    said(lost),
    'the shared key of anna@home is missing: config setprop openvpn tlsFile FILE or tlsMode none',
  )
  assert.not(existsSync(`${SERVER}/ta.key`))
  type('config setprop openvpn tlsMode none')
  type('signal-event openvpn-update')
  assert.match(text(CONF), `cert ${PKI}/issued/two.crt\n`)
})

/** A certificate of another authority. */
function foreignCertificate(): string {
  const words = ['-x509', '-nodes', '-newkey', 'rsa:2048', '-subj', '/CN=Other', '-keyout', '/dev/null']
  return must(['openssl', 'req', ...words])
}

/** Types `openvpn-update`, which has to refuse: neither these files change nor the configuration of the server. */
function refused(pattern: string | RegExp, ...files: string[]): void {
  const present = () => [CONF, ...files].map(file => (existsSync(file) ? text(file) : undefined))
  const before = present()
  const outcome = tried('signal-event openvpn-update')
  assert.is(outcome.status, 3)
  assert.match(said(outcome), pattern)
  assert.equal(present(), before)
}

test("a file of another's at certFile, tlsFile or crlFile is never overwritten, whatever else is missing", () => {
  rmSync('/etc/openvpn', { recursive: true, force: true })
  mkdirSync(SERVER, { recursive: true })
  const foreign = `${SERVER}/theirs.pem`
  writeFileSync(foreign, foreignCertificate())
  setServer(`certFile ${foreign} caFile ${SERVER}/no-ca.crt keyFile ${SERVER}/no.key`)
  refused(`${foreign} is not from ${PKI} and is not overwritten`, foreign)
  assert.not(existsSync(`${PKI}/ca.crt`), 'no authority is made for an event that refuses')
  setServer('')
  type('signal-event openvpn-update')
  for (const property of ['certFile', 'keyFile', 'tlsFile', 'crlFile']) {
    const before = type(`config getprop openvpn ${property}`).trim()
    type(`config setprop openvpn ${property} ${foreign}`)
    refused(`config setprop openvpn ${property} FILE`, foreign)
    type(`config setprop openvpn ${property} ${before}`)
  }
  // What a power cut has emptied is made again.
  const key = text(`${SERVER}/ta.key`)
  writeFileSync(`${SERVER}/ta.key`, '')
  type('signal-event openvpn-update')
  assert.is(text(`${SERVER}/ta.key`), key)
})

test('keys inside a former server.conf are taken over; another authority on the same port is refused', () => {
  makePki('host_abc')
  const [shared, conf] = ['/etc/shared.key', '/etc/openvpn/server.conf']
  must(['openvpn', '--genkey', 'secret', shared])
  const inline = (tag: string, content: string) => `<${tag}>\n${content}</${tag}>\n`
  const other = inline('ca', foreignCertificate())
  const former = `port 1194\nproto udp\nserver 10.8.0.0 255.255.255.0\n${inline('tls-crypt', text(shared))}`
  writeFileSync(conf, former + inline('ca', text(`${PKI}/ca.crt`)))
  setServer('')
  type('signal-event openvpn-update')
  assert.is(text(`${SERVER}/ta.key`), text(shared))
  writeFileSync(conf, former + other)
  refused(
    /the server in \/etc\/openvpn\/server.conf has another authority[\s\S]*mv \S+server.conf \S+server.conf.old/,
    CONF,
  )
  writeFileSync(conf, former.replace('1194', '1999') + other)
  type('signal-event openvpn-update')
})

test('a former server whose clients connect otherwise is refused, until the record or the former file says so', () => {
  makePki('host_abc')
  const conf = '/etc/openvpn/server.conf'
  const key = `${SERVER}/ta.key`
  must(['openvpn', '--genkey', 'secret', key])
  const former = 'port 1194\nproto udp\nserver 10.8.0.0 255.255.255.0\n'
  const signs = 'auth SHA512\ndata-ciphers AES-256-GCM\n'
  for (const [lines, record, said, set] of [
    [`tls-auth ${key} 0\n${signs}`, 'auth SHA512', 'tlsMode tls-auth, not tls-crypt', 'tlsMode tls-auth'],
    [`tls-crypt ${key}\n`, 'tlsMode tls-auth', 'tlsMode tls-crypt, not tls-auth', 'tlsMode tls-crypt'],
    ['# tls-auth ta.key\n', '', 'tlsMode none, not tls-crypt', 'tlsMode none'],
    [`tls-auth ${key} 0\n`, 'tlsMode tls-auth', 'auth SHA1, not SHA256', 'auth SHA1'],
    [`auth sha-384\ntls-auth ${key} 1\n`, 'tlsMode tls-auth auth SHA384', 'keyDirection 1, not 0', 'keyDirection 1'],
    [
      `<tls-auth>\n${text(key)}</tls-auth>\n`,
      '',
      'tlsMode tls-auth, not tls-crypt; auth SHA1, not SHA256; keyDirection none, not 0',
      'tlsMode tls-auth auth SHA1 keyDirection none',
    ],
    [`tls-crypt ${key}\n`, 'dataCiphersFallback AES-256-CBC', 'auth SHA1, not SHA256', 'auth SHA1'],
  ] as const) {
    writeFileSync(conf, former + lines)
    setServer(record)
    refused(`the clients of ${conf} connect with ${said}\n`, conf, key)
    refused(`config setprop openvpn ${set}. If they may get new profiles: mv ${conf} ${conf}.old`)
  }
  writeFileSync(conf, `${former}${signs}<tls-auth>\n${text(key)}</tls-auth>\nkey-direction 0\n`)
  setServer('tlsMode tls-auth auth SHA512')
  type('signal-event openvpn-update')
  assert.match(text(CONF), `tls-auth ${key} 0\n`)
  // What gabarit made itself may change.
  rmSync(conf)
  type('config setprop openvpn tlsMode tls-crypt')
  type('signal-event openvpn-update')
})

test('whoever the former server refuses is not let in: by its list, by a folder, and whatever way it is written', () => {
  const conf = '/etc/openvpn/server.conf'
  const former = 'port 1194\r\nserver 10.8.0.0 255.255.255.0\r\n"tls-crypt" "my keys/ta.key" # shared\r\n'
  makePki('host_abc')
  mkdirSync('/etc/openvpn/my keys')
  must(['openvpn', '--genkey', 'secret', '/etc/openvpn/my keys/ta.key'])
  setServer('')
  const { serialNumber } = certificate('anna@home')
  const env = { EASYRSA_PKI: PKI, EASYRSA_BATCH: '1' }
  const easyRsa = (line: string) =>
    must(['/usr/share/easy-rsa/easyrsa', ...words(line)], { env, cwd: '/etc/openvpn/easy-rsa' })
  easyRsa('build-client-full bert nopass')
  // The list has the revocation, and the PKI was restored from an older copy.
  must(['cp', '-a', PKI, '/etc/openvpn/easy-rsa/old'])
  for (const line of ['revoke anna@home', 'gen-crl']) easyRsa(line)
  copyFileSync(`${PKI}/crl.pem`, '/etc/openvpn/crl.pem')
  rmSync(PKI, { recursive: true })
  renameSync('/etc/openvpn/easy-rsa/old', PKI)
  writeFileSync(conf, `${former}crl-verify crl.pem\n`)
  const message = `${conf} refuses the certificate ${serialNumber} of anna@home, which is valid in ${PKI}`
  refused(message)
  mkdirSync('/etc/openvpn/crl/5', { recursive: true })
  writeFileSync(`/etc/openvpn/crl/${BigInt(`0x${serialNumber}`)}`, '')
  writeFileSync(conf, `${former}crl-verify /etc/openvpn/crl 'dir'\n`)
  refused(message)
  refused('signal-event vpn-client-revoke anna@home')
  type('signal-event vpn-client-revoke anna@home')
  type('signal-event openvpn-update')
  assert.is(text(`${SERVER}/ta.key`), text('/etc/openvpn/my keys/ta.key'))
  writeFileSync(conf, `${former}duplicate-cn\n`)
  refused('config setprop openvpn duplicateNames yes')
  type('config setprop openvpn duplicateNames yes')
  type('signal-event openvpn-update')
  assert.match(text(CONF), '\nduplicate-cn\n')
  writeFileSync('/etc/openvpn/my keys/ca.crt', foreignCertificate())
  writeFileSync(conf, `${former}ca "my keys/ca.crt"\nduplicate-cn\n`)
  refused(`the server in ${conf} has another authority`)
})

/** Connects a client with a profile to the server as its files say. */
async function connect(profile: string): Promise<void> {
  const daemons = new Daemons()
  const file = '/etc/client.ovpn'
  writeFileSync(file, profile.replace(/^remote .*$/m, 'remote 127.0.0.1 1194'), { mode: 0o600 })
  mkdirSync('/run/openvpn-server', { recursive: true })
  const isUp = (name: string) => daemons.output(name).includes('Initialization Sequence Completed')
  await daemons.start('server', ['openvpn', '--config', CONF], () => isUp('server'))
  const alone = ['--dev', 'tunclient', '--dev-type', 'tun', '--ifconfig-noexec', '--route-noexec']
  await daemons.start('client', ['openvpn', '--config', file, ...alone], () => isUp('client'))
  await daemons.stopAll()
}

test('profiles of a server with tls-auth, with and without a direction and a digest, still connect', async () => {
  for (const [direction, digest, record] of [
    ['', '', 'auth SHA1 keyDirection none'],
    ['0', 'auth SHA512\n', 'auth SHA512'],
    ['1', '', 'auth SHA1 keyDirection 1'],
  ] as const) {
    makePki('host_abc')
    const shared = '/etc/openvpn/ta.key'
    must(['openvpn', '--genkey', 'secret', shared])
    const former = `port 1194\nserver 10.8.0.0 255.255.255.0\ntls-auth ta.key ${direction}\n${digest}`
    writeFileSync('/etc/openvpn/server.conf', former)
    setServer(`tlsMode tls-auth ${record}`)
    type('db vpn set anna@home client')
    type('signal-event openvpn-update')
    const files = `ca ${PKI}/ca.crt\ncert ${PKI}/issued/anna@home.crt\nkey ${PKI}/private/anna@home.key\n`
    const theirs = direction && String(1 - Number(direction))
    await connect(`client\ndev tun\nremote x\nproto udp\n${files}tls-auth ${shared} ${theirs}\n${digest}`)
    await connect(type('gabarit vpn profile anna@home'))
  }
})

test('clients with keys of their own (tls-crypt-v2) still connect, or the event refuses', async () => {
  makePki('host_abc')
  const v2 = '/etc/openvpn/tls-crypt-v2.key'
  must(['openvpn', '--genkey', 'tls-crypt-v2-server', v2])
  must(['openvpn', '--tls-crypt-v2', v2, '--genkey', 'tls-crypt-v2-client', '/etc/anna.v2'])
  must(['openvpn', '--genkey', 'secret', `${SERVER}/ta.key`])
  writeFileSync('/etc/openvpn/server.conf', `server 10.8.0.0 255.255.255.0\ntls-crypt-v2 ${v2}\n`)
  setServer('')
  refused('config setprop openvpn tlsV2File FILE', v2)
  type(`config setprop openvpn tlsV2File ${v2}`)
  type('db vpn set anna@home client')
  type('signal-event openvpn-update')
  const profile = type('gabarit vpn profile anna@home').replace(/<tls-crypt>[\s\S]+<\/tls-crypt>\n/, '')
  const old = `${profile}<tls-crypt-v2>\n${text('/etc/anna.v2')}</tls-crypt-v2>\n`
  await connect(old)
  await connect(type('gabarit vpn profile anna@home'))
})

test('an authority with a passphrase: what must be signed is refused with what to set, and nothing else is needed', () => {
  makePki('host_abc')
  const key = `${PKI}/private/ca.key`
  must(['openvpn', '--genkey', 'secret', `${SERVER}/ta.key`])
  must(['openssl', 'pkey', '-in', key, '-aes256', '-passout', 'pass:secret', '-out', '/etc/locked.key'])
  copyFileSync('/etc/locked.key', key)
  setServer('')
  type('signal-event openvpn-update')
  type('db vpn set anna@home client')
  const told = (passphrase: string, message: string) => {
    type(`config setprop easyrsa CAPassphrase ${passphrase} RenewDays 900`)
    for (const event of ['vpn-client-revoke anna@home', 'openvpn-update', 'vpn-crl-update']) {
      const outcome = tried(`signal-event ${event}`)
      assert.is(outcome.status, 3, event)
      assert.match(said(outcome), message)
    }
  }
  told('wrong', `the key of the authority has another passphrase: ${key}`)
  type('config delprop easyrsa CAPassphrase')
  refused('config setprop easyrsa CAPassphrase PASSPHRASE')
  renameSync(key, '/etc/elsewhere.key')
  refused(`the key of the authority is missing, so nothing can be signed or revoked: ${key}`)
  renameSync('/etc/elsewhere.key', key)
  type('config setprop easyrsa CAPassphrase secret RenewDays 30')
  type('signal-event vpn-client-revoke anna@home')
  assert.match(index(), /^R.*CN=anna@home$/m)
  type('config delprop easyrsa CAPassphrase')
})

test('a client whose name has blanks can be revoked; no name leads out of the PKI', () => {
  makePki('host_abc')
  must(['openvpn', '--genkey', 'secret', `${SERVER}/ta.key`])
  must(['/usr/share/easy-rsa/easyrsa', 'build-client-full', 'John Doe', 'nopass'], {
    env: { EASYRSA_PKI: PKI, EASYRSA_BATCH: '1' },
    cwd: '/etc/openvpn/easy-rsa',
  })
  setServer('')
  type('signal-event openvpn-update')
  assert.is(tried('signal-event', 'vpn-client-revoke', 'John Doe').status, 0)
  assert.match(index(), /^R.*CN=John Doe$/m)
  for (const name of ['../ca', '.', 'a/b', 'server-openvpn', 'ca', 'a\nb'])
    assert.match(said(tried('signal-event', 'vpn-client-revoke', name)), 'not the name of a client', name)
})

vpn.run()

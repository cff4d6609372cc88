// Clients of the VPN and their certificates, with the real Easy-RSA. Runs as root, in private namespaces, on `/`: there
// OpenVPN judges what is written. No service manager: the scenario of the gateway has one.
import { type ChildProcess, spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { BIN, must } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { ACTIONS, certificate, index, PKI, said, tried, type, VPN_ENV } from '../support/vpn.ts'

const programs = needsCommands('openvpn', 'openssl', 'flock', 'qrencode', 'make-cadir')
const reason = programs ?? enterNamespace('vpnclients')
const vpn = suite('VPN clients')
const test = (name: string, body: () => void | Promise<void>) => testIf(vpn, reason, name, body)

vpn.before(() => {
  if (reason !== undefined) return
  type('gabarit initialize-default-databases')
  type('config setprop openvpn status enabled')
  type('signal-event openvpn-update')
})

test('a client with settings that are refused gets no certificate', () => {
  type('db vpn set vera client Address 10.99.0.5')
  const before = index()
  const refused = tried('signal-event vpn-client-create vera')
  assert.is(refused.status, 3)
  assert.match(said(refused), 'vera: 10.99.0.5 is not an address for a client in')
  assert.match(said(refused), 'Nothing was changed.')
  assert.is(index(), before)
  type('db vpn delete vera')
})

test('renewing: the old certificate works on, and a revocation takes them all', () => {
  type('db vpn set vera client')
  type('signal-event vpn-client-create vera')
  const first = certificate('vera').serialNumber
  assert.match(said(tried('signal-event vpn-client-create vera')), 'vera has its certificate')
  type('signal-event vpn-client-renew vera')
  const second = certificate('vera').serialNumber
  assert.is.not(second, first)
  assert.equal(index().match(/^V.*CN=vera$/gm)?.length, 2)
  const profile = type('gabarit vpn profile vera')
  for (let times = 0; times < 2; times++) type('signal-event vpn-client-renew vera end-old')
  assert.is(certificate('vera').serialNumber, second)
  assert.is(type('gabarit vpn profile vera'), profile, 'what was handed out goes on working')
  assert.equal(
    index()
      .match(/^[VR].*CN=vera$/gm)
      ?.map(line => line[0])
      .sort(),
    ['R', 'V'],
  )
  type('signal-event vpn-client-renew vera revoke-old')
  assert.equal(index().match(/^R.*superseded.*CN=vera$/gm)?.length, 2)
  assert.equal(index().match(/^V.*CN=vera$/gm)?.length, 1)
  type('signal-event vpn-client-revoke vera')
  assert.not.match(index(), /^V.*CN=vera$/m)
  assert.match(type('gabarit vpn clients vera'), /^vera +revoked +revoked$/m)
  assert.match(said(tried('signal-event vpn-client-revoke vera')), 'are already revoked')
  assert.is(tried('signal-event vpn-client-create vera').status, 1)
  type('db vpn setprop vera status enabled')
  type('signal-event vpn-client-create vera')
  assert.match(index(), /^V.*CN=vera$/m)
  const list = must(['openssl', 'crl', '-in', '/etc/openvpn/server/crl.pem', '-noout', '-text'])
  for (const serial of [first, second]) assert.match(list, serial)
})

test('a profile is for its owner only, and a QR code when it is short enough', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gabarit-profile-'))
  const file = join(folder, 'vera.ovpn')
  type(`gabarit vpn profile vera --output ${file}`)
  assert.is(statSync(file).mode & 0o777, 0o600)
  assert.is(readFileSync(file, 'utf8'), type('gabarit vpn profile vera'))
  for (const tag of ['ca', 'cert', 'key', 'tls-crypt']) assert.match(readFileSync(file, 'utf8'), `\n</${tag}>\n`)
  assert.match(type('gabarit vpn profile vera --qr'), '█▀')
  assert.match(said(tried('gabarit vpn profile vear')), 'did you mean "vera"?')
  type('config setprop easyrsa Algorithm rsa KeySize 2048')
  type('signal-event vpn-client-renew vera')
  assert.match(
    said(tried('gabarit vpn profile vera --qr')),
    /the profile has \d+ bytes, but a QR code can hold only 2953/,
  )
  type('config setprop easyrsa Algorithm ec')
  rmSync(folder, { recursive: true })
})

test('doctor watches what ends', () => {
  const finding = (id: string) => {
    const all: { id: string; level: string; message: string }[] = JSON.parse(tried('gabarit doctor --json').stdout)
    return all.filter(found => found.id === id).map(({ level, message }) => `${level}: ${message}`)
  }
  assert.equal(finding('vpn'), ['ok: the files of the VPN servers exist and are valid'])
  assert.equal(finding('vpn-clients'), ['ok: no VPN client certificate expires soon'])
  type('config setprop easyrsa RenewDays 190')
  assert.match(finding('vpn').join(), /^warning: revocation list of openvpn expires in 1[78]\d days$/)
  type('signal-event vpn-crl-update')
  type('config setprop easyrsa RenewDays 1000')
  assert.match(finding('vpn-clients').join('\n'), 'warning: the certificate of the VPN client vera expires soon')
  assert.not.match(finding('vpn').join(), 'certificate of openvpn', 'it is in the first half of its life')
  const key = readFileSync('/etc/openvpn/server/openvpn.key', 'utf8')
  const old = certificate('server-openvpn').serialNumber
  type('config setprop easyrsa CertExpire 2000')
  assert.match(said(tried('signal-event openvpn-update')), 'renewing the certificate of the server openvpn')
  assert.is.not(certificate('server-openvpn').serialNumber, old)
  assert.is(readFileSync('/etc/openvpn/server/openvpn.key', 'utf8'), key)
  assert.is(
    readFileSync('/etc/openvpn/server/openvpn.crt', 'utf8'),
    readFileSync(`${PKI}/issued/server-openvpn.crt`, 'utf8'),
  )
  type('config setprop easyrsa RenewDays 30')
  rmSync('/etc/openvpn/server/crl.pem')
  assert.match(finding('vpn').join(), 'error: revocation list of openvpn: /etc/openvpn/server/crl.pem is missing')
})

test('by night the revocation list is renewed also when the certificate of a server cannot be', () => {
  type('signal-event openvpn-update')
  const list = () => readFileSync('/etc/openvpn/server/crl.pem', 'utf8')
  const before = list()
  const request = `${PKI}/reqs/server-openvpn.req`
  const whole = readFileSync(request)
  writeFileSync(request, 'no request')
  type('config setprop easyrsa CertExpire 5000 RenewDays 2400')
  const outcome = tried('signal-event vpn-crl-update')
  assert.is(outcome.status, 1)
  assert.match(said(outcome), 'easyrsa sign-req failed; the PKI is as it was')
  assert.is.not(list(), before)
  writeFileSync(request, whole)
  type('config setprop easyrsa CertExpire 2000 RenewDays 30')
})

/** Starts the action that makes a client, in a process group of its own. */
function create(name: string, stdio: 'ignore' | 'inherit' = 'ignore'): ChildProcess {
  const path = `${BIN}:${process.env.PATH}:/usr/sbin:/sbin`
  const command = [join(ACTIONS, 'vpn-client-create'), 'event', name] as const
  return spawn(command[0], command.slice(1), {
    env: { ...process.env, ...VPN_ENV, PATH: path },
    stdio,
    detached: true,
  })
}

const ended = (child: ChildProcess) => new Promise<number | null>(resolve => child.once('exit', resolve))

/** Where the actions keep the PKI and its copies. */
const STORE = '/etc/openvpn/easy-rsa/.gabarit'
const copies = () => readdirSync(STORE).filter(name => name.startsWith('new.'))
const inCopy = (path: string) => copies().some(copy => existsSync(join(STORE, copy, path)))

/** Instants at which something may be half made. */
const INSTANTS: Readonly<Record<string, (name: string) => boolean>> = {
  'the copy is begun': () => copies().length > 0,
  'there is a key': name => inCopy(`private/${name}.key`),
  'there is a certificate': name => inCopy(`issued/${name}.crt`),
  'the copy is ready': () => readdirSync(STORE).filter(name => name.startsWith('pki.')).length > 1,
  'the copy is in force': name => existsSync(`${PKI}/issued/${name}.crt`),
}

test('kill -9 while a client is made: the old PKI or the new one, no half client, and the next one works', async () => {
  let number = 0
  for (const [instant, reached] of Object.entries(INSTANTS)) {
    const name = `victim${number++}`
    type(`db vpn set ${name} client server openvpn`)
    const child = create(name)
    while (!reached(name) && child.exitCode === null) await new Promise(resolve => setImmediate(resolve))
    const exit = ended(child)
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    if (child.exitCode === null) await exit
    const files = ['issued/NAME.crt', 'private/NAME.key', 'reqs/NAME.req'].map(path => path.replace('NAME', name))
    const there = files.filter(path => existsSync(join(PKI, path))).length
    process.stdout.write(`killed when ${instant}: ${there} files\n`)
    assert.ok(there === 0 || there === files.length, `${instant}: ${there} files`)
    assert.is(new RegExp(`CN=${name}$`, 'm').test(index()), there > 0)
    const profile = tried(`gabarit vpn profile ${name}`)
    assert.is(profile.status, there > 0 ? 0 : 1)
    if (there === 0) assert.match(said(profile), `${name} has no certificate yet`)
    assert.is(await ended(create(name, 'inherit')), 0)
    assert.match(type(`gabarit vpn profile ${name}`), '</key>')
  }
  const left = readdirSync(STORE).filter(name => !['.lock', basename(readlinkSync(PKI))].includes(name))
  assert.equal(left, [])
})

vpn.run()

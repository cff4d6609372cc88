// What events make for the VPN is in their plan, their history and their rollback. As root, in private namespaces, on `/`.
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must, run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { certificate, index, PKI, said, tried, type } from '../support/vpn.ts'

const programs = needsCommands('openvpn', 'openssl', 'make-cadir')
const reason = programs ?? enterNamespace('vpnplan')
const vpn = suite('the PKI in plan, history and rollback')
const test = (name: string, body: () => void | Promise<void>) => testIf(vpn, reason, name, body)

const SERVER = '/etc/openvpn/server'
const MADE = ['ca.crt', 'crl.pem', 'openvpn.crt', 'openvpn.key', 'ta.key'].map(name => `${SERVER}/${name}`)
const list = () => readFileSync(`${SERVER}/crl.pem`, 'utf8')
const ownCopies = () =>
  [tmpdir(), '/run'].flatMap(folder => readdirSync(folder)).filter(name => name.startsWith('gabarit-pki-'))

vpn.before(() => {
  if (reason !== undefined) return
  type('gabarit initialize-default-databases')
  type('signal-event openvpn-update --comment begin')
  type('config setprop openvpn status enabled')
})

test('a new server: the dry run tells what would be made, OpenVPN judges it, and nothing is left', () => {
  const shown = tried('signal-event --check openvpn-update')
  assert.is(shown.status, 0, said(shown))
  for (const path of MADE) assert.match(shown.stdout, `+++ ${path}\n`)
  assert.match(shown.stdout, `+++ ${SERVER}/openvpn.key\n(a key: its content is not shown)`)
  assert.match(shown.stdout, /checked: .*openvpn/)
  assert.not.match(said(shown), 'is not there yet')
  assert.not.match(said(shown), 'PRIVATE KEY')
  const data = JSON.parse(type('signal-event --json --dry-run openvpn-update'))
  assert.ok(data.files.some(({ path }: { path: string }) => path === `${SERVER}/ta.key`))
  assert.not(existsSync('/etc/openvpn/easy-rsa'))
  for (const path of MADE) assert.not(existsSync(path), path)
  assert.equal(ownCopies(), [])
})

test('the event does just that, and its entry has the files without a key', () => {
  const done = type('signal-event openvpn-update')
  for (const path of MADE) assert.match(done, `created ${path}\n`)
  const entry = type('gabarit show 2')
  for (const path of MADE) assert.match(entry, `+++ ${path}\n`)
  assert.match(entry, 'lasting: the authority of the VPN was created: VPN CA')
  assert.not.match(entry, 'PRIVATE KEY')
  const key = readFileSync(`${SERVER}/openvpn.key`, 'utf8').split('\n')[1] ?? ''
  const tls = readFileSync(`${SERVER}/ta.key`, 'utf8').split('\n')[5] ?? ''
  for (const secret of [key, tls]) {
    assert.ok(secret.length > 20)
    assert.is(run(['grep', '-rlF', secret, '/var/lib/gabarit']).stdout, '')
  }
  assert.is(statSync(`${SERVER}/openvpn.key`).mode & 0o777, 0o600)
  assert.match(type('signal-event openvpn-update'), 'no file changed')
  assert.not.match(type('gabarit diff 1'), key)
})

test('what a refused event made is not in force, and the authority is the same afterwards', () => {
  mkdirSync('/etc/gabarit/checks.d', { recursive: true })
  writeFileSync('/etc/gabarit/checks.d/no', '#!/bin/sh\necho no; exit 1\n', { mode: 0o755 })
  type('config set openvpn-two service proto tcp port 1195 network 10.9.0.0/24 status enabled')
  assert.is(tried('signal-event openvpn-update').status, 3)
  assert.not(existsSync(`${SERVER}/openvpn-two.key`))
  writeFileSync('/etc/gabarit/checks.d/no', '', { mode: 0o644 })
  run(['chmod', '0644', '/etc/gabarit/checks.d/no'])
  const authority = readFileSync(`${PKI}/ca.crt`, 'utf8')
  assert.match(type('signal-event openvpn-update'), `created ${SERVER}/openvpn-two.key\n`)
  assert.is(readFileSync(`${PKI}/ca.crt`, 'utf8'), authority)
})

test('a rollback takes the copies back, never the PKI: what was issued stays, and is told', () => {
  type('db vpn set vera client')
  type('signal-event vpn-client-create vera')
  const { serialNumber } = certificate('vera')
  const shown = type('gabarit rollback --dry-run')
  assert.match(
    shown,
    `this stays: the client vera got the certificate ${serialNumber}; to revoke it: signal-event vpn-client-revoke vera`,
  )
  type('gabarit rollback')
  assert.not(existsSync('/etc/openvpn/ccd/openvpn/vera'))
  assert.is(certificate('vera').serialNumber, serialNumber)
  type('gabarit rollback 3')
  assert.not(existsSync(`${SERVER}/openvpn-two.key`))
  assert.ok(existsSync(`${SERVER}/openvpn.key`))
  assert.match(index(), /CN=server-openvpn-two$/m)
  // The way forward again: the same key as before.
  type('config set openvpn-two service proto tcp port 1195 network 10.9.0.0/24 status enabled')
  type('signal-event openvpn-update')
  assert.is(
    readFileSync(`${SERVER}/openvpn-two.key`, 'utf8'),
    readFileSync(`${PKI}/private/server-openvpn-two.key`, 'utf8'),
  )
  assert.is(tried('gabarit rollback').status, 0, 'also over a rollback')
})

test('a revocation stands, whatever becomes of its event, and no rollback undoes it', () => {
  type('db vpn set vera client')
  type('signal-event vpn-client-create vera')
  const before = list()
  const shown = tried('signal-event --dry-run vpn-client-revoke vera')
  assert.match(said(shown), /revoking the certificate \w+ of vera/)
  assert.match(shown.stdout, `+++ ${SERVER}/crl.pem\n`)
  assert.match(shown.stdout, '+++ /dev/null\n')
  assert.is(list(), before)
  assert.match(index(), /^V.*CN=vera$/m)
  run(['chmod', '0755', '/etc/gabarit/checks.d/no'])
  writeFileSync('/etc/gabarit/checks.d/no', '#!/bin/sh\nexit 1\n')
  assert.is.not(tried('signal-event vpn-client-revoke vera').status, 0)
  assert.is.not(list(), before, 'the list is in force all the same')
  run(['chmod', '0644', '/etc/gabarit/checks.d/no'])
  type('signal-event vpn-client-revoke vera')
  const after = list()
  type('gabarit rollback')
  assert.is(list(), after)
  assert.not.match(index(), /^V.*CN=vera$/m)
})

test('what is broken is told, and nothing changes: no Easy-RSA, a damaged index, a link that leads elsewhere', () => {
  type('db vpn set willy client')
  // In the mount namespace of this test: others use it at the same time.
  must(['mount', '-t', 'tmpfs', 'tmpfs', '/usr/share/easy-rsa'])
  assert.match(
    said(tried('signal-event vpn-client-create willy')),
    'Easy-RSA is not installed: apt-get install easy-rsa',
  )
  must(['umount', '/usr/share/easy-rsa'])
  const whole = readFileSync(`${PKI}/index.txt`)
  writeFileSync(`${PKI}/index.txt`, 'broken\n')
  const damaged = tried('signal-event vpn-client-create willy')
  assert.is(damaged.status, 1)
  assert.match(said(damaged), 'the PKI is as it was')
  assert.not(existsSync(`${PKI}/issued/willy.crt`))
  writeFileSync(`${PKI}/index.txt`, whole)
  assert.equal(readdirSync('/etc/openvpn/easy-rsa/.gabarit').length, 1)
  const folder = readlinkSync(PKI)
  run(['ln', '-sfn', '/tmp', PKI])
  assert.match(
    said(tried('signal-event vpn-client-create willy')),
    `${PKI} is a link to /tmp: gabarit works on a folder pki`,
  )
  run(['ln', '-sfn', folder, PKI])
  type('signal-event vpn-client-create willy')
})

test('a refusal after a certificate was made says what stays', () => {
  type('config set openvpn-three service proto udp port 1197 network 10.8.0.128/25 managementPort 7510 status enabled')
  const refused = tried('signal-event openvpn-update')
  assert.is(refused.status, 3, said(refused))
  assert.match(said(refused), 'No file was changed. This stays: the server openvpn-three got a certificate')
  const again = said(tried('signal-event openvpn-update'))
  assert.match(again, 'Nothing was changed.')
  type('config delete openvpn-three')
})

vpn.run()

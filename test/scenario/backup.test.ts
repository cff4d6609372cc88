// The disk of a server is lost. Its backup is restored on a fresh machine: Apache serves its certificate, and a VPN client of the
// old server connects to the new one. With the real daemons under s6, in private namespaces.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TestAuthority } from '../support/authority.ts'
import { converse } from '../support/converse.ts'
import { Daemons } from '../support/daemons.ts'
import { ask, servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { addNode, commandOn, connect } from '../support/nodes.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { must, run, Sandbox, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { waitFor } from '../support/wait.ts'

const PROGRAMS = ['script', 'apache2', 'openvpn', 'make-cadir', 's6-svscan', 'age-keygen', 'curl', 'openssl', 'ip']
const scenario = suite('a server whose disk is lost')
const step = stepsOf(scenario, needsCommands(...PROGRAMS) ?? enterNamespace('fresh'))
const daemons = new Daemons()
const folder = mkdtempSync(join(tmpdir(), 'gabarit-lost-'))
const [identity, archive] = [join(folder, 'backup-key.txt'), join(folder, 'gate.tar.age')]
const SCAN = '/run/service'
/** Events that make keys take their time. */
const options = { env: { SSH_CONNECTION: undefined }, timeoutSeconds: 120 }
let authority: TestAuthority
let profile = ''
let saved: Readonly<Record<string, string>> = {}

const FILES = [
  '/etc/httpd/conf/httpd.conf',
  '/etc/openvpn/server/openvpn.key',
  '/etc/openvpn/server/ta.key',
  '/etc/openvpn/easy-rsa/pki/private/ca.key',
  '/etc/openvpn/easy-rsa/pki/index.txt',
  '/etc/ssl/site/privkey.pem',
  '/etc/sysctl.d/90-gabarit.conf',
]

scenario.after(async () => {
  await daemons.stopAll()
  rmSync(folder, { recursive: true, force: true })
})

step('the old server: a site with a certificate of its own, a VPN with a client, and a backup', () => {
  const old = new Sandbox()
  const type = (line: string) => old.must(line, options)
  must(['cp', '/etc/passwd', '/etc/group', old.path('/')])
  must(['mkdir', '-p', old.path('/etc')])
  must(['mv', old.path('/passwd'), old.path('/group'), old.path('/etc')])
  authority = new TestAuthority(join(folder, 'authority'))
  authority.issue(['www.example.org', 'example.org'], old.path('/etc/ssl/site'))
  type('config set DomainName example.org')
  type('config set SystemName gate')
  type('config set LocalIP 198.18.7.4')
  type('gabarit initialize-default-databases')
  type('config setprop modSSL crt /etc/ssl/site/cert.pem key /etc/ssl/site/privkey.pem')
  type('config setprop modSSL CertificateChainFile /etc/ssl/site/chain.pem')
  type('config setprop firewall ExternalInterface eth0')
  type('config setprop openvpn remoteHost 198.18.0.2 network 10.8.0.0/24 status enabled')
  type('signal-event post-install')
  type('signal-event openvpn-update')
  type('db vpn set setsuna client Address 10.8.0.50')
  type('signal-event vpn-client-create setsuna')
  profile = type('gabarit vpn profile setsuna')
  must(['age-keygen', '-o', identity])
  type(`config setprop backup Recipients ${must(['age-keygen', '-y', identity]).trim()}`)
  type(`gabarit backup ${archive}`)
  saved = Object.fromEntries(FILES.map(path => [path, old.read(path)]))
  old.remove()
})

step('a fresh machine; the plan, then all of it in one go', async () => {
  addNode('client')
  connect(
    { node: 'client', device: 'eth0', addresses: ['198.18.0.1/24'] },
    { device: 'out0', addresses: ['198.18.0.2/24'] },
  )
  await waitFor('the address', () => networkInterfaces().out0 !== undefined)
  await startS6(daemons, SCAN)
  addS6Service(SCAN, 'apache2', '#!/bin/sh\nexec apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND 2>&1\n')
  addS6Service(
    SCAN,
    'openvpn-server@openvpn',
    '#!/bin/sh\nmkdir -p /run/openvpn-server\ncd /etc/openvpn/server\nexec openvpn --config openvpn.conf >>/run/openvpn.log 2>&1\n',
  )
  const restore = ['gabarit', 'restore', archive, '--identity', identity]
  const unnamed = run([...restore, '--dry-run'], options)
  assert.is(unnamed.status, 3)
  assert.match(
    unnamed.stderr,
    /ExternalInterface is eth0, which this machine does not have.*--replace 198.18.7.4=198.18.0.2,eth0=/s,
  )
  const line = `gabarit restore ${archive} --identity ${identity} --dry-run`
  const answers = ['198.18.0.2', 'eth7', 'out0', 'no.label', 'gate2'].map(answer => () => `${answer}\r`)
  const asked = await converse({ root: '/' }, line, answers, /(for it here: [^?]*|from now on \[gate\])\? /g)
  assert.is(asked.status, 0, asked.stdout)
  assert.match(asked.stdout, '+ configuration firewall ExternalInterface = "out0"')
  assert.match(asked.stdout, '+ configuration LocalIP = "198.18.0.2"')
  assert.match(asked.stdout, '+ configuration SystemName = "gate2"')
  assert.match(asked.stdout, '198.18.0.2 gate2.example.org gate2')
  const listed = JSON.parse(run([...restore, '--dry-run', '--json'], options).stdout)
  assert.equal(
    listed.missing.map(({ kind, where, value }: Record<string, string>) => [kind, where, value]),
    [
      ['address', 'configuration LocalIP', '198.18.7.4'],
      ['interface', 'configuration firewall ExternalInterface', 'eth0'],
    ],
  )
  assert.ok(listed.missing[1].choices.includes('out0'))
  const wrong = run([...restore, '--replace', 'eth0=eth7,198.18.7.4=198.18.0.2', '--dry-run'], options)
  assert.is(wrong.status, 3)
  restore.push('--replace', 'eth0=out0,198.18.7.4=198.18.0.2')
  const plan = run([...restore, '--dry-run'], options)
  assert.is(plan.status, 0, plan.stderr)
  assert.match(plan.stdout, /SystemName is gate; for the name of this machine: --replace gate=/)
  assert.match(plan.stdout, '+ vpn setsuna Address = "10.8.0.50"')
  assert.not.match(plan.stdout, 'PRIVATE KEY')
  const { status, stdout, stderr } = run(restore, options)
  assert.is(status, 0, stdout + stderr)
})

step('each file is as it was', () => {
  for (const path of FILES) assert.is(readFileSync(path, 'utf8'), saved[path], path)
  const { status, stdout } = run(words('gabarit diff'), options)
  assert.is(status, 0, stdout)
  assert.match(must(words('gabarit history')), 'backup restore')
})

step('Apache serves the page with the certificate of the old server', async () => {
  writeFileSync('/srv/ibays/Primary/html/index.html', 'the page\n')
  await waitFor('Apache', () => ask('http://127.0.0.1/').status === 200)
  assert.match(servedCertificate('www.example.org').issuer, 'Test intermediate')
})

step('the client of the old server connects to the new one', async () => {
  const file = join(folder, 'setsuna.ovpn')
  writeFileSync(file, profile, { mode: 0o600 })
  await daemons.start('client', commandOn('client', 'openvpn', '--config', file, '--connect-retry', '1', '1'), () =>
    daemons.output('client').includes('Initialization Sequence Completed'),
  )
  await waitFor('the tunnel', () => run(commandOn('client', 'ping', '-c1', '-W2', '10.8.0.1')).status === 0)
  assert.match(must(words('gabarit vpn clients')), /setsuna +enabled/)
})

scenario.run()

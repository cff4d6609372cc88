// Scenario 1 with the real daemons: HTTPS for every name, first with the test authority, then with the production one;
// then one name goes to Odoo; then back to the self-signed certificate. Runs as root, in private namespaces, on `/`.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { ask, certificateNames, servedCertificate } from '../support/http.ts'
import { ASKED, CERTIFIED, FOUND, ODOO, PRIMARY, PRIVATE } from '../support/micronator.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { type Authority, makePebbleCertificate, pointName, startAuthority, startDns } from '../support/pebble.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { BIN, must, PROJECT, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'
import { pause } from '../support/wait.ts'

const DAEMONS = ['apache2', 'dehydrated', 'pebble', 'pebble-challtestsrv', 's6-svscan', 'curl', 'openssl', 'hexdump']
const reason = needsCommands(...DAEMONS) ?? enterNamespace('odoo-11')

const scenario = suite('HTTPS for every name')
const step = stepsOf(scenario, reason)
const daemons = new Daemons()
const folder = mkdtempSync(join(tmpdir(), 'gabarit-scenario-'))
const scan = '/run/service'
const templates = join(PROJECT, 'templates/etc/httpd/conf/httpd.conf/VirtualHosts')
const custom = '/etc/gabarit/templates-custom/etc/httpd/conf/httpd.conf/VirtualHosts'
const authorities: Record<string, Authority> = {}

/** Types a line of the manual. */
const type = (line: string) => must(words(line))

/** dehydrated with its generated configuration; only the authority's own HTTPS and the length of its naps are ours. */
const dehydrated = (...args: string[]) =>
  run(['dehydrated', ...args], {
    env: { CURL_CA_BUNDLE: join(folder, 'pebble.crt'), PATH: `${join(folder, 'bin')}:${BIN}:${process.env.PATH}` },
    timeoutSeconds: 240,
  })

/** The authority by its name in this file. */
function authority(name: 'test' | 'production'): Authority {
  const found = authorities[name]
  if (found === undefined) throw new Error(`the ${name} authority has not been started`)
  return found
}

/** The process of Apache that holds the ports: a reload keeps it. */
const apacheProcess = () => type(`s6-svstat -o pid ${scan}/apache2`).trim()

/** What must be true of the certificate that Apache serves, under every name. */
function assertServes(issuer: string): void {
  for (const name of CERTIFIED) {
    const certificate = servedCertificate(name)
    assert.is(certificate.issuer, issuer, name)
    assert.equal(certificateNames(certificate), [...CERTIFIED].sort(), name)
  }
}

/** Every name answers a challenge in clear, without redirection. */
function assertChallenges(): void {
  const token = 'a-token_of-the-test'
  writeFileSync(`/var/www/dehydrated/${token}`, 'the answer\n')
  for (const name of CERTIFIED) {
    const { status, body } = ask(`http://${name}/.well-known/acme-challenge/${token}`)
    assert.equal({ status, body }, { status: 200, body: 'the answer\n' }, name)
  }
}

scenario.after(async () => {
  await daemons.stopAll()
  rmSync(folder, { recursive: true, force: true })
})

step('two authorities, a DNS and a service manager are there', async () => {
  makePebbleCertificate(folder)
  rmSync('/etc/resolv.conf', { force: true })
  writeFileSync('/etc/resolv.conf', 'nameserver 127.0.0.1\n')
  const dns = '127.0.0.1:53'
  await startDns(daemons, dns)
  const listen = { httpPort: 80, dns }
  authorities.test = await startAuthority(daemons, folder, 'test', { port: 14000, managementPort: 15000, ...listen })
  const production = { port: 14100, managementPort: 15100, ...listen }
  authorities.production = await startAuthority(daemons, folder, 'production', production)
  assert.is.not(authorities.test.issuer, authorities.production.issuer)
  await startS6(daemons, scan)
  addS6Service(scan, 'apache2', '#!/bin/sh\nexec apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND 2>&1\n')
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/sleep'), '#!/bin/sh\nexec /bin/sleep 0.05\n', { mode: 0o755 })
})

step('a new server gets its databases, and its web server starts with a self-signed certificate', () => {
  for (const line of FOUND) type(line)
  writeFileSync('/srv/ibays/Primary/html/index.html', 'the page of Micronator\n')
  const { subject, issuer } = servedCertificate(PRIMARY)
  assert.is(subject, issuer)
  assert.is(ask(`https://${PRIMARY}/`).body, 'the page of Micronator\n')
})

step('the administrator asks for certificates', () => {
  assert.match(must(['sh', '-c', 'db hosts show | grep .org']), `www.${ODOO}=host`)
  for (const line of ASKED) type(line)
  type(`config setprop letsencrypt TestCA ${authority('test').directory}`)
  type(`config setprop letsencrypt ProductionCA ${authority('production').directory}`)
})

step('a dry run shows what would change, and changes not one byte', () => {
  const folders = ['/etc', '/var/lib/gabarit', '/var/www', '/srv', '/run']
  const before = treeState(...folders)
  const shown = type('signal-event console-save --dry-run')
  assert.equal(treeChanges(before, treeState(...folders)), [])
  assert.match(shown, '+++ /etc/dehydrated/domains.txt')
  assert.match(shown, `+${PRIMARY} `)
  assert.match(shown, 'apache2')
  type('expand-template --diff /etc/hosts /etc/dehydrated/config')
  assert.equal(treeChanges(before, treeState(...folders)), [])
})

step('console-save writes what dehydrated reads: the test authority, and one line of names', () => {
  type('signal-event console-save')
  assert.match(must(['grep', 'CA', '/etc/dehydrated/config']), authority('test').directory)
  const lines = readFileSync('/etc/dehydrated/domains.txt', 'utf8').trimEnd().split('\n')
  assert.is(lines.length, 1)
  const names = words(lines[0] ?? '')
  assert.is(names[0], PRIMARY)
  assert.equal(names.toSorted(), [...CERTIFIED].sort())
  for (const name of PRIVATE) assert.not(names.includes(name))
  assertChallenges()
})

step('a name that leads elsewhere: no certificate, and the name is said', () => {
  pointName(`wpad.${ODOO}`, '198.51.100.7')
  const { status, stdout, stderr } = dehydrated('-c')
  pointName(`wpad.${ODOO}`)
  assert.is(status, 1)
  assert.match(`${stdout}${stderr}`, `wpad.${ODOO}`)
  const { subject, issuer } = servedCertificate(PRIMARY)
  assert.is(subject, issuer)
})

step('dehydrated -c gets a certificate of the test authority, and Apache serves it', () => {
  const before = apacheProcess()
  const { status, stdout, stderr } = dehydrated('-c')
  assert.is(status, 0, `${stdout}${stderr}`)
  assertServes(authority('test').issuer)
  assert.is(apacheProcess(), before)
})

step('dehydrated -c -x gets the official certificate, and Apache serves it', () => {
  type('config setprop letsencrypt status enabled')
  type('signal-event console-save')
  assert.match(must(['grep', 'CA', '/etc/dehydrated/config']), authority('production').directory)
  const { status, stdout, stderr } = dehydrated('-c', '-x')
  assert.is(status, 0, `${stdout}${stderr}`)
  assertServes(authority('production').issuer)
  // A folder without a key is no account: dehydrated makes one for every address that it only looks at.
  const keys = readdirSync('/etc/dehydrated/accounts').map(name => `/etc/dehydrated/accounts/${name}/account_key.pem`)
  assert.is(keys.filter(key => existsSync(key)).length, 2, 'each authority has an account of its own')
  assert.is(ask(`https://www.${PRIMARY}/`, { trust: authority('production').root }).body, 'the page of Micronator\n')
})

step('an override sends one name to Odoo, and nothing else', async () => {
  const manager = () => ask(`https://${PRIMARY}/server-manager`)
  const managerBefore = manager()
  const backend = join(PROJECT, 'test/support/backend.mjs')
  const command = [process.execPath, backend, '8069', 'Odoo']
  await daemons.start('odoo', command, () => ask('http://localhost:8069/'))
  mkdirSync(custom, { recursive: true })
  must(['cp', join(templates, '25SSLDirectives'), custom])
  must(['sed', '-i', '-f', join(PROJECT, 'scripts/odoo-override.sed'), join(custom, '25SSLDirectives')])
  type('expand-template /etc/httpd/conf/httpd.conf')
  type('signal-event ssl-update')
  assert.match(must(['grep', 'redirection', '/etc/httpd/conf/httpd.conf']), 'redirection of Odoo')
  const asker = { follow: true, trust: authority('production').root }
  for (const start of [`http://${ODOO}/`, `https://${ODOO}/`, `http://www.${ODOO}/`, `https://www.${ODOO}/`]) {
    const { status, url, body } = ask(`${start}web?a=1`, asker)
    assert.is(status, 200, start)
    assert.match(url, /^https:/, start)
    assert.match(body, 'Odoo /web?a=1', start)
  }
  for (const start of [`http://${PRIMARY}/`, `https://${PRIMARY}/`, `http://www.${PRIMARY}/`]) {
    assert.is(ask(start, asker).body, 'the page of Micronator\n', start)
  }
  assert.equal(manager(), managerBefore)
  assertChallenges()
})

step('a request under way survives the reload', async () => {
  const url = `https://${ODOO}/slow`
  const slow = promisify(execFile)('curl', ['-sS', '--cacert', authority('production').root, url])
  await pause(500)
  type('signal-event ssl-update')
  assert.match((await slow).stdout, 'Odoo /slow')
})

step('back to the self-signed certificate', () => {
  type('config delprop modSSL CertificateChainFile CommonName crt key')
  for (const event of ['domain-modify', 'email-update', 'ibay-modify']) type(`signal-event ${event}`)
  const { subject, issuer } = servedCertificate(PRIMARY)
  assert.is(subject, issuer)
  assert.is(ask(`https://${PRIMARY}/`).body, 'the page of Micronator\n')
})

scenario.run()

// What goes wrong behind the authority, with real authorities, dehydrated and Apache: services that do not follow, limits that
// are reached, certificates that are swapped back or withdrawn.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ACME_DAEMONS, AcmeServer } from '../support/acme-server.ts'
import { servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import type { Authority } from '../support/pebble.ts'
import { stepsOf } from '../support/steps.ts'

const reason = needsCommands(...ACME_DAEMONS) ?? enterNamespace('mine')

const service = suite('certificates in service')
const step = stepsOf(service, reason)
const server = new AcmeServer()
service.after(() => server.stop())

const STATE = '/var/lib/gabarit/letsencrypt'
const PRIMARY = 'example.org'
let production: Authority

/** The ids in the history of one authority. */
function history(port: 14000 | 14100): string[] {
  const folder = `${STATE}/127.0.0.1_${port}/certificates/${PRIMARY}`
  return existsSync(folder) ? readdirSync(folder).filter(name => /^\d+$/.test(name)) : []
}

const servedIssuer = () => servedCertificate(`www.${PRIMARY}`).issuer
const isSelfSigned = () => servedCertificate(PRIMARY).issuer === servedCertificate(PRIMARY).subject

step('a server gets its first certificate', async () => {
  await server.start()
  await server.authority('test')
  production = await server.authority('production')
  for (const line of ['config set DomainName example.org', 'config set SystemName mine', 'signal-event post-install'])
    server.type(line)
  server.settle()
  server.type('db domains setprop example.org letsencryptSSLcert enabled')
  server.type('db hosts setprop www.example.org letsencryptSSLcert enabled')
  server.type('config setprop letsencrypt email a@example.org ACCEPT_TERMS yes')
  const { status, stdout, stderr } = server.letsencrypt('setup --skip all')
  assert.is(status, 0, stdout + stderr)
  assert.is(servedIssuer(), production.issuer)
})

step('a certificate of the test authority in modSSL is not served in production', () => {
  const [id] = history(14000)
  const folder = `${STATE}/127.0.0.1_14000/certificates/${PRIMARY}/${id}`
  server.type(
    `config setprop modSSL crt ${folder}/cert.pem key ${folder}/privkey.pem CertificateChainFile ${folder}/chain.pem`,
  )
  server.type('signal-event ssl-update')
  assert.ok(isSelfSigned())
  assert.is(server.letsencrypt('status').status, 1)
  assert.is(server.letsencrypt('renew').status, 0)
  assert.is(servedIssuer(), production.issuer)
})

step('a stale lock of dehydrated is removed; a deployment that fails is made up by the next run', () => {
  const custom = '/etc/gabarit/templates-custom/etc/httpd/conf/httpd.conf'
  mkdirSync(custom, { recursive: true })
  writeFileSync(`${custom}/99broken`, '<%= undefined %>\n')
  writeFileSync('/etc/dehydrated/lock', 'long ago\n')
  const before = servedCertificate(PRIMARY).fingerprint256
  const failed = server.letsencrypt('renew --force')
  assert.is(failed.status, 1)
  assert.match(failed.stderr, 'removed the lock of a dehydrated that was killed')
  assert.match(failed.stderr, 'the event ssl-update failed')
  assert.is(servedCertificate(PRIMARY).fingerprint256, before)
  assert.is(server.letsencrypt('status').status, 1)
  rmSync(`${custom}/99broken`)
  assert.is(server.letsencrypt('renew').status, 0)
  assert.is.not(servedCertificate(PRIMARY).fingerprint256, before)
  assert.is(history(14100).length, 2)
})

step('a daemon that does not reload is found out', () => {
  const pid = server.type(`s6-svstat -o pid ${server.scan}/apache2`).trim()
  process.kill(Number(pid), 'SIGSTOP')
  const { status, stderr } = server.letsencrypt('use previous')
  process.kill(Number(pid), 'SIGCONT')
  assert.is(status, 1)
  assert.match(stderr, 'reloading the services again')
  assert.match(stderr, 'it serves another certificate')
  const again = server.letsencrypt('renew')
  assert.is(again.status, 0, again.stderr)
})

step('an older certificate that was chosen stays, also when a newer one comes, until the latest is asked for', () => {
  const [older, newer] = history(14100).sort()
  const file = (id: string | undefined) => `${STATE}/127.0.0.1_14100/certificates/${PRIMARY}/${id}/cert.pem\n`
  assert.is(server.type('config getprop modSSL crt'), file(older))
  const { status, stdout } = server.letsencrypt('renew --force')
  assert.is(status, 0)
  assert.match(stdout, `${PRIMARY}: ${older} was chosen by hand and is served until `)
  assert.is(server.type('config getprop modSSL crt'), file(older))
  const shown = server.letsencrypt('status')
  assert.is(shown.status, 0, shown.stdout)
  assert.match(shown.stdout, /chosen by hand until .*; to use the newest: gabarit letsencrypt use latest example\.org/)
  assert.is(server.letsencrypt('use latest').status, 0)
  assert.is(server.type('config getprop modSSL crt'), file(history(14100).sort().at(-1)))
  const refused = server.letsencrypt('use 17')
  assert.is(refused.status, 3)
  assert.match(refused.stderr, newer ?? '?')
})

step('the sixth certificate of a week for the same names is refused before the authority sees it', () => {
  for (let count = 4; count <= 5; count++) assert.is(server.letsencrypt('renew --force').status, 0)
  const before = server.daemons.output('production').length
  for (const folder of [`${STATE}/127.0.0.1_14100/certificates`, '/etc/dehydrated/127.0.0.1_14100'])
    rmSync(folder, { recursive: true })
  const { status, stderr } = server.letsencrypt('renew')
  assert.is(status, 1)
  assert.match(stderr, 'The authority was not asked')
  assert.is(server.daemons.output('production').length, before)
  assert.is(server.letsencrypt('renew --force').status, 0)
})

step('a certificate is withdrawn, but not while it is in service', () => {
  const [id = ''] = history(14100)
  assert.is(server.letsencrypt(`revoke ${id}`).status, 3)
  const { status, stdout, stderr } = server.letsencrypt(`revoke ${id} --force`)
  assert.is(status, 0, stderr)
  assert.match(stdout, 'revoked by the production authority')
  assert.match(server.letsencrypt('list').stdout, 'revoked')
})

step('a withdrawal that was cut off is told, and ended by the same command', () => {
  const folder = `${STATE}/127.0.0.1_14100/certificates/${PRIMARY}`
  const id = history(14100).find(one => existsSync(`${folder}/${one}/revoked`)) ?? ''
  // As a kill leaves it behind the answer of the authority.
  renameSync(`${folder}/${id}/revoked`, `${folder}/${id}/revoking`)
  assert.match(server.letsencrypt('list').stdout, 'its revocation was interrupted: gabarit letsencrypt revoke')
  const { status, stderr } = server.letsencrypt(`revoke ${id}`)
  assert.is(status, 0, stderr)
  assert.equal(
    ['revoked', 'revoking'].map(name => existsSync(`${folder}/${id}/${name}`)),
    [true, false],
  )
  assert.is(server.letsencrypt(`revoke ${id}`).status, 3)
})

step('a domain with a certificate entered by hand keeps it, and is not expected to show another', () => {
  const own = '/var/lib/gabarit/ssl/self-signed.pem'
  server.type(`db domains set b.example domain Content Primary letsencryptSSLcert enabled crt ${own} key ${own}`)
  server.type('signal-event domain-create b.example')
  const { status, stderr } = server.letsencrypt('renew')
  assert.is(status, 0, stderr)
  assert.is(servedIssuer(), production.issuer)
  const served = servedCertificate('b.example')
  assert.is(served.issuer, served.subject)
})

step('a certificate of another issuer than was asked is not used; the ledger counts it all the same', () => {
  const before = server.type('config getprop modSSL crt')
  server.type('config setprop letsencrypt ProductionCA https://localhost:14000/dir')
  const { status, stderr } = server.letsencrypt('renew')
  assert.is(status, 1)
  assert.match(stderr, 'which is not the production authority https://localhost:14000/dir')
  const ledger: { kind: string }[] = JSON.parse(readFileSync(`${STATE}/localhost_14000/ledger.json`, 'utf8'))
  assert.is(ledger.filter(({ kind }) => kind === 'issued').length, 1)
  assert.is(server.type('config getprop modSSL crt'), before)
})

step('what could not be put into service is forgotten when it is switched off', () => {
  const file = `${STATE}/state.json`
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), deployment: 'it failed' }))
  assert.match(server.letsencrypt('status').stdout, 'it failed')
  assert.is(server.letsencrypt('off').status, 0)
  const { status, stdout } = server.letsencrypt('status')
  assert.is(status, 0, stdout)
})

service.run()

// One command from the settings to official certificates, with real authorities, dehydrated and Apache: every way in which
// it stops, and how the same command goes on.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ACME_DAEMONS, AcmeServer } from '../support/acme-server.ts'
import { ask, certificateNames, servedCertificate } from '../support/http.ts'
import { ASKED, CERTIFIED, FOUND, ODOO, PRIMARY } from '../support/micronator.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { type Authority, pointName } from '../support/pebble.ts'
import { stepsOf } from '../support/steps.ts'
import { waitFor } from '../support/wait.ts'

const reason = needsCommands(...ACME_DAEMONS) ?? enterNamespace('odoo-11')

const setup = suite('HTTPS by one command')
const step = stepsOf(setup, reason)
const server = new AcmeServer()
setup.after(() => server.stop())

const STATE = '/var/lib/gabarit/letsencrypt'
let production: Authority

/** The ids in the history of one authority. */
function history(port: 14000 | 14100): string[] {
  const folder = `${STATE}/127.0.0.1_${port}/certificates/${PRIMARY}`
  return existsSync(folder) ? readdirSync(folder).filter(name => /^\d+$/.test(name)) : []
}

const isSelfSigned = () => servedCertificate(PRIMARY).issuer === servedCertificate(PRIMARY).subject

/** Every name shows one certificate with all names; its issuer. */
function servedIssuer(): string {
  const served = CERTIFIED.map(name => servedCertificate(name))
  for (const certificate of served) assert.equal(certificateNames(certificate), [...CERTIFIED].sort())
  assert.is(new Set(served.map(({ fingerprint256 }) => fingerprint256)).size, 1)
  return served[0]?.issuer ?? ''
}

/** Starts a verb, and kills it at once when a condition holds. */
async function killWhen(line: string, what: string, condition: () => boolean): Promise<void> {
  const child = spawn('gabarit', ['letsencrypt', ...line.split(' ')], {
    env: { ...process.env, ...server.env() },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.resume()
  const ended = new Promise(resolve => child.once('exit', (_, signal) => resolve(signal)))
  await waitFor(what, condition, 150)
  child.kill('SIGKILL')
  assert.is(await ended, 'SIGKILL')
}

step('a server with a forced redirection to HTTPS asks for twelve names', async () => {
  await server.start()
  await server.authority('test')
  for (const line of FOUND) server.type(line)
  server.settle()
  const changes = ASKED.filter(line => / setprop /.test(line) && !/ACCEPT_TERMS|status|keysize/.test(line))
  for (const database of ['config', 'db domains', 'db hosts']) {
    const own = changes.filter(line => line.startsWith(database)).map(line => line.slice(database.length + 1))
    server.type(`${database} batch`, own.join('\n'))
  }
  server.type(`db domains setprop ${PRIMARY} ForceSSL enabled`)
  assert.ok(isSelfSigned())
})

step('a setting is missing: refused, with the command', () => {
  const { status, stderr } = server.letsencrypt('setup')
  assert.is(status, 3)
  assert.match(stderr, 'config setprop letsencrypt ACCEPT_TERMS yes')
  server.type('config setprop letsencrypt ACCEPT_TERMS yes')
})

step('the production authority is down: told by the checks; nothing was asked', () => {
  const { status, stdout } = server.letsencrypt('setup')
  assert.is(status, 1)
  assert.match(stdout, 'https://127.0.0.1:14100/dir')
  assert.equal(history(14000), [])
})

step(
  'killed between test and production, which is down then: the test is not repeated, what was served stays',
  async () => {
    await killWhen('setup --skip all', 'the test certificate', () => history(14000).length === 1)
    const { status, stdout, stderr } = server.letsencrypt('setup --skip authority')
    assert.not.match(stdout, 'asking the test authority')
    assert.is(status, 1, stdout + stderr)
    assert.match(stderr, 'the authority cannot be reached')
    assert.is(history(14000).length, 1)
    assert.ok(isSelfSigned())
    assert.is(server.type('config getprop letsencrypt status'), 'enabled\n')
  },
)

step('a name that leads elsewhere is named before anybody is asked', async () => {
  production = await server.authority('production')
  pointName(`wpad.${ODOO}`, '198.51.100.7')
  const { status, stderr } = server.letsencrypt('setup')
  pointName(`wpad.${ODOO}`)
  assert.is(status, 1)
  assert.match(stderr, `wpad.${ODOO}`)
  assert.equal(history(14100), [])
})

step('--dry-run tells the steps, and changes nothing', () => {
  const { status, stdout } = server.letsencrypt('setup --dry-run')
  assert.is(status, 0)
  assert.match(stdout, 'would check every name')
  assert.not.match(stdout, 'the test authority')
  assert.match(stdout, `would ask the production authority ${production.directory} for ${PRIMARY}`)
  assert.equal(history(14100), [])
})

step('killed between issuance and deployment: the same command goes on, and asks nobody again', async () => {
  await killWhen('setup', 'the official certificate', () => history(14100).length === 1)
  const { status, stdout, stderr } = server.letsencrypt('setup')
  assert.is(status, 0, stdout + stderr)
  assert.equal([history(14000).length, history(14100).length], [1, 1])
  assert.is(servedIssuer(), production.issuer)
  // Throws when a browser would not trust it.
  ask(`https://www.${PRIMARY}/`, { trust: production.root })
  // A folder without a key is no account: dehydrated makes one for every address that it only looks at.
  const keys = readdirSync('/etc/dehydrated/accounts').map(name => `/etc/dehydrated/accounts/${name}/account_key.pem`)
  assert.is(keys.filter(key => existsSync(key)).length, 2)
})

step('once more: nothing is left to do', () => {
  const { status, stdout } = server.letsencrypt('setup')
  assert.is(status, 0)
  assert.not.match(stdout, 'asking')
  const shown = server.letsencrypt('status')
  assert.is(shown.status, 0, shown.stdout)
  assert.match(shown.stdout, 'in service: modSSL')
  assert.match(shown.stdout, 'nothing to do')
})

step('back to test and to production again: no key is lost, no test certificate served, none asked for again', () => {
  server.type('config setprop letsencrypt status test')
  server.type('signal-event letsencrypt-modify')
  assert.is(server.letsencrypt('renew').status, 0)
  assert.is(servedIssuer(), production.issuer)
  assert.is(server.letsencrypt('setup').status, 0)
  assert.equal([history(14000).length, history(14100).length], [1, 1])
  assert.is(servedIssuer(), production.issuer)
})

step('off: the self-signed certificate is served, and nothing is deleted', () => {
  const before = history(14100)
  const { status, stderr } = server.letsencrypt('off')
  assert.is(status, 0, stderr)
  assert.ok(isSelfSigned())
  assert.equal(history(14100), before)
  assert.not(existsSync('/etc/cron.d/gabarit-letsencrypt'))
})

setup.run()

// What a person does by hand beside the renewal holds, with a real authority, dehydrated and Apache: back to the self-signed
// certificate as on SME Server, certificates of others.
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ACME_DAEMONS, AcmeServer, certificateIds } from '../support/acme-server.ts'
import { servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import type { Authority } from '../support/pebble.ts'
import { stepsOf } from '../support/steps.ts'
import { waitFor } from '../support/wait.ts'

const reason = needsCommands(...ACME_DAEMONS) ?? enterNamespace('mine')

const hand = suite('certificates by hand')
const step = stepsOf(hand, reason)
const server = new AcmeServer()
hand.after(() => server.stop())

const DOMAINS = ['example.org', 'b.example']
const OWN = '/var/lib/gabarit/ssl/self-signed.pem'
let production: Authority

const served = (name: string) => servedCertificate(name)
const orders = () => server.daemons.output('production').split('POST /order-plz').length
const isSelfSigned = (name: string) => served(name).issuer === served(name).subject

/** Runs a verb that has to end well; what it says. */
function well(line: string): string {
  const { status, stdout, stderr } = server.letsencrypt(line)
  assert.is(status, 0, stdout + stderr)
  return stdout + stderr
}

/** Starts a command beside the test; what it says, and its exit status when it has ended. */
function start([program = '', ...args]: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(program, args, { env: { ...process.env, ...server.env(), ...env }, stdio: 'pipe' })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', data => {
      text += data
    })
  return { said: () => text, ended: new Promise(resolve => child.once('close', resolve)) }
}

step('a server has a certificate for each of two domains', async () => {
  await server.start()
  production = await server.authority('production', { lifetime: 90 * 86_400 })
  for (const line of ['config set DomainName example.org', 'config set SystemName mine', 'signal-event post-install'])
    server.type(line)
  server.settle()
  server.type('config setprop letsencrypt TestCA https://127.0.0.1:14100/dir certificates per-domain')
  server.type('config setprop letsencrypt email a@example.org ACCEPT_TERMS yes')
  server.type('db domains setprop example.org letsencryptSSLcert enabled')
  server.type('db domains set b.example domain Content Primary letsencryptSSLcert enabled')
  well('setup --skip all')
  assert.is(served('example.org').issuer, production.issuer)
})

step('back to self-signed as on SME Server holds, also when a new certificate comes', () => {
  server.type('config delprop modSSL CertificateChainFile CommonName crt key')
  for (const event of ['domain-modify', 'email-update', 'ibay-modify']) server.type(`signal-event ${event}`)
  assert.ok(isSelfSigned('example.org'))
  const before = served('b.example').fingerprint256
  for (const line of ['renew', 'renew --force', 'renew'])
    assert.match(well(line), 'modSSL: its certificate was removed by hand, so it is not set')
  assert.ok(isSelfSigned('example.org'))
  assert.is(certificateIds('example.org').length, 2)
  assert.is.not(served('b.example').fingerprint256, before)
  assert.match(well('status'), 'removed by hand: modSSL; to restore it: gabarit letsencrypt setup')
})

step('a certificate of others, entered by hand in the place of ours, stays as well', () => {
  server.type(`db domains setprop b.example crt ${OWN} key ${OWN}`)
  server.type('db domains delprop b.example CertificateChainFile')
  server.type('signal-event ssl-update')
  assert.match(well('renew'), 'b.example: its certificate was removed by hand')
  assert.ok(isSelfSigned('b.example'))
})

step('whoever asks for a certificate gets it in service again', () => {
  assert.match(well('use latest b.example'), 'b.example: certificate set')
  assert.is(served('b.example').issuer, production.issuer)
  assert.ok(isSelfSigned('example.org'))
  well('setup')
  assert.is(served('example.org').issuer, production.issuer)
})

step('while dehydrated runs by hand, a renewal waits without its lock, and orders nothing twice', async () => {
  server.type('config delprop modSSL CertificateChainFile crt key')
  const [ids, asked] = [DOMAINS.map(name => certificateIds(name).length), orders()]
  const gate = join(server.folder, 'gate')
  writeFileSync(gate, '')
  // dehydrated naps while the authority looks: this nap ends when the gate is gone.
  mkdirSync(join(server.folder, 'slow'))
  writeFileSync(join(server.folder, 'slow/sleep'), `#!/bin/sh\nwhile [ -e ${gate} ]; do /bin/sleep 0.05; done\n`, {
    mode: 0o755,
  })
  const { PATH } = server.env()
  const byHand = start(['dehydrated', '-c', '-x'], { PATH: `${join(server.folder, 'slow')}:${PATH}` })
  await waitFor('the order by hand', () => orders() > asked, 60)
  const renewal = start(['gabarit', 'letsencrypt', 'renew', '--force'])
  await waitFor('the renewal to wait', () => renewal.said().includes('another dehydrated is running'), 60)
  rmSync(gate)
  assert.is(await byHand.ended, 0, byHand.said())
  assert.is(await renewal.ended, 0, renewal.said())
  const more = ids.map(count => count + 1)
  assert.equal(
    DOMAINS.map(name => certificateIds(name).length),
    more,
    renewal.said(),
  )
  assert.is(orders(), asked + DOMAINS.length)
  assert.is(served('example.org').issuer, production.issuer)
})

step('off takes out what came from the authority, and leaves what was entered by hand', () => {
  server.type(`config setprop modSSL crt ${OWN} key ${OWN}`)
  server.type('config delprop modSSL CertificateChainFile')
  assert.match(well('off'), `Set by hand, so not changed: modSSL: ${OWN}`)
  assert.is(server.type('config getprop modSSL crt'), `${OWN}\n`)
  assert.is(server.type('db domains printprop b.example crt').trim(), '')
})

hand.run()

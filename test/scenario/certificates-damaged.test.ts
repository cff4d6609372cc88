// A damaged file stops only the certificate that it belongs to, with a real authority, dehydrated and Apache: the others are
// renewed and served, and the file is named with what to do.
import { X509Certificate } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ACME_DAEMONS, AcmeServer, certificateIds, PRODUCTION } from '../support/acme-server.ts'
import { servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { pointName } from '../support/pebble.ts'
import { run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'

const reason = needsCommands(...ACME_DAEMONS) ?? enterNamespace('mine')

const damage = suite('damaged certificates')
const step = stepsOf(damage, reason)
const server = new AcmeServer()
damage.after(() => server.stop())

const STATE = '/var/lib/gabarit/letsencrypt'
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()

/** The folder of the newest certificate of a name. */
function newest(name: string): string {
  return `${PRODUCTION}/certificates/${name}/${certificateIds(name).at(-1)}`
}
const served = (name: string) => servedCertificate(name).fingerprint256
const orders = () => server.daemons.output('production').split('POST /order-plz').length

/** Renews, with an end in status 1 that names a file, or says something else. */
function renewNaming(file: string, line = 'renew'): string {
  const { status, stdout, stderr } = server.letsencrypt(line)
  assert.is(status, 1, stdout + stderr)
  assert.match(stderr, file, stdout + stderr)
  return stdout + stderr
}

step('a server has a certificate for each of two domains', async () => {
  await server.start()
  await server.authority('production', { lifetime: 90 * 86_400 })
  for (const line of ['config set DomainName example.org', 'config set SystemName mine', 'signal-event post-install'])
    server.type(line)
  server.settle()
  server.type('config setprop letsencrypt TestCA https://127.0.0.1:14100/dir certificates per-domain')
  server.type('config setprop letsencrypt email a@example.org ACCEPT_TERMS yes')
  server.type('db domains setprop example.org letsencryptSSLcert enabled')
  server.type('db domains set b.example domain Content Primary letsencryptSSLcert enabled')
  const { status, stdout, stderr } = server.letsencrypt('setup --skip all')
  assert.is(status, 0, stdout + stderr)
  assert.is.not(served('b.example'), served('example.org'))
})

step('one that is damaged and cannot be got anew gives way; the other is renewed and served', () => {
  const before = served('example.org')
  const broken = newest('b.example')
  truncateSync(`${broken}/cert.pem`, 500)
  rmSync('/etc/dehydrated/127.0.0.1_14100/b.example', { recursive: true })
  // A name that was never validated: pebble reuses one authorisation in a hundred even if told never to.
  server.type('db hosts set www.b.example host HostType Self letsencryptSSLcert enabled')
  pointName('www.b.example', '198.51.100.7')
  const said = renewNaming(`${broken}/cert.pem`, 'renew --force')
  assert.match(said, 'b.example: www.b.example: ')
  assert.match(said, `Then move ${broken} away`)
  assert.is.not(served('example.org'), before)
  assert.is(served('b.example'), served('example.org'))
  const shown = server.letsencrypt('status')
  assert.is(shown.status, 1)
  assert.match(shown.stdout, `${broken}/cert.pem`)
  pointName('www.b.example')
  renewNaming(broken, `renew --at ${inMinutes(2)}`)
  assert.is.not(served('b.example'), served('example.org'))
  rmSync(broken, { recursive: true })
  assert.is(server.letsencrypt('renew').status, 0)
  assert.is(server.letsencrypt('status').status, 0)
})

step('what dehydrated still has is taken instead: the authority is not asked', () => {
  const [asked, before, broken] = [orders(), served('b.example'), newest('b.example')]
  writeFileSync(`${broken}/privkey.pem`, readFileSync(`${newest('example.org')}/privkey.pem`))
  const said = renewNaming(broken)
  assert.match(said, 'the private key does not match the certificate')
  assert.match(said, 'b.example: found a new certificate')
  assert.is.not(newest('b.example'), broken)
  assert.is(served('b.example'), before)
  assert.is(orders(), asked)
  rmSync(broken, { recursive: true })
})

step('an empty chain: renewal and event name it, and what was served before is served', () => {
  const [before, broken] = [served('b.example'), newest('b.example')]
  writeFileSync(`${broken}/chain.pem`, '')
  const { status, stderr } = run(words('signal-event ssl-update'))
  assert.is(status, 1, stderr)
  assert.match(stderr, `${broken}/chain.pem`)
  assert.is(served('b.example'), before)
  assert.match(renewNaming(broken), 'the chain of its issuers is missing')
  assert.is(served('b.example'), before)
  rmSync(broken, { recursive: true })
  assert.is(server.letsencrypt('renew').status, 0)
})

step('which one was chosen cannot be read: what is served stays as it is', () => {
  const choice = `${PRODUCTION}/certificates/example.org/choice.json`
  const last = served('example.org')
  assert.is(server.letsencrypt('use previous example.org').status, 0)
  const before = served('example.org')
  assert.is.not(before, last)
  writeFileSync(choice, '{')
  renewNaming(choice)
  assert.is(served('example.org'), before)
  rmSync(choice)
  assert.is(server.letsencrypt('renew').status, 0)
  assert.is(served('example.org'), last)
})

step('a damaged ledger keeps its authority from being asked, and nothing from being served', () => {
  const ledger = `${PRODUCTION}/ledger.json`
  const [whole, asked] = [readFileSync(ledger), orders()]
  writeFileSync(ledger, '[')
  const other = newest('b.example')
  server.type(
    `config setprop modSSL crt ${other}/cert.pem key ${other}/privkey.pem CertificateChainFile ${other}/chain.pem`,
  )
  const due = new Date(Date.now() + 70 * 86_400_000).toISOString()
  const said = renewNaming(ledger, `renew --at ${due}`)
  assert.match(said, 'b.example: due since')
  assert.match(said, 'Until this is fixed, the authority is not asked')
  assert.is(orders(), asked)
  assert.match(server.type('config getprop modSSL crt'), newest('example.org'))
  assert.match(server.letsencrypt('status').stdout, ledger)
  const limits = server.letsencrypt('limits')
  assert.is(limits.status, 1)
  assert.match(limits.stderr, ledger)
  writeFileSync(ledger, whole)
})

step('a damaged memory is begun anew', () => {
  writeFileSync(`${STATE}/state.json`, 'x')
  const { status, stderr } = server.letsencrypt('renew')
  assert.is(status, 0, stderr)
  assert.match(stderr, `${STATE}/state.json: this file is damaged`)
  assert.is(server.letsencrypt('renew').stderr, '')
})

step('an authority that has forgotten the account: status says what to do, and that helps', () => {
  const accounts = '/etc/dehydrated/accounts'
  const folders = readdirSync(accounts).map(name => `${accounts}/${name}`)
  const id = folders
    .map(folder => `${folder}/account_id.json`)
    .filter(file => readFileSync(file, 'utf8').includes(':14100/'))
  assert.is(id.length, 1)
  const [file = ''] = id
  writeFileSync(file, readFileSync(file, 'utf8').replace(/[^/"]+(?="\s*\}?\s*$)/, 'gone'))
  assert.is(server.letsencrypt('renew --force').status, 1)
  const shown = server.letsencrypt('status')
  assert.is(shown.status, 1)
  const wayOut =
    /^ {2}The authority no longer knows this account\. For a new one: (mv .+); gabarit letsencrypt renew --force$/m
  const move = wayOut.exec(shown.stdout)?.[1]
  assert.ok(move, shown.stdout)
  server.type(move ?? '')
  assert.is(server.letsencrypt('renew --force').status, 0)
  assert.is(server.letsencrypt('status').status, 0)
})

step('what was issued counts, even if dehydrated does not take it', () => {
  const custom = '/etc/gabarit/templates-custom/etc/dehydrated/config'
  mkdirSync(custom, { recursive: true })
  writeFileSync(`${custom}/90Chain`, "PREFERRED_CHAIN='No such root'\n")
  server.type('expand-template /etc/dehydrated/config')
  const counted = (): number => readFileSync(`${PRODUCTION}/ledger.json`, 'utf8').split('"kind":"issued"').length
  const before = counted()
  const said = renewNaming('the authority offers one chain only, not that of PREFERRED_CHAIN', 'renew --force')
  assert.match(said, 'The authority has issued it, and counts it')
  assert.is(counted(), before + 2)
  assert.match(server.letsencrypt('status').stdout, 'Correct the configuration of dehydrated first')
  rmSync(`${custom}/90Chain`)
  server.type('expand-template /etc/dehydrated/config')
  assert.is(server.letsencrypt('renew --force').status, 0)
})

step('a host that cannot be in its certificate is named by status and lint', () => {
  server.type('db hosts set www.elsewhere.net host HostType Self letsencryptSSLcert enabled')
  const words = 'host www.elsewhere.net: letsencryptSSLcert has no effect, because there is no domain for it'
  const shown = server.letsencrypt('status')
  assert.is(shown.status, 1)
  assert.match(shown.stdout, `needs attention:\n  ${words}`)
  assert.match(server.type('gabarit lint'), `warning: ${words}`)
  assert.match(server.type('gabarit status'), words)
})

step('the certificates are lost, or were never copied: the self-signed one is served until there are new ones', () => {
  const [self, missing] = ['/var/lib/gabarit/ssl/self-signed.pem', '/home/e-smith/ssl.crt/mine.crt']
  for (const lose of [
    () => rmSync(STATE, { recursive: true }),
    () => server.type(`config setprop modSSL crt ${missing} key ${missing} CertificateChainFile ${missing}`),
  ]) {
    lose()
    const { status, stderr } = run(words('signal-event ssl-update'))
    assert.is(status, 0, stderr)
    assert.match(stderr, /modSSL: .* not exist, so its certificate is not served: copy the files there/)
    assert.is(served('example.org'), new X509Certificate(readFileSync(self)).fingerprint256)
    const found = run(words('gabarit doctor --json'))
    const { command = '' } = JSON.parse(found.stdout).find(
      ({ id, level }: { id: string; level: string }) => id === 'certificate' && level === 'error',
    )
    assert.is(command, 'gabarit letsencrypt setup')
    rmSync('/etc/dehydrated/127.0.0.1_14100', { recursive: true, force: true })
    const again = server.letsencrypt('setup --skip all')
    assert.is(again.status, 0, again.stdout + again.stderr)
    assert.is.not(served('example.org'), new X509Certificate(readFileSync(self)).fingerprint256)
  }
})

damage.run()

// Several certificates with short lives, one failing beside the others; retries, warnings; an authority that
// refuses nonces.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ACME_DAEMONS, AcmeServer } from '../support/acme-server.ts'
import { certificateNames, servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { findCommand, needsCommands } from '../support/packages.ts'
import { pointName } from '../support/pebble.ts'
import { stepsOf } from '../support/steps.ts'

const reason = needsCommands(...ACME_DAEMONS) ?? enterNamespace('mine')

const renewal = suite('gabarit letsencrypt renew')
const step = stepsOf(renewal, reason)
const server = new AcmeServer()
renewal.after(() => server.stop())

const DAY = 86_400_000
const BEGIN = Date.now()
const inDays = (days: number) => new Date(BEGIN + days * DAY).toISOString()
const AUTHORITY = '/var/lib/gabarit/letsencrypt/127.0.0.1_14100'

function issued(name: string): number {
  const folder = `${AUTHORITY}/certificates/${name}`
  return existsSync(folder) ? readdirSync(folder).filter(id => /^\d+$/.test(id)).length : 0
}
const counts = () => ['example.org', 'b.example', 'shared'].map(issued)

/**
 * Lets the first order be sent twice, as a bad line does: the authority takes the first and refuses the second, whose nonce is
 * used up. That it refuses one in a hundred by itself is luck.
 * @returns a file that will hold what the authority said to the second
 */
function sendFirstOrderTwice(): string {
  const [curl, answer] = [findCommand('curl'), join(server.folder, 'second-answer')]
  const script = `#!/bin/sh
case "$*" in
  */order-plz*)
    if [ ! -e ${answer} ]; then
      ${curl} "$@" >/dev/null
      ${curl} "$@"
      while [ "$1" != -o ]; do shift; done
      exec cp "$2" ${answer}
    fi ;;
esac
exec ${curl} "$@"
`
  writeFileSync(join(server.folder, 'bin/curl'), script, { mode: 0o755 })
  return answer
}

step('each domain has its own certificate, two share one; the authority refuses a nonce now and then', async () => {
  await server.start()
  const answer = sendFirstOrderTwice()
  // dehydrated makes dozens of requests and begins anew when one is refused: at 5 % eleven runs in a row failed now and then.
  await server.authority('test', { nonceReject: 1 })
  await server.authority('production', { lifetime: 12 * 86_400, nonceReject: 1 })
  for (const line of ['config set DomainName example.org', 'config set SystemName mine', 'signal-event post-install'])
    server.type(line)
  server.settle()
  for (const domain of ['b.example', 'c.example', 'd.example'])
    server.type(`db domains set ${domain} domain Content Primary letsencryptSSLcert enabled`)
  server.type('db domains setprop example.org letsencryptSSLcert enabled')
  server.type('db hosts setprop www.example.org letsencryptSSLcert enabled')
  for (const domain of ['c.example', 'd.example'])
    server.type(`db domains setprop ${domain} letsencryptCertificate shared`)
  server.type('config setprop letsencrypt certificates per-domain email a@example.org ACCEPT_TERMS yes')
  const { status, stdout, stderr } = server.letsencrypt('setup')
  assert.is(status, 0, stdout + stderr)
  assert.equal(counts(), [1, 1, 1])
  assert.match(readFileSync(answer, 'utf8'), 'urn:ietf:params:acme:error:badNonce')
})

step('each site serves the certificate of its domain', () => {
  const served = (name: string) => certificateNames(servedCertificate(name))
  assert.equal(served('www.example.org'), ['example.org', 'www.example.org'])
  assert.equal(served('b.example'), ['b.example'])
  assert.equal(served('d.example'), ['c.example', 'd.example'])
  assert.equal(served('nobody.example'), ['example.org', 'www.example.org'], 'the primary domain answers for others')
})

step('names are added, one of which leads elsewhere: the other certificate does not wait for it', () => {
  server.type('db hosts setprop ftp.example.org letsencryptSSLcert enabled')
  server.type('db hosts set www.b.example host HostType Self letsencryptSSLcert enabled')
  pointName('www.b.example', '198.51.100.7')
  const { status, stdout, stderr } = server.letsencrypt(`renew --at ${inDays(0.01)}`)
  assert.is(status, 1)
  assert.match(stdout, 'example.org: the names have changed')
  assert.match(stderr, 'b.example: www.b.example: ')
  assert.equal(counts(), [2, 1, 1])
  assert.equal(certificateNames(servedCertificate('b.example')), ['b.example'])
})

step('the failure is tried again after a minute, not before; then after ten', () => {
  const soon = server.letsencrypt(`renew --at ${inDays(0.01)}`)
  assert.is(soon.status, 1)
  assert.match(soon.stderr, 'next try: ')
  assert.not.match(soon.stdout, 'b.example: the names')
  const later = inDays(0.012)
  const again = server.letsencrypt(`renew --at ${later}`)
  assert.is(again.status, 1)
  assert.match(again.stdout, 'b.example: the names have changed')
  const { certificates, problems } = JSON.parse(server.letsencrypt(`status --json --at ${later}`).stdout)
  const row = certificates.find(({ name }: { name: string }) => name === 'b.example')
  assert.is(new Date(row.trouble.nextTry).getTime() - new Date(later).getTime(), 10 * 60_000)
  assert.match(problems.join('\n'), 'b.example: failed 2 times')
  pointName('www.b.example')
  assert.is(server.letsencrypt(`renew --at ${inDays(0.02)}`).status, 0)
  assert.equal(counts(), [2, 2, 1])
})

step('nothing is renewed before a third of the life is left, then everything is', () => {
  assert.is(server.type('config getprop letsencrypt RenewDays'), '4\n')
  assert.match(server.type('grep RENEW_DAYS /etc/dehydrated/config'), 'RENEW_DAYS=4')
  assert.is(server.letsencrypt('renew').status, 0)
  assert.is(server.letsencrypt(`renew --at ${inDays(7.5)}`).status, 0)
  assert.equal(counts(), [2, 2, 1])
  const before = servedCertificate('b.example').fingerprint256
  assert.is(server.letsencrypt(`renew --at ${inDays(8.5)}`).status, 0)
  assert.equal(counts(), [3, 3, 2])
  assert.is.not(servedCertificate('b.example').fingerprint256, before)
})

step('when it fails to the end, people are warned: by mail and by a command, once for each step', () => {
  const bin = join(server.folder, 'bin')
  const told = join(server.folder, 'told')
  writeFileSync(join(bin, 'tell'), `#!/bin/sh\ncat >>${told}\n`, { mode: 0o755 })
  writeFileSync(join(bin, 'sendmail'), '#!/bin/sh\necho "no queue" >&2; exit 75\n', { mode: 0o755 })
  server.type(`config setprop letsencrypt warnCommand ${bin}/tell`)
  // A name that was never validated: pebble reuses one authorisation in a hundred even if told never to.
  server.type('db hosts set ftp.b.example host HostType Self letsencryptSSLcert enabled')
  pointName('ftp.b.example', '198.51.100.7')
  const at = inDays(10)
  const { status, stdout, stderr } = server.letsencrypt(`renew --at ${at}`)
  assert.is(status, 1, stdout)
  assert.match(stderr, 'the warning could not be sent by mail')
  const text = readFileSync(told, 'utf8')
  assert.match(text, 'The certificate of b.example on mine expires in ')
  assert.match(text, 'It could not be renewed: ftp.b.example: ')
  server.letsencrypt(`renew --at ${at}`)
  assert.is(readFileSync(told, 'utf8').split('The certificate of b.example').length, 2)
  assert.is(server.letsencrypt(`status --at ${at}`).status, 1)
  pointName('ftp.b.example')
  const well = server.letsencrypt(`renew --at ${inDays(10.1)}`)
  assert.is(issued('b.example'), 4, well.stderr)
  assert.is(server.letsencrypt('status').status, 0)
})

step('one certificate for all again: the domains give theirs back', () => {
  server.type('config setprop letsencrypt certificates one')
  for (const domain of ['c.example', 'd.example']) server.type(`db domains delprop ${domain} letsencryptCertificate`)
  const { status, stdout, stderr } = server.letsencrypt('setup')
  assert.is(status, 0, stdout + stderr)
  assert.is(servedCertificate('d.example').fingerprint256, servedCertificate('example.org').fingerprint256)
  assert.is(server.type('db domains printprop b.example crt').trim(), '')
})

step('what keeps every certificate from being renewed does not keep people from being warned', () => {
  const custom = '/etc/gabarit/templates-custom/etc/dehydrated/domains.txt'
  mkdirSync(custom, { recursive: true })
  writeFileSync(`${custom}/95broken`, '<%= undefined %>\n')
  const told = join(server.folder, 'told')
  const before = readFileSync(told, 'utf8').length
  const { status, stderr } = server.letsencrypt(`renew --at ${inDays(10)}`)
  assert.is(status, 3)
  assert.match(stderr, '95broken')
  assert.match(readFileSync(told, 'utf8').slice(before), 'The certificate of modSSL on mine expires in ')
})

renewal.run()

// The preflight with real daemons: Pebble, its DNS server, Apache as gabarit configures it, and a second machine.
// Runs as root, in private namespaces, on `/`.
import { X509Certificate } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { suggestedWindow } from '../../src/modules/letsencrypt/ari.ts'
import type { CheckResult } from '../../src/modules/letsencrypt/preflight/check.ts'
import { Daemons } from '../support/daemons.ts'
import { ask } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { OTHER, OURS, startOtherMachine } from '../support/other-machine.ts'
import { needsCommands } from '../support/packages.ts'
import { type Authority, makePebbleCertificate, startAuthority, startDns, tellDns } from '../support/pebble.ts'
import { must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'

const DAEMONS = ['apache2', 'pebble', 'pebble-challtestsrv', 'curl', 'openssl', 'nsenter', 'script']
const reason = needsCommands(...DAEMONS) ?? enterNamespace('server')

const preflight = suite('preflight with real daemons')
const step = stepsOf(preflight, reason)
const daemons = new Daemons()
const folder = mkdtempSync(join(tmpdir(), 'gabarit-preflight-'))
const WELL_KNOWN = '/var/www/dehydrated'
let authority: Authority
/** What was found when every kind of name was there. */
let asked: Report

/** What `check --json` prints. */
interface Report {
  readonly authority: string
  readonly ok: boolean
  readonly general: readonly CheckResult[]
  readonly names: readonly { name: string; addresses: string[]; results: CheckResult[] }[]
  readonly dropped: readonly string[]
}

const type = (line: string) => must(words(line))

function check(...options: string[]): { status: number; report: Report } {
  const { status, stdout, stderr } = run(['gabarit', 'letsencrypt', 'check', '--json', ...options])
  assert.is(stderr, '')
  assert.equal(readdirSync(WELL_KNOWN), [], 'the token is gone')
  return { status, report: JSON.parse(stdout) }
}

/** What failed or is warned of under a name, `check: reason`. */
function problems(report: Report, name: string): string[] {
  const found = report.names.find(entry => entry.name === name)
  if (found === undefined) throw new Error(`${name} was not checked`)
  return found.results
    .filter(({ state }) => state === 'failed' || state === 'warning')
    .map(({ check, reason }) => `${check}: ${reason}`)
}

/** Adds hosts of this server to the certificate, each with where the DNS has it. */
function addHosts(hosts: Readonly<Record<string, readonly string[]>>): void {
  const names = Object.keys(hosts)
  const lines = names.map(name => `set ${name} host HostType Self letsencryptSSLcert enabled\n`)
  must(words('db hosts batch'), { input: lines.join('') })
  for (const [host, addresses] of Object.entries(hosts)) {
    const four = addresses.filter(address => !address.includes(':'))
    const six = addresses.filter(address => address.includes(':'))
    if (four.length > 0) tellDns('add-a', { host, addresses: four })
    if (six.length > 0) tellDns('add-aaaa', { host, addresses: six })
  }
}

preflight.after(async () => {
  await daemons.stopAll()
  rmSync(folder, { recursive: true, force: true })
})

step(
  'a server with its web server, a DNS that knows only what it is told, an authority, a second machine',
  async () => {
    makePebbleCertificate(folder)
    rmSync('/etc/resolv.conf', { force: true })
    writeFileSync('/etc/resolv.conf', 'nameserver 127.0.0.1\n')
    await startDns(daemons, '127.0.0.1:53')
    tellDns('set-default-ipv4', { ip: '' })
    mkdirSync(join(folder, 'other'))
    await startOtherMachine(daemons, join(folder, 'other'))
    const ports = { port: 14000, managementPort: 15000, httpPort: 80 }
    authority = await startAuthority(daemons, folder, 'test', { ...ports, dns: '127.0.0.1:53' })
    for (const line of [
      'config set DomainName example.org',
      'config set SystemName server',
      'gabarit initialize-default-databases',
      `config setprop letsencrypt TestCA ${authority.directory} CABundle ${join(folder, 'pebble.crt')}`,
      'config setprop letsencrypt CAAIdentities ca.example',
    ])
      type(line)
    must(words('signal-event post-install'), { env: { GABARIT_SERVICE_MANAGER: 'none' } })
    const apache = words('apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND')
    await daemons.start('apache2', apache, () => ask('http://127.0.0.1/'))
  },
)

step('nothing to ask for is no problem', () => {
  const { status, report } = check()
  assert.equal([status, report.ok, report.names], [0, true, []])
  assert.match(type('gabarit letsencrypt check'), 'no name is requested')
})

step('names that are right, before certificates are switched on', () => {
  type('db domains setprop example.org letsencryptSSLcert enabled')
  tellDns('add-a', { host: 'example.org', addresses: [OURS.four] })
  tellDns('set-cname', { host: 'alias.example.org', target: 'www.example.org' })
  addHosts({ 'www.example.org': [OURS.four, OURS.six], 'alias.example.org': [] })
  const { status, report } = check()
  assert.equal([status, report.ok, report.authority], [0, true, authority.directory])
  assert.equal(
    report.names.map(({ name, addresses }) => [name, addresses]),
    [
      ['example.org', [OURS.four]],
      ['alias.example.org', [OURS.four, OURS.six]],
      ['www.example.org', [OURS.four, OURS.six]],
    ],
  )
  assert.equal(
    report.general.map(({ check, state }) => `${check} ${state}`),
    ['authority ok', 'clock ok', 'count ok'],
  )
  const fetched = report.names[2]?.results.filter(({ check }) => check === 'fetch').map(({ reason }) => reason)
  assert.equal(fetched, [OURS.four, OURS.six])
  assert.match(type('gabarit letsencrypt check'), /^www\.example\.org +10\.9\.0\.1 fd09::1 +ok +ok +ok$/m)
})

step('a name without DNS, one that leads elsewhere, a wrong AAAA, one that leads nowhere', () => {
  const only = (issuer: string) => [{ tag: 'issue', value: issuer }]
  tellDns('set-servfail', { host: 'broken.example.org' })
  tellDns('add-caa', { host: 'caa.example.org', policies: only('other.example') })
  tellDns('set-cname', { host: 'viacaa.example.org', target: 'caa.example.org' })
  tellDns('add-caa', { host: 'deep.example.org', policies: only(';') })
  tellDns('add-caa', { host: 'ours.deep.example.org', policies: only('ca.example; validationmethods=http-01') })
  addHosts({
    'nodns.example.org': [],
    'broken.example.org': [],
    'elsewhere.example.org': [OTHER.four],
    'moved.example.org': [OTHER.four],
    'wrongsix.example.org': [OURS.four, OTHER.six],
    'nowhere.example.org': ['198.51.100.7'],
    'sixless.example.org': [OURS.four, '2001:db8::7'],
    'caa.example.org': [OURS.four],
    'viacaa.example.org': [],
    'a.b.deep.example.org': [OURS.four],
    'ours.deep.example.org': [OURS.four],
  })
  const { status, report } = check()
  asked = report
  assert.equal([status, report.ok], [1, false])
  assert.equal(problems(report, 'nodns.example.org'), ['dns: no address in the DNS'])
  assert.equal(problems(report, 'elsewhere.example.org'), [`fetch: ${OTHER.four} answers 404`])
  assert.equal(problems(report, 'wrongsix.example.org'), [`fetch: ${OTHER.six} answers 404`])
  assert.match(problems(report, 'nowhere.example.org').join(), /fetch: 198\.51\.100\.7 cannot be reached/)
  assert.match(problems(report, 'sixless.example.org').join(), /^fetch: 2001:db8::7 cannot be reached: .* no IPv6/)
  assert.match(problems(report, 'broken.example.org').join(), /dns: .*SERVFAIL.*caa: .*SERVFAIL/)
  for (const name of ['example.org', 'www.example.org', 'alias.example.org']) assert.equal(problems(report, name), [])
  const { stdout } = run(words('gabarit letsencrypt check'))
  assert.match(
    stdout,
    'failed   wrongsix.example.org: fd09::2 answers 404\n         Either wrongsix.example.org points to',
  )
  assert.match(stdout, '14 names, 9 with a problem')
})

step('a forced redirection to https, with a certificate that nobody trusts', () => {
  assert.equal(problems(asked, 'moved.example.org'), [])
  const fetched = asked.names
    .find(({ name }) => name === 'moved.example.org')
    ?.results.find(({ check }) => check === 'fetch')
  assert.match(fetched?.reason ?? '', '→ https://www.example.org/.well-known/acme-challenge/')
})

step('CAA records that forbid: at the name, at the end of an alias, at a domain above', () => {
  const forbidden = (domain: string, who: string) => [`caa: the CAA records of ${domain} allow ${who} to issue`]
  assert.equal(problems(asked, 'caa.example.org'), forbidden('caa.example.org', 'only other.example'))
  assert.equal(problems(asked, 'viacaa.example.org'), forbidden('viacaa.example.org', 'only other.example'))
  assert.equal(problems(asked, 'a.b.deep.example.org'), forbidden('deep.example.org', 'nobody'))
  assert.equal(problems(asked, 'ours.deep.example.org'), [])
  assert.equal(problems(asked, 'example.org'), [])
})

step('answers that a hook brings to another machine are fetched from there', () => {
  const other = join(folder, 'other')
  const hook = join(folder, 'hook')
  const write = (lines: readonly string[]) =>
    writeFileSync(hook, ['#!/bin/sh', 'set -eu', ...lines, ''].join('\n'), { mode: 0o755 })
  const bring = `deploy_challenge) cp "$WELLKNOWN/$3" ${other}; test "$(cat ${other}/$3)" = "$4" ;;`
  write(['case $1 in', bring, `clean_challenge) rm ${other}/$3 ;;`, 'esac', `echo "$1 $2" >> ${folder}/calls`])
  type(`config setprop letsencrypt challengeHook ${hook}`)
  const { report } = check()
  assert.equal(problems(report, 'elsewhere.example.org'), [])
  assert.is(problems(report, 'example.org').length, 0, 'this machine has the token as well')
  assert.equal(readdirSync(other), [])
  const calls = readFileSync(join(folder, 'calls'), 'utf8')
  assert.match(calls, 'deploy_challenge elsewhere.example.org\nclean_challenge elsewhere.example.org\n')
  assert.not.match(calls, 'nodns')
  write(['echo "no route to web" >&2', 'exit 7'])
  const said =
    'the command challengeHook could not deliver the token for elsewhere.example.org: exit status 7, no route to web'
  assert.equal(problems(check().report, 'elsewhere.example.org'), [`fetch: ${said}`])
  type('config setprop letsencrypt challengeHook /nothing-here')
  assert.match(problems(check().report, 'elsewhere.example.org').join(), '/nothing-here: not found')
  type('config delprop letsencrypt challengeHook')
})

step('checks can be left out, by option and by property; a wrong word is refused', () => {
  const { report } = check('--skip', 'fetch,dns')
  assert.equal(problems(report, 'elsewhere.example.org'), [])
  assert.is(problems(report, 'caa.example.org').length, 1)
  assert.is(check('--skip', 'all').status, 0)
  type('config setprop letsencrypt SkipChecks fetch,dns,caa')
  assert.is(check().status, 0)
  type('config setprop letsencrypt SkipChecks fetch')
  assert.equal(problems(check().report, 'wrongsix.example.org'), [])
  assert.is(problems(check().report, 'caa.example.org').length, 1)
  type('config delprop letsencrypt SkipChecks')
  const wrong = run(words('gabarit letsencrypt check --skip fetsch'))
  assert.is(wrong.status, 2)
  assert.match(wrong.stderr, 'there is no check "fetsch"; did you mean "fetch"?')
  assert.is(run(words('config setprop letsencrypt SkipChecks fetsch')).status, 3)
  assert.is(run(words('config setprop letsencrypt DNSServer $(id)')).status, 3)
})

step('the DNS server is a property: one that does not answer, and none at all', () => {
  writeFileSync('/etc/resolv.conf', 'nameserver 198.51.100.53\n')
  assert.match(
    problems(check('--skip', 'caa').report, 'example.org').join(),
    /dns: its addresses cannot be looked up: /,
  )
  type('config setprop letsencrypt DNSServer 127.0.0.1:53')
  assert.equal(problems(check().report, 'example.org'), [])
  type('config setprop letsencrypt DNSServer 1.2.3.4.5')
  const { report } = check()
  assert.equal([report.ok, report.general.map(({ reason }) => reason)], [false, ['"1.2.3.4.5" is not a DNS server']])
  writeFileSync('/etc/resolv.conf', 'nameserver 127.0.0.1\n')
  type('config setprop letsencrypt DNSServer 127.0.0.1')
})

step('an authority that is not there, or not trusted, is said once', () => {
  type('config setprop letsencrypt TestCA https://127.0.0.1:14999/dir')
  const { report } = check('--skip', 'dns,fetch,caa')
  assert.equal([report.ok, report.general[0]?.check, report.general[0]?.state], [false, 'authority', 'failed'])
  assert.match(report.general[0]?.reason ?? '', 'ECONNREFUSED')
  type(`config setprop letsencrypt TestCA ${authority.directory} CABundle ${authority.root}`)
  assert.match(check('--skip', 'dns,fetch,caa').report.general[0]?.reason ?? '', /certificate/)
  type(`config setprop letsencrypt CABundle ${join(folder, 'pebble.crt')}`)
})

step('a folder of challenges that is not there is said once', () => {
  type('config setprop letsencrypt WellKnown /var/www/nothing-here')
  const { report } = check()
  const said = report.general.find(({ check }) => check === 'fetch')
  assert.match(said?.reason ?? '', 'no token can be written to /var/www/nothing-here: no such file or directory')
  assert.equal(problems(report, 'elsewhere.example.org'), [])
  type(`config setprop letsencrypt WellKnown ${WELL_KNOWN}`)
})

step('an underscore is left out by the template, with a warning; a wildcard needs the DNS', () => {
  type('db hosts set *.example.org host HostType Self letsencryptSSLcert enabled')
  const { stderr } = run(words('gabarit letsencrypt check --skip all'))
  assert.match(stderr, /warning: .*\*\.example\.org/)
  type('db hosts delete *.example.org')
})

step('--drop-failing at a terminal asks first', () => {
  const before = type('db hosts show')
  const command = 'gabarit letsencrypt check --drop-failing'
  const { stdout } = run(['script', '-qec', command, '/dev/null'], { input: 'n\n' })
  assert.match(stdout, 'db hosts setprop nodns.example.org letsencryptSSLcert disabled')
  assert.match(stdout, 'Exclude them? [y/N]')
  assert.match(stdout, 'nothing was changed')
  assert.match(stdout, /checked \d+ of 14: /)
  assert.is(type('db hosts show'), before)
})

step('a name that configure takes stays, and that is said; the setup then asks nobody', () => {
  type('config setprop letsencrypt configure hosts ACCEPT_TERMS yes email admin@example.org')
  const { status, stdout } = run(words('gabarit letsencrypt check --drop-failing --skip fetch,caa'))
  assert.is(status, 1)
  assert.match(
    stdout,
    /not excluded, because the property configure of letsencrypt includes them: .*nodns\.example\.org/,
  )
  const env = { GABARIT_SERVICE_MANAGER: 'none' }
  const setup = words('gabarit letsencrypt setup --drop-failing --skip authority,clock,fetch,caa')
  const ended = run(setup, { env, timeoutSeconds: 120 })
  assert.is(ended.status, 1, ended.stderr)
  assert.match(
    ended.stderr,
    /cannot be excluded, because the property configure of letsencrypt includes them: .*nodns\.example\.org/,
  )
  assert.not.match(ended.stdout, 'asking')
  type('config setprop letsencrypt configure none')
  for (const name of ['nodns', 'broken']) type(`db hosts setprop ${name}.example.org letsencryptSSLcert enabled`)
})

step('--drop-failing leaves out what fails, and the rest is ready', () => {
  const { status: ready, report } = check('--drop-failing')
  assert.is(ready, 0, 'the rest is ready')
  const dropped = ['a.b.deep', 'broken', 'caa', 'elsewhere', 'nodns', 'nowhere', 'sixless', 'viacaa', 'wrongsix']
  assert.equal(
    report.dropped,
    dropped.map(name => `hosts ${name}.example.org`),
  )
  assert.is(type('db hosts getprop nodns.example.org letsencryptSSLcert'), 'disabled\n')
  const { status, report: after } = check()
  assert.equal([status, after.ok], [0, true])
  assert.equal(
    after.names.map(({ name }) => name),
    ['example.org', 'alias.example.org', 'moved.example.org', 'ours.deep.example.org', 'www.example.org'],
  )
})

step('a domain that fails takes its hosts along, and that is said before', () => {
  tellDns('clear-a', { host: 'example.org' })
  const { status, stdout } = run(words('gabarit letsencrypt check --drop-failing'))
  assert.is(status, 1, 'no name is left')
  assert.match(stdout, 'db domains setprop example.org letsencryptSSLcert disabled')
  assert.match(stdout, 'also excluded, with their domain: alias.example.org moved.example.org')
  const after = run(words('gabarit letsencrypt check --json'))
  assert.equal(JSON.parse(after.stdout).names, [])
  assert.match(after.stderr, 'host www.example.org: letsencryptSSLcert has no effect, because its domain is left out')
})

step('this Pebble offers no renewal information, which is no problem', async () => {
  const certificate = new X509Certificate(must(['cat', authority.root]))
  const place = { mode: 'test', id: 'x', directory: authority.directory } as const
  const clock = { now: () => new Date() }
  const found = await suggestedWindow({ ...place, bundle: join(folder, 'pebble.crt') }, certificate, clock)
  assert.is(found, undefined)
})

preflight.run()

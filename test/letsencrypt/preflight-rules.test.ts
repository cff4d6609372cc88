// What the checks conclude from what they are told: no network is asked.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CaaAnswer, type CaaRecord, checkCaa } from '../../src/modules/letsencrypt/preflight/caa.ts'
import type { CheckResult, NameReport } from '../../src/modules/letsencrypt/preflight/check.ts'
import { checkInternal, checkWildcard, isInternetAddress } from '../../src/modules/letsencrypt/preflight/one-name.ts'
import { checkCount, failingNames } from '../../src/modules/letsencrypt/preflight/preflight.ts'
import { reportAsText } from '../../src/modules/letsencrypt/preflight/show.ts'
import type { Authority } from '../../src/modules/letsencrypt/world.ts'

const rules = suite('rules of the preflight')

const CA = 'ca.example'
const caa = (tag: string, value: string, flags = 0): CaaRecord => ({ flags, tag, value })

/** Judges a name by CAA records at some domains. */
function judge(
  zone: Readonly<Record<string, readonly CaaRecord[]>>,
  name = 'www.example.org',
  changes: { identities?: readonly string[]; challenge?: 'http-01' | 'dns-01' } = {},
): Promise<CheckResult> & { asked: string[] } {
  const asked: string[] = []
  const lookUp = async (domain: string): Promise<CaaAnswer> => {
    asked.push(domain)
    return { records: zone[domain] ?? [] }
  }
  return Object.assign(checkCaa({ name, identities: [CA], challenge: 'http-01', ...changes }, lookUp), { asked })
}

const CAA: readonly (readonly [
  what: string,
  records: readonly CaaRecord[],
  state: CheckResult['state'],
  said: string,
])[] = [
  ['only a place to report to', [caa('iodef', 'mailto:a@example.org')], 'ok', 'any authority'],
  ['ours', [caa('issue', CA)], 'ok', 'ca.example may issue'],
  ['ours in capitals', [caa('ISSUE', 'CA.Example')], 'ok', 'may issue'],
  ['ours among others', [caa('issue', 'other.example'), caa('issue', `  ${CA} ; x=1`)], 'ok', 'may issue'],
  ['another', [caa('issue', 'other.example')], 'failed', 'allow only other.example to issue'],
  ['nobody', [caa('issue', ';')], 'failed', 'allow nobody to issue'],
  ['nobody, with parameters', [caa('issue', '; x=1')], 'failed', 'allow nobody to issue'],
  ['empty', [caa('issue', '')], 'failed', 'allow nobody to issue'],
  ['malformed', [caa('issue', '%%% ca.example')], 'failed', 'allow nobody to issue'],
  ['a domain that only contains ours', [caa('issue', `not-${CA}`)], 'failed', 'only not-ca.example'],
  ['wildcards of another', [caa('issue', CA), caa('issuewild', 'other.example')], 'ok', 'may issue'],
  ['only wildcards are ruled', [caa('issuewild', ';')], 'ok', 'any authority'],
  ['critical and unknown', [caa('issue', CA), caa('tbs', 'x', 128)], 'failed', 'critical tag "tbs"'],
  ['critical, as many write it', [caa('issue', CA), caa('tbs', 'x', 1)], 'failed', 'critical tag "tbs"'],
  ['critical and known', [caa('issue', CA, 128)], 'ok', 'may issue'],
  ['unknown, not critical', [caa('issue', CA), caa('tbs', 'x', 2)], 'ok', 'may issue'],
  [
    'by DNS only',
    [caa('issue', `${CA}; validationmethods=dns-01`)],
    'failed',
    'only allow validation by dns-01, not by http-01',
  ],
  ['by either', [caa('issue', `${CA}; validationmethods=dns-01,http-01`)], 'ok', 'may issue'],
  [
    'by no way',
    [caa('issue', `${CA}; validationmethods=`)],
    'failed',
    'only allow validation by no method, not by http-01',
  ],
  [
    'one account',
    [caa('issue', `${CA}; accounturi=https://ca.example/acct/1`)],
    'warning',
    'https://ca.example/acct/1',
  ],
  ['one account, or any', [caa('issue', `${CA}; accounturi=https://x/1`), caa('issue', CA)], 'ok', 'may issue'],
]
for (const [what, records, state, said] of CAA)
  rules(`CAA: ${what}`, async () => {
    const result = await judge({ 'www.example.org': records })
    assert.is(result.state, state, result.reason)
    assert.ok(result.reason.includes(said), result.reason)
    if (state === 'failed' || state === 'warning') assert.ok(result.hint)
  })

rules('CAA: the nearest domain with records counts, and none above it', async () => {
  const zone = { 'www.example.org': [], 'example.org': [caa('issue', CA)], org: [caa('issue', ';')] }
  const judged = judge(zone)
  assert.is((await judged).state, 'ok')
  assert.equal(judged.asked, ['www.example.org', 'example.org'])
  const all = judge({})
  assert.is((await all).reason, 'any authority may issue')
  assert.equal(all.asked, ['www.example.org', 'example.org', 'org'])
  assert.match((await judge({ org: [caa('issue', ';')] })).reason, 'records of org allow nobody')
})

rules('CAA: a wildcard is ruled by issuewild where there is one, at its domain', async () => {
  const wild = (records: readonly CaaRecord[]) =>
    judge({ 'example.org': records }, '*.example.org', { challenge: 'dns-01' })
  assert.is((await wild([caa('issue', ';'), caa('issuewild', CA)])).state, 'ok')
  const refused = await wild([caa('issue', CA), caa('issuewild', ';')])
  assert.is(refused.state, 'failed')
  assert.match(refused.hint ?? '', 'example.org. CAA 0 issuewild "ca.example"')
  assert.is((await wild([caa('issue', CA)])).state, 'ok')
})

rules('CAA: an authority that does not say who it is', async () => {
  const unknown = (...records: CaaRecord[]) => judge({ org: records }, 'www.example.org', { identities: [] })
  assert.is((await unknown(caa('issue', 'other.example'))).state, 'warning')
  assert.is((await unknown(caa('issue', ';'))).state, 'failed')
  assert.is((await unknown()).state, 'ok')
})

rules('CAA: an answer that does not come forbids; a DNS server that knows no CAA does not', async () => {
  const ask = (own: boolean) =>
    checkCaa({ name: 'a.org', identities: [CA], challenge: 'http-01' }, async domain =>
      domain === 'org' ? { problem: 'SERVFAIL', own } : { records: [] },
    )
  const result = await ask(false)
  assert.is(result.state, 'failed')
  assert.match(result.reason, 'the CAA records of org cannot be read: SERVFAIL')
  assert.is((await ask(true)).state, 'warning')
})

const authority = (directory: string): Authority => ({
  mode: 'test',
  directory,
  id: 'x',
  bundle: undefined,
})
const PUBLIC = authority('https://acme-v02.api.letsencrypt.org/directory')

rules('names that no authority of the internet certifies', () => {
  for (const name of ['www.example.org', '*.example.co.uk']) assert.is(checkInternal(name, PUBLIC).state, 'ok', name)
  for (const name of ['server.local', 'box.lan', 'server', '192.168.1.1', '1.2.3.4', 'a.test', '*.home.arpa'])
    assert.is(checkInternal(name, PUBLIC).state, 'failed', name)
  for (const directory of ['https://127.0.0.1:14000/dir', 'https://ca.office.lan/acme', 'https://localhost/dir'])
    assert.is(checkInternal('server.local', authority(directory)).state, 'skipped', directory)
})

rules('a wildcard needs the DNS', () => {
  assert.is(checkWildcard('*.example.org', 'http-01').state, 'failed')
  assert.is(checkWildcard('*.example.org', 'dns-01').state, 'ok')
  assert.is(checkWildcard('www.example.org', 'http-01').state, 'ok')
})

rules('a hundred names in one certificate, not one more', () => {
  const wanted = (count: number, name: string) => ({
    name,
    names: Array.from({ length: count }, (_, index) => `a${index}.org`),
  })
  assert.is(checkCount([wanted(100, 'a.org'), wanted(100, 'b.org')]).state, 'ok')
  const { state, reason } = checkCount([wanted(1, 'a.org'), wanted(101, 'b.org')])
  assert.equal([state, reason], ['failed', 'b.org would have 101 names, but the maximum is 100'])
  assert.is(checkCount([]).state, 'ok')
})

rules('addresses of the internet, and of a network of one’s own', () => {
  for (const address of ['9.9.9.9', '172.32.0.1', '193.0.0.1', '2620:fe::fe', '2a00::1'])
    assert.ok(isInternetAddress(address), address)
  const own = [
    '10.1.2.3',
    '172.31.255.1',
    '192.168.1.1',
    '127.0.0.1',
    '169.254.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
  ]
  for (const address of [...own, '::1', '::', 'fe80::1', 'fd12::1', 'ff02::1', '::ffff:10.0.0.1', '2001:db8::7'])
    assert.not(isInternetAddress(address), address)
})

const good: NameReport = {
  name: 'example.org',
  certificate: 'example.org',
  addresses: ['9.9.9.9'],
  results: [
    { check: 'dns', state: 'ok', reason: '9.9.9.9' },
    { check: 'caa', state: 'skipped', reason: 'left out' },
    { check: 'fetch', state: 'ok', reason: '9.9.9.9' },
  ],
}
const bad: NameReport = {
  ...good,
  name: 'www.example.org',
  addresses: ['9.9.9.9', '2620:fe::fe'],
  results: [
    { check: 'dns', state: 'ok', reason: '9.9.9.9, 2620:fe::fe' },
    { check: 'caa', state: 'warning', reason: 'only one account', hint: 'Look.' },
    { check: 'fetch', state: 'ok', reason: '9.9.9.9' },
    { check: 'fetch', state: 'failed', reason: '2620:fe::fe answers 404', hint: 'Correct it.' },
  ],
}

rules('the report: a line for each name, then what is wrong and what to do', () => {
  const report = { names: [good, bad], general: [], ok: false }
  assert.is(
    reportAsText(report),
    `name             addresses            DNS  CAA      port 80
example.org      9.9.9.9              ok   -        ok
www.example.org  9.9.9.9 2620:fe::fe  ok   warning  FAILED

warning  www.example.org: only one account
         Look.
failed   www.example.org: 2620:fe::fe answers 404
         Correct it.
2 names, 1 with a problem: the authority would refuse the whole certificate`,
  )
  assert.equal(failingNames(report), ['www.example.org'])
  assert.match(reportAsText({ names: [good], general: [], ok: true }), '1 name ready')
  const clock: CheckResult = { check: 'clock', state: 'failed', reason: 'the clock is wrong', hint: 'Set it.' }
  const text = reportAsText({ names: [good], general: [clock], ok: false })
  assert.match(text, 'failed   clock: the clock is wrong\n         Set it.\n1 name, but not ready')
  assert.is(reportAsText({ names: [], general: [], ok: true }), 'no name is requested')
})

rules.run()

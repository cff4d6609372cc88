import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Ledger } from '../../src/modules/letsencrypt/ledger/ledger.ts'
import { isPublicName, registeredDomain } from '../../src/modules/letsencrypt/ledger/public-suffix.apart.ts'
import { pauseIn, retryAfter } from '../../src/modules/letsencrypt/ledger/retry-after.ts'
import type { Authority, Mode } from '../../src/modules/letsencrypt/world.ts'
import { findPlaces } from '../../src/system/places.ts'
import { failureOf } from '../support/engine.ts'
import { PROJECT } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

const ledgers = suite('ledger')
const START = Date.UTC(2026, 10, 1)
const MINUTE = 60 * 1000
const HOUR = 60 * MINUTE
const NAMES = ['example.org', 'www.example.org']
const folder = mkdtempSync(join(tmpdir(), 'gabarit-ledger-'))
ledgers.after(() => rmSync(folder, { recursive: true, force: true }))

let made = 0

/** A ledger of its own with a clock that can be set. */
function makeLedger(mode: Mode = 'production') {
  const id = `authority-${made++}`
  const places = findPlaces(PROJECT, {}, folder)
  const own = places.state.path(`letsencrypt/${id}`)
  const authority: Authority = { mode, directory: `https://${id}.test/dir`, id, bundle: undefined }
  const time = { now: START }
  const ledger = new Ledger(places, authority, { now: () => new Date(time.now) })
  const order = (names: readonly string[] = NAMES, renewal = false) =>
    ledger.before({ certificate: names[0] ?? '', names, renewal })
  const issue = (names: readonly string[] = NAMES, renewal = false) => ledger.record({ kind: 'issued', names, renewal })
  const fail = (failedNames: readonly string[], said = '', names: readonly string[] = NAMES) =>
    ledger.record({ kind: 'failed', names, failedNames, said })
  return { ledger, authority, time, order, issue, fail, file: join(own, 'ledger.json') }
}

ledgers('an authority that was never asked takes everything; nothing is written by asking', () => {
  const { order, file } = makeLedger()
  const { allowed, refusals, left } = order()
  assert.equal([allowed, refusals], [true, []])
  assert.equal(
    left.map(({ limit, what, used, of }) => [limit, what, used, of]),
    [
      ['exact-set', 'example.org', 0, 5],
      ['domain', 'example.org', 0, 50],
      ['orders', 'this account', 0, 300],
      ['accounts', 'this address', 0, 10],
    ],
  )
  assert.not(existsSync(file))
})

ledgers(
  'the sixth certificate of a week for the same names is refused, with the time; also in other order and case',
  () => {
    const { time, order, issue } = makeLedger()
    for (let count = 0; count < 5; count++) {
      assert.ok(order().allowed, `number ${count + 1}`)
      issue()
      time.now += HOUR
    }
    const { allowed, refusals } = order(['WWW.example.org', 'example.org'])
    assert.is(allowed, false)
    assert.equal(
      refusals.map(({ limit, until }) => [limit, until.getTime()]),
      [['exact-set', START + (7 * 24 * HOUR) / 5]],
    )
    const local = new Date(START + (7 * 24 * HOUR) / 5)
    assert.match(refusals[0]?.message ?? '', '5 certificates for exactly the names of WWW.example.org in 7 days')
    assert.match(refusals[0]?.message ?? '', `from 2026-11-${String(local.getDate()).padStart(2, '0')} `)
    assert.ok(order(['example.org']).allowed, 'another set of names')
    time.now = START + (7 * 24 * HOUR) / 5 - 1
    assert.is(order().allowed, false)
    time.now += 1
    assert.ok(order().allowed)
  },
)

ledgers('a renewal counts for its set, and neither for the domain nor for the orders', () => {
  const { order, issue } = makeLedger()
  for (let count = 0; count < 50; count++) issue([`a${count}.example.org`])
  const refused = order(['new.example.org'])
  assert.equal(
    refused.refusals.map(({ limit }) => limit),
    ['domain'],
  )
  assert.match(refused.refusals[0]?.message ?? '', '50 certificates with names of example.org in 7 days')
  assert.ok(order(['a0.example.org'], true).allowed)
  assert.ok(order(['example.com']).allowed)
  for (let count = 0; count < 4; count++) issue(['a0.example.org'], true)
  const renewal = order(['a0.example.org'], true)
  assert.equal(
    renewal.refusals.map(({ limit }) => limit),
    ['exact-set'],
  )
  assert.equal(
    renewal.left.filter(({ limit }) => limit !== 'accounts').map(({ limit, used }) => [limit, used]),
    [
      ['exact-set', 5],
      ['domain', 50],
      ['orders', 50],
    ],
  )
})

ledgers('renewals leave the domain and the orders as they were', () => {
  const { order, issue } = makeLedger()
  for (let count = 0; count < 3; count++) issue(NAMES, true)
  assert.equal(
    order().left.map(({ limit, used }) => [limit, used]),
    [
      ['exact-set', 3],
      ['domain', 0],
      ['orders', 0],
      ['accounts', 0],
    ],
  )
})

ledgers('five failures of a name in an hour hold back every certificate with that name, for twelve minutes', () => {
  const { time, order, fail } = makeLedger()
  for (let count = 0; count < 5; count++) fail(['www.example.org'])
  const { refusals } = order(['www.example.org', 'other.org'])
  assert.equal(
    refusals.map(({ limit, until }) => [limit, until.getTime()]),
    [['failures', START + 12 * MINUTE]],
  )
  assert.match(refusals[0]?.message ?? '', '5 failures of www.example.org in an hour')
  assert.ok(order(['example.org']).allowed)
  time.now += 12 * MINUTE - 1
  assert.is(order().allowed, false)
  time.now += 1
  assert.ok(order().allowed)
})

ledgers('300 orders in three hours, failed ones too; the test authority takes more', () => {
  const { order, fail } = makeLedger()
  for (let count = 0; count < 300; count++) fail([])
  assert.equal(
    order().refusals.map(({ limit }) => limit),
    ['orders'],
  )
  const test = makeLedger('test')
  for (let count = 0; count < 60; count++) test.issue()
  assert.ok(test.order().allowed)
})

ledgers('accounts are counted, and hold no order back', () => {
  const { ledger, order } = makeLedger()
  for (let count = 0; count < 10; count++) ledger.record({ kind: 'account' })
  assert.equal(order().left.find(({ limit }) => limit === 'accounts')?.used, 10)
  assert.ok(order().allowed)
})

const LIMITED = `ERROR: An error occurred while sending post-request to https://acme.test/acme/new-order (Status 429)

Details:
HTTP/2 429
server: nginx
retry-after: 7200

{
  "type": "urn:ietf:params:acme:error:rateLimited",
  "detail": "too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after 2026-11-01 03:30:00 UTC: see https://letsencrypt.org/docs/rate-limits/",
  "status": 429
}`

ledgers("the authority's own refusal counts until its time, and is no failure of a name", () => {
  const { time, order, fail } = makeLedger()
  fail([], LIMITED)
  const { refusals, left } = order()
  assert.equal(
    refusals.map(({ limit, until }) => [limit, until.getTime()]),
    [['authority', START + 3.5 * HOUR]],
  )
  assert.match(refusals[0]?.message ?? '', 'too many certificates (5) already issued for this exact set')
  assert.is(left.find(({ limit }) => limit === 'orders')?.used, 0)
  assert.ok(order(['example.org']).allowed, 'other names')
  time.now = START + 3.5 * HOUR
  assert.ok(order().allowed)
})

const PAUSES: readonly (readonly [said: string, scope: string | undefined, after?: number])[] = [
  ['', undefined],
  ['ERROR: Challenge is invalid! (returned: invalid)', undefined],
  [LIMITED, 'set', 3.5 * HOUR],
  ['HTTP/1.1 503 Service Unavailable\r\nRetry-After: 120\r\n', 'everything', 2 * MINUTE],
  ['HTTP/2 429\nRetry-After: Sun, 01 Nov 2026 00:10:00 GMT', 'everything', 10 * MINUTE],
  ['{"type":"urn:ietf:params:acme:error:rateLimited","detail":"Service busy"}', 'everything', HOUR],
  ['"detail": "too many new orders (300) from this account, retry after 2026-11-01T00:00:36Z"', 'everything', 36_000],
  [
    '"detail": "too many failed authorizations (5) for \\"a.org\\" in the last 1h0m0s, retry after 2026-11-01 00:12:00 UTC"',
    'names',
    12 * MINUTE,
  ],
  ['retry after 2025-01-01 00:00:00 UTC', undefined],
  ['HTTP/2 429\nretry-after: 999999999', 'everything', 8 * 24 * HOUR],
  ['HTTP/2 429\nretry-after: soon', 'everything', HOUR],
]
for (const [index, [said, scope, after]] of PAUSES.entries())
  ledgers(`pause ${index}: ${said.slice(0, 60).replaceAll(/\s+/g, ' ') || 'nothing said'}`, () => {
    const pause = pauseIn(said, START)
    assert.is(pause?.scope, scope)
    assert.is(pause?.until, after === undefined ? undefined : START + after)
  })

ledgers('Retry-After as seconds and as a date', () => {
  assert.is(retryAfter(' 21600 ', START), START + 6 * HOUR)
  assert.is(retryAfter('Sun, 01 Nov 2026 01:00:00 GMT', START), START + HOUR)
  assert.is(retryAfter('-1x', START), undefined)
})

const DOMAINS: readonly (readonly [name: string, domain: string])[] = [
  ['www.example.org', 'example.org'],
  ['*.example.org', 'example.org'],
  ['a.b.example.co.uk', 'example.co.uk'],
  ['x.someone.github.io', 'someone.github.io'],
  ['github.io', 'github.io'],
  ['server.home', 'server.home'],
]
for (const [name, domain] of DOMAINS)
  ledgers(`${name} was registered as ${domain}`, () => assert.is(registeredDomain(name), domain))

ledgers('names of the internet', () => {
  for (const name of ['example.org', '*.example.co.uk', 'x.github.io']) assert.ok(isPublicName(name), name)
  for (const name of ['server', 'server.local', 'a.test', 'box.lan', '192.168.1.1', 'org', 'co.uk'])
    assert.not(isPublicName(name), name)
})

ledgers('the file is ours alone, in a folder that is ours alone', () => {
  const { issue, file } = makeLedger()
  const before = process.umask(0)
  issue()
  process.umask(before)
  assert.is(statSync(file).mode & 0o7777, 0o600)
  assert.is(statSync(dirname(file)).mode & 0o7777, 0o700)
  assert.equal(readdirSync(dirname(file)), ['ledger.json'])
})

ledgers('old entries go, and so do those of a wrong clock; their number is bounded', () => {
  const { time, issue, file, order } = makeLedger()
  const count = () => JSON.parse(readFileSync(file, 'utf8')).length
  time.now = START + 365 * 24 * HOUR
  for (let number = 0; number < 5; number++) issue()
  time.now = START
  assert.ok(order().allowed, 'entries of next year')
  issue()
  assert.is(count(), 1)
  time.now += 29 * 24 * HOUR
  issue()
  assert.is(count(), 2)
  const many = Array.from({ length: 5000 }, (_, at) => ({ kind: 'account', at: time.now - at }))
  writeFileSync(file, JSON.stringify(many))
  issue()
  assert.is(count(), 1000)
})

for (const [what, text] of [
  ['cut off', '[\n  {"kind":"iss'],
  ['empty', ''],
  ['something else', '{"kind":"issued"}'],
  ['an entry of another kind', '[{"kind":"sold","at":1,"names":[]}]'],
] as const)
  ledgers(`a damaged ledger is refused, not taken for an empty one: ${what}`, () => {
    const { issue, order, file } = makeLedger()
    issue()
    writeFileSync(file, text)
    for (const failure of [failureOf(order), failureOf(() => issue())]) {
      assert.is(failure.status, 3)
      assert.is(failure.where, file)
      assert.match(failure.hint ?? '', 'If you remove the file')
    }
    assert.is(readFileSync(file, 'utf8'), text)
  })

ledgers('a ledger that cannot be read is no empty one either', () => {
  const { order, file } = makeLedger()
  mkdirSync(file, { recursive: true })
  assert.match(failureOf(order).message, 'illegal operation on a directory')
})

ledgers('killed at any moment, it is whole', async () => {
  const { authority, file, order } = makeLedger()
  const script = `
    import { Ledger } from ${JSON.stringify(join(PROJECT, 'src/modules/letsencrypt/ledger/ledger.ts'))}
    import { findPlaces } from ${JSON.stringify(join(PROJECT, 'src/system/places.ts'))}
    const places = findPlaces('', {}, ${JSON.stringify(folder)})
    const ledger = new Ledger(places, ${JSON.stringify(authority)}, { now: () => new Date(${START}) })
    for (;;) ledger.record({ kind: 'failed', names: ['example.org'], failedNames: [], said: '' })`
  for (let round = 1; round <= 4; round++) {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: 'ignore' })
    const ended = new Promise(resolve => child.once('exit', resolve))
    await waitFor(
      'entries of this round',
      () => existsSync(file) && order().left.length > 0 && entries(file) > round * 3,
    )
    child.kill('SIGKILL')
    await ended
    assert.ok(entries(file) > round * 3, 'what was written stays')
  }
})

function entries(file: string): number {
  return JSON.parse(readFileSync(file, 'utf8')).length
}

ledgers.run()

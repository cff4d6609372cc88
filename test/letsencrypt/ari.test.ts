// Renewal information, against a small HTTPS server that behaves as RFC 9773 says: Debian's Pebble (2.4.0) offers none.
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { certificateId, suggestedWindow, timeIn } from '../../src/modules/letsencrypt/ari.ts'
import { NoAnswer } from '../../src/modules/letsencrypt/ask-authority.ts'
import type { Authority } from '../../src/modules/letsencrypt/world.ts'
import { type HttpsServer, startHttps } from '../support/https-server.ts'
import { needsCommands } from '../support/packages.ts'
import { must, words } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

/** The certificate of RFC 9773, appendix A. */
const EXAMPLE = new X509Certificate(`-----BEGIN CERTIFICATE-----
MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
-----END CERTIFICATE-----`)
const ID = 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE'

const ari = suite('renewal information')
const folder = mkdtempSync(join(tmpdir(), 'gabarit-ari-'))
const reason = needsCommands('openssl')
const NOW = Date.UTC(2026, 10, 25, 12)
const clock = { now: () => new Date(NOW) }
const MINUTE = 60 * 1000
const WINDOW = { start: '2026-12-01T00:00:00Z', end: '2026-12-03T00:00:00Z' }

let server: HttpsServer
/** What the server does with a request for renewal information. */
let respond = (_: ServerResponse) => {}
/** What it says of itself. */
let directory: object = {}
let asked: string[] = []

ari.before(async () => {
  if (reason !== undefined) return
  server = await startHttps(folder, ({ url = '' }, response) => {
    asked.push(url)
    if (url === '/dir') response.end(JSON.stringify(directory))
    else respond(response)
  })
})
ari.before.each(() => {
  asked = []
  directory = { renewalInfo: `${server?.url}/renewal-info/` }
})
ari.after(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

const authority = (changes: Partial<Authority> = {}): Authority => ({
  mode: 'test',
  directory: `${server.url}/dir`,
  id: 'local',
  bundle: server.certificate,
  ...changes,
})

/** Asks, and gives the window or why there is none. */
async function askFor(changes: Partial<Authority> = {}, timeout = 5000) {
  const found = await suggestedWindow(authority(changes), EXAMPLE, clock, timeout)
  return found instanceof NoAnswer ? { window: undefined, notes: [found.message] } : { window: found, notes: [] }
}

const answerWith =
  (body: unknown, headers: Record<string, string> = {}, status = 200) =>
  (response: ServerResponse) => {
    response.writeHead(status, headers)
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

ari('the identifier of the example in RFC 9773', () => assert.is(certificateId(EXAMPLE), ID))

const test = (name: string, run: () => Promise<void>) => testIf(ari, reason, name, run)

test('the identifier of certificates that openssl makes', async () => {
  const file = (name: string) => join(folder, name)
  const key = 'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1'
  must([...words(key), '-subj', '/CN=An authority', '-keyout', file('ca.key'), '-out', file('ca.pem')])
  must([...words('openssl req -new -newkey rsa:2048 -nodes -subj /CN=x -keyout'), file('x.key'), '-out', file('x.csr')])
  for (const [serial, extension, expected] of [
    ['0x7f01', 'keyid:always', 'fwE'],
    ['0xff01', 'keyid:always', 'AP8B'],
    ['0x05', 'keyid:always,issuer:always', 'BQ'],
    ['0x05', undefined, undefined],
  ] as const) {
    writeFileSync(file('x.cnf'), extension === undefined ? '' : `authorityKeyIdentifier=${extension}\n`)
    const sign = `openssl x509 -req -days 1 -set_serial ${serial} -CA ca.pem -CAkey ca.key -in x.csr -extfile x.cnf`
    const certificate = new X509Certificate(must(words(sign), { cwd: folder }))
    const shown = must(words('openssl x509 -noout -ext authorityKeyIdentifier'), { input: certificate.toString() })
    const bytes = /([0-9A-F]{2}(?::[0-9A-F]{2}){19})/.exec(shown)?.[1]?.replaceAll(':', '') ?? ''
    const issuer = Buffer.from(bytes, 'hex').toString('base64url')
    assert.is(certificateId(certificate), expected === undefined ? undefined : `${issuer}.${expected}`)
  }
})

test('the window, the page that explains it, and when to ask again', async () => {
  respond = answerWith(
    { suggestedWindow: WINDOW, explanationURL: 'https://example.org/why' },
    { 'Retry-After': '7200' },
  )
  const { window, notes } = await askFor()
  assert.equal(notes, [])
  assert.equal(asked, ['/dir', `/renewal-info/${ID}`])
  assert.equal(window, {
    start: new Date(WINDOW.start).toISOString(),
    end: new Date(WINDOW.end).toISOString(),
    explanation: 'https://example.org/why',
    askAgain: new Date(NOW + 120 * MINUTE).toISOString(),
  })
})

const AGAIN: readonly (readonly [header: string | undefined, minutes: number])[] = [
  [undefined, 360],
  ['0', 1],
  ['86400', 1440],
  ['8640000', 1440],
  ['Wed, 25 Nov 2026 15:00:00 GMT', 180],
  ['Wed, 25 Nov 2020 15:00:00 GMT', 1],
  ['tomorrow', 360],
]
for (const [header, minutes] of AGAIN)
  test(`Retry-After: ${header ?? 'none'} is ${minutes} minutes`, async () => {
    respond = answerWith({ suggestedWindow: WINDOW }, header === undefined ? {} : { 'Retry-After': header })
    const { window } = await askFor()
    assert.is(window?.askAgain, new Date(NOW + minutes * MINUTE).toISOString())
  })

test('an authority that offers none is no problem', async () => {
  directory = {}
  assert.equal(await askFor(), { window: undefined, notes: [] })
})

const PROBLEMS: readonly (readonly [what: string, answer: (response: ServerResponse) => void, said: string])[] = [
  [
    'an unknown certificate',
    answerWith({ detail: 'no such\ncertificate' }, {}, 404),
    'answers 404: no such certificate',
  ],
  ['an error', answerWith('', {}, 500), 'answers 500'],
  ['a redirection', answerWith('', { Location: 'https://example.org/' }, 302), 'answers 302'],
  ['no JSON', answerWith('<html>'), 'other than a JSON object'],
  ['a list', answerWith([]), 'other than a JSON object'],
  ['no window', answerWith({}), 'does not contain a time window'],
  ['a window without end', answerWith({ suggestedWindow: { start: WINDOW.start } }), 'does not contain a time window'],
  ['nonsense', answerWith({ suggestedWindow: { start: 'soon', end: 'later' } }), 'does not contain a time window'],
  [
    'a window of no length',
    answerWith({ suggestedWindow: { ...WINDOW, end: WINDOW.start } }),
    'does not contain a time window',
  ],
  ['a window that runs backwards', answerWith({ suggestedWindow: { start: WINDOW.end, end: WINDOW.start } }), 'window'],
  ['far too much', answerWith('x'.repeat(200_000)), 'larger than 64 kB'],
  ['a connection that is cut', response => response.destroy(), 'cannot be reached'],
  ['silence', () => {}, 'did not answer within 0.5 s'],
  ['silence after the first words', response => void response.writeHead(200).write('{'), 'within 0.5 s'],
  ['words that change the terminal', answerWith({ detail: 'a\u001b[2J' }, {}, 400), 'answers 400: a\\x1b[2J'],
]
for (const [what, answer, said] of PROBLEMS)
  test(`the own schedule holds after ${what}`, async () => {
    respond = answer
    const { window, notes } = await askFor({}, what.startsWith('silence') ? 500 : 5000)
    assert.is(window, undefined)
    assert.is(notes.length, 1)
    assert.ok(notes[0]?.includes(said), notes[0])
  })

test('an explanation that is no address of a page is not passed on', async () => {
  respond = answerWith({ suggestedWindow: WINDOW, explanationURL: 'javascript:alert(1)' })
  const { window } = await askFor()
  assert.ok(window !== undefined && !('explanation' in window))
})

test('an authority that is not trusted, not there, or whose roots cannot be read', async () => {
  writeFileSync(join(folder, 'empty.pem'), 'no certificate\n')
  const cases: readonly (readonly [Partial<Authority>, RegExp])[] = [
    [{ bundle: undefined }, /self.signed certificate/],
    [{ bundle: join(folder, 'missing.pem') }, /CABundle.*missing\.pem cannot be read: no such file/],
    [{ bundle: join(folder, 'empty.pem') }, /cannot be reached/],
    [{ directory: 'https://127.0.0.1:1/dir' }, /cannot be reached: .*ECONNREFUSED/],
    [{ directory: 'http://127.0.0.1/dir' }, /is not an https URL/],
  ]
  for (const [changes, said] of cases) {
    const { window, notes } = await askFor(changes)
    assert.is(window, undefined)
    assert.match(notes[0] ?? '', said)
  }
})

ari('the moment lies in the window, is the same each time, and others for other windows', () => {
  const moments = Array.from({ length: 500 }, (_, day) => {
    const start = new Date(NOW + day * MINUTE)
    const window = { start: start.toISOString(), end: new Date(start.getTime() + 1000).toISOString() }
    const moment = timeIn(window, EXAMPLE)
    assert.equal(timeIn(window, EXAMPLE), moment)
    return moment.getTime() - start.getTime()
  })
  assert.ok(moments.every(offset => offset >= 0 && offset < 1000))
  const mean = moments.reduce((sum, offset) => sum + offset, 0) / moments.length
  assert.ok(mean > 430 && mean < 570, `mean ${mean}`)
  assert.ok(new Set(moments).size > 300)
})

ari.run()

// What the real dehydrated prints when an authority refuses for its limits. Pebble has none, so a small HTTPS server says it.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Ledger } from '../../src/modules/letsencrypt/ledger/ledger.ts'
import { findPlaces } from '../../src/system/places.ts'
import { type HttpsServer, startHttps } from '../support/https-server.ts'
import { findCommand, needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'

const refused = suite('an authority that refuses')
const reason = needsCommands('dehydrated', 'curl', 'openssl', 'hexdump')
const folder = mkdtempSync(join(tmpdir(), 'gabarit-refused-'))
const NAMES = ['example.org', 'www.example.org']
let server: HttpsServer
let refuse: (response: ServerResponse) => void = () => {}

refused.before(async () => {
  if (reason !== undefined) return
  mkdirSync(join(folder, 'known'))
  server = await startHttps(folder, ({ url, method }, response) => {
    response.setHeader('Replay-Nonce', 'bm9uY2U')
    const at = (path: string) => `${server.url}/${path}`
    if (url === '/dir')
      response.end(
        JSON.stringify({
          newNonce: at('nonce'),
          newAccount: at('account'),
          newOrder: at('order'),
          revokeCert: at('revoke'),
          keyChange: at('key'),
          meta: { termsOfService: at('terms') },
        }),
      )
    else if (url === '/account') response.writeHead(201, { Location: at('account/1') }).end('{"status":"valid"}')
    else if (url === '/order' && method === 'POST') refuse(response)
    else response.end()
  })
})
refused.after(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs dehydrated; the server in this process answers meanwhile. */
function dehydrated(): Promise<string> {
  const config = join(folder, 'config')
  writeFileSync(join(folder, 'domains.txt'), `${NAMES.join(' ')}\n`)
  const lines = [
    `CA=${server.url}/dir`,
    `BASEDIR=${folder}`,
    `WELLKNOWN=${join(folder, 'known')}`,
    'KEY_ALGO=secp384r1',
    'ACCOUNT_KEYSIZE=2048',
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const env = { ...process.env, CURL_CA_BUNDLE: server.certificate, no_proxy: '*', NO_PROXY: '*' }
  const args = ['-c', '--accept-terms', '--config', config]
  return new Promise((resolve, reject) =>
    execFile(findCommand('dehydrated') ?? '', args, { env, timeout: 60_000 }, (error, stdout, stderr) =>
      error === null ? reject(new Error(`it ended well:\n${stdout}`)) : resolve(`${stdout}${stderr}`),
    ),
  )
}

testIf(refused, reason, 'the pause that it asks for is found in what dehydrated prints, and holds', async () => {
  const now = Date.now()
  const until = new Date(Math.ceil(now / 1000) * 1000 + 5 * 3600 * 1000)
  const text = until.toISOString().slice(0, 19).replace('T', ' ')
  const detail = `too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after ${text} UTC: see https://letsencrypt.org/docs/rate-limits/`
  const problem = { type: 'urn:ietf:params:acme:error:rateLimited', detail, status: 429 }
  refuse = response =>
    response
      .writeHead(429, { 'Content-Type': 'application/problem+json', 'Retry-After': '7200' })
      .end(JSON.stringify(problem))
  const said = await dehydrated()
  const authority = { mode: 'production', directory: server.url, id: 'x' } as const
  const ledger = new Ledger(
    findPlaces('', {}, folder),
    { ...authority, bundle: undefined },
    { now: () => new Date(now) },
  )
  ledger.record({ kind: 'failed', names: NAMES, failedNames: [], said })
  const { refusals } = ledger.before({ certificate: 'example.org', names: NAMES, renewal: false })
  assert.equal(
    refusals.map(refusal => [refusal.limit, refusal.until.getTime()]),
    [['authority', until.getTime()]],
    said,
  )
  assert.match(refusals[0]?.message ?? '', detail)
  assert.ok(ledger.before({ certificate: 'other.org', names: ['other.org'], renewal: false }).allowed)
})

testIf(refused, reason, 'a busy authority is left alone with everything', async () => {
  refuse = response => response.writeHead(503, { 'Retry-After': '120' }).end('busy\n')
  const said = await dehydrated()
  const now = Date.now()
  const authority = { mode: 'test', directory: server.url, id: 'y' } as const
  const ledger = new Ledger(
    findPlaces('', {}, folder),
    { ...authority, bundle: undefined },
    { now: () => new Date(now) },
  )
  ledger.record({ kind: 'failed', names: NAMES, failedNames: [], said })
  const { refusals } = ledger.before({ certificate: 'other.org', names: ['other.org'], renewal: true })
  assert.equal(
    refusals.map(refusal => [refusal.limit, refusal.until.getTime()]),
    [['authority', now + 120_000]],
    said,
  )
})

refused.run()

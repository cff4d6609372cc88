// The renewal follows the advice of an authority: a small HTTPS server that behaves as RFC 9773 says, since Debian's Pebble
// (2.4.0) offers none.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, domain, Server } from '../services/server.ts'
import { issueAsDehydrated } from '../support/authority.ts'
import { startHttps } from '../support/https-server.ts'
import { needsCommands } from '../support/packages.ts'
import { BIN } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const advised = suite('advice of the authority')
const HOUR = 3_600_000
const ago = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString()

/** Runs a verb beside this process, which answers it; all that it says. */
async function letsencrypt(root: string, line: string): Promise<string> {
  const env = {
    ...process.env,
    PATH: `${BIN}:${process.env.PATH}`,
    GABARIT_ROOT: root,
    GABARIT_SERVICE_MANAGER: 'none',
  }
  const child = spawn('gabarit', ['letsencrypt', ...line.split(' ')], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', data => {
      text += data
    })
  await new Promise(resolve => child.once('close', resolve))
  return text
}

testIf(
  advised,
  needsCommands('openssl'),
  'is followed, explained, and holds while the authority is silent',
  async () => {
    const server = new Server({
      configuration: configuration({ letsencrypt: ['service', { status: 'enabled', servers: 'none' }] }),
      domains: { 'example.org': domain({ letsencryptSSLcert: 'enabled' }) },
    })
    let speaks = true
    const advice = {
      suggestedWindow: { start: ago(48), end: ago(47) },
      explanationURL: 'https://ca.example/why?a=1',
    }
    mkdirSync(server.path('/https'))
    const https = await startHttps(server.path('/https'), ({ url }, response) => {
      response.statusCode = speaks ? 200 : 503
      response.end(JSON.stringify(url === '/dir' ? { renewalInfo: `${https.url}/advice` } : advice))
    })
    const id = https.url.replace('https://', '').replace(':', '_')
    server.must(`config setprop letsencrypt ProductionCA ${https.url}/dir CABundle /https/pebble.crt`)
    issueAsDehydrated(server.path('/authority'), ['example.org'], server.path(`/etc/dehydrated/${id}/example.org`))
    const old = { start: ago(9), end: ago(8), askAgain: ago(7) }
    const state = JSON.stringify({ warned: { 'AA:BB': 2 }, windows: { 'AA:BB': old } })
    const file = server.write('/var/lib/gabarit/letsencrypt/state.json', state)

    const why = /the authority wants it renewed between .*, and explains: https:\/\/ca\.example\/why\?a=1/
    assert.match(await letsencrypt(server.root, 'renew'), why)
    const { warned, windows } = JSON.parse(readFileSync(file, 'utf8'))
    assert.equal(warned, {}, 'what concerns no certificate in service is forgotten')
    assert.is(Object.keys(windows).length, 1)
    assert.match(await letsencrypt(server.root, 'status'), '(the authority explains: https://ca.example/why?a=1)')

    speaks = false
    const later = new Date(Date.now() + 30 * HOUR).toISOString()
    assert.match(await letsencrypt(server.root, `renew --at ${later}`), why)
    await https.close()
    server.remove()
  },
)

advised.run()

// Fetching a token as an authority does, from small web servers in this process that redirect in every way.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkDirectory } from '../../src/modules/letsencrypt/preflight/directory.ts'
import { fetchToken } from '../../src/modules/letsencrypt/preflight/fetch.ts'
import { withToken } from '../../src/modules/letsencrypt/preflight/token.ts'
import { type HttpsServer, startHttps } from '../support/https-server.ts'
import { needsCommands } from '../support/packages.ts'
import { must, PROJECT, run as runCommand, words } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const fetching = suite('fetching a token')
const reason = needsCommands('openssl')
const TOKEN = { name: 'a-token', content: 'the-content' }
const PATH = '/.well-known/acme-challenge/a-token'
const folder = mkdtempSync(join(tmpdir(), 'gabarit-fetch-'))

let server: Server
let port = 0
let secure: HttpsServer
/** What the server in clear answers, by host and path. */
let respond: (host: string, path: string, response: ServerResponse) => void = () => {}

fetching.before(async () => {
  server = createServer(({ headers, url = '' }, response) => respond(headers.host ?? '', url, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  if (reason === undefined) secure = await startHttps(folder, (_, response) => response.end(TOKEN.content))
})
fetching.after(async () => {
  server.closeAllConnections()
  server.close()
  await secure?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Fetches under the name www.example.org; every other name is at 127.0.0.1, but `nowhere.example.org`. */
const fetchIt = (address = '127.0.0.1', timeout = 5000) =>
  fetchToken('www.example.org', address, TOKEN, {
    httpPort: port,
    timeout,
    addressesOf: async name => ({
      found: name === 'nowhere.example.org' ? [] : ['127.0.0.1'],
      problem: undefined,
    }),
  })

const answer =
  (status: number, body = '', headers: Record<string, string> = {}) =>
  (_host: string, _path: string, response: ServerResponse) => {
    response.writeHead(status, headers)
    response.end(body)
  }
const moved = (location: string, status = 302) => answer(status, 'moved', { Location: location })

fetching('asks for the token under the name, at the address', async () => {
  const asked: string[] = []
  respond = (host, path, response) => {
    asked.push(`${host} ${path}`)
    response.end(`${TOKEN.content}\n`)
  }
  const result = await fetchIt()
  assert.equal([result.state, result.reason], ['ok', '127.0.0.1'])
  assert.equal(asked, [`www.example.org ${PATH}`])
})

const WRONG: readonly (readonly [what: string, respond: typeof respond, said: string])[] = [
  ['nothing there', answer(404), '127.0.0.1 answers 404'],
  ['another content', answer(200, '<html>\u001b[2J'), 'something else: "<html>'],
  ['the content among others', answer(200, `x${TOKEN.content}`), 'something else'],
  ['an endless content', answer(200, 'y'.repeat(500_000)), 'something else: "yyyy'],
  ['forbidden', answer(403), 'answers 403'],
  ['a redirection without a place', answer(302), 'answers 302'],
  ['a redirection to an address', moved('http://127.0.0.1/x'), 'only follows to names'],
  ['a redirection to an IPv6 address', moved('http://[::1]/x'), 'only follows to names'],
  ['a redirection to another port', moved('http://www.example.org:8080/x'), 'redirected to port 8080'],
  ['a redirection to no web address', moved('ftp://www.example.org/x'), 'not a web URL'],
  ['a redirection to nonsense', moved('http://'), 'redirected to an invalid URL'],
  ['a redirection to a name without address', moved('http://nowhere.example.org/x'), 'which has no address'],
  ['a redirection in a circle', moved(PATH), 'more than 10 redirections'],
  [
    'a connection that is cut',
    (_host, _path, response) => response.destroy(),
    'interrupted the connection: socket hang up',
  ],
]
for (const [what, wrong, said] of WRONG)
  fetching(`refuses ${what}`, async () => {
    respond = wrong
    const result = await fetchIt()
    assert.is(result.state, 'failed')
    assert.ok(result.reason.includes(said), result.reason)
    assert.ok(result.hint)
    assert.not(/\p{Cc}/u.test(result.reason))
  })

fetching('a server that never answers, and one that is not there', async () => {
  respond = () => {}
  assert.match((await fetchIt('127.0.0.1', 300)).reason, 'did not answer within 0.3 s')
  respond = (_host, _path, response) => response.writeHead(200).write('the-')
  assert.match((await fetchIt('127.0.0.1', 300)).reason, 'did not answer within 0.3 s')
  assert.match((await fetchIt('127.0.0.2')).reason, '127.0.0.2 refused the connection')
})

fetching('follows ten redirections, also to other names', async () => {
  const hosts: string[] = []
  respond = (host, path, response) => {
    hosts.push(host)
    const count = Number(/\d+$/.exec(path)?.[0] ?? 0)
    if (count === 10) answer(200, TOKEN.content)(host, path, response)
    else moved(`http://n${count}.example.org/${count + 1}`, 301 + (count % 2))(host, path, response)
  }
  const result = await fetchIt()
  assert.is(result.state, 'ok', result.reason)
  assert.is(result.reason, '127.0.0.1 → http://n9.example.org/10 (10 redirected)')
  assert.equal(hosts.slice(0, 3), ['www.example.org', 'n0.example.org', 'n1.example.org'])
})

testIf(fetching, reason, 'the directory: time, names, and a clock that is wrong', async () => {
  const own = mkdtempSync(join(folder, 'directory-'))
  const listen = await startHttps(own, (_, response) => response.end('{"meta":{"caaIdentities":["ca.example"]}}'))
  const authority = {
    mode: 'test',
    directory: `${listen.url}/dir`,
    id: 'x',
    bundle: listen.certificate,
  } as const
  const MINUTE = 60 * 1000
  try {
    const at = async (offset: number) => {
      const clock = { now: () => new Date(Date.now() + offset) }
      const { results, caaIdentities } = await checkDirectory(authority, clock, new Set())
      assert.equal(caaIdentities, ['ca.example'])
      assert.is(results.find(({ check }) => check === 'authority')?.state, 'ok')
      const { state, reason } = results.find(({ check }) => check === 'clock') ?? {}
      return `${state}: ${reason}`
    }
    assert.match(await at(0), 'ok: correct within ')
    assert.match(await at(4 * MINUTE), 'ok: ')
    assert.is(await at(-10 * MINUTE), 'warning: the clock of this server is 10 min behind')
    assert.is(await at(90 * MINUTE), 'failed: the clock of this server is 90 min ahead')
    assert.is(await at(-3 * 24 * 60 * MINUTE), 'failed: the clock of this server is 3 days behind')
    assert.equal(await checkDirectory(authority, { now: () => new Date(0) }, new Set(['authority', 'clock', 'caa'])), {
      results: [],
      caaIdentities: [],
    })
  } finally {
    await listen.close()
  }
  const { results } = await checkDirectory(authority, { now: () => new Date() }, new Set())
  assert.equal(
    results.map(({ check, state }) => [check, state]),
    [
      ['authority', 'failed'],
      ['clock', 'skipped'],
    ],
  )
})

testIf(
  fetching,
  reason,
  'the clock is compared also when the certificate of the authority is out of date',
  async () => {
    const own = mkdtempSync(join(folder, 'expired-'))
    const listen = await startHttps(own, (_, response) => response.end('{}'), expiredCertificate)
    const authority = {
      mode: 'test',
      directory: `${listen.url}/dir`,
      id: 'x',
      bundle: listen.certificate,
    } as const
    try {
      const { results } = await checkDirectory(authority, { now: () => new Date(Date.now() - 3 * 3600_000) }, new Set())
      assert.match(results[0]?.reason ?? '', 'certificate has expired')
      assert.is(results[1]?.reason, 'the clock of this server is 3 hours behind')
    } finally {
      await listen.close()
    }
  },
)

/** Makes a self-signed certificate that ended yesterday. */
function expiredCertificate(place: string): string {
  const file = (name: string) => join(place, name)
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1']
  const request = words('openssl req -new -newkey rsa:2048 -nodes -subj /CN=expired')
  must([...request, ...names, '-keyout', file('pebble.key'), '-out', file('x.csr')])
  const sign = words('openssl x509 -req -days -1 -copy_extensions copy')
  must([...sign, '-in', file('x.csr'), '-signkey', file('pebble.key'), '-out', file('pebble.crt')])
  return file('pebble.crt')
}

fetching('the token can be read by the web server, and is gone afterwards', async () => {
  const place = mkdtempSync(join(folder, 'tokens-'))
  const umask = process.umask(0o077)
  const seen = await withToken(place, async ({ name, content }) => {
    assert.match(name, /^[\w-]{32,}$/)
    assert.is(readFileSync(join(place, name), 'utf8'), content)
    assert.is(statSync(join(place, name)).mode & 0o777, 0o644)
    return name
  })
  process.umask(umask)
  assert.equal(readdirSync(place), [])
  await withToken(place, async ({ name }) => assert.is.not(name, seen))
  try {
    await withToken(place, async () => {
      throw new Error('broken')
    })
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), 'broken')
  }
  assert.equal(readdirSync(place), [])
  assert.is(process.listenerCount('SIGINT'), 0)
})

fetching('what a killed check left behind goes with the next one; what is not ours stays', async () => {
  const place = mkdtempSync(join(folder, 'left-'))
  for (const name of ['gabarit-check-old', 'gabarit-check-new', 'real-token']) writeFileSync(join(place, name), '')
  const long = Date.now() / 1000 - 7200
  for (const name of ['gabarit-check-old', 'real-token']) utimesSync(join(place, name), long, long)
  await withToken(place, async () => {})
  assert.equal(readdirSync(place).sort(), ['gabarit-check-new', 'real-token'])
})

fetching('a check that is interrupted takes its token with it', () => {
  const place = mkdtempSync(join(folder, 'interrupted-'))
  const script = `
    import { withToken } from ${JSON.stringify(join(PROJECT, 'src/modules/letsencrypt/preflight/token.ts'))}
    import { readdirSync } from 'node:fs'
    await withToken(${JSON.stringify(place)}, async () => {
      console.log(readdirSync(${JSON.stringify(place)}).length)
      process.kill(process.pid, 'SIGTERM')
      await new Promise(resolve => setTimeout(resolve, 20000))
    })`
  const { stdout, stderr } = runCommand([process.execPath, '--import', 'tsx', '--input-type=module', '-e', script])
  assert.is(stdout, '1\n')
  assert.match(stderr, 'killed by SIGTERM')
  assert.equal(readdirSync(place), [])
})

fetching.run()

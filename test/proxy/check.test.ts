// What `gabarit proxy check` asks, of servers on this machine; the whole of it with nginx: test/scenario/reverse-proxy.test.ts.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DbRecord } from '../../src/db/record.ts'
import { checkSites } from '../../src/modules/proxy/check.ts'
import { sitesOf } from '../../src/modules/proxy/sites.ts'
import { frontOf } from '../../src/template/web-front.ts'

const check = suite('gabarit proxy check')

const recordsOf = (records: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>>) =>
  new Map<string, DbRecord>(
    Object.entries(records).map(([key, [type, properties]]) => [
      key,
      { key, type, properties: new Map(Object.entries(properties)) },
    ]),
  )

const NGINX = ['service', { status: 'enabled', TCPPorts: '8080,8443' }] as const
const HTTPD = ['service', { status: 'enabled', TCPPort: '81' }] as const
const on = { status: 'enabled' }

check('who stands in front, and whether anybody does', () => {
  const front = (records: Parameters<typeof recordsOf>[0]) => frontOf(recordsOf(records))
  assert.equal(front({ nginx: NGINX }), { http: 8080, https: 8443, problem: undefined })
  assert.equal(front({ nginx: NGINX, httpd: HTTPD, WebFrontend: ['nginx', {}] }).http, 8080)
  const modSSL = ['service', { status: 'enabled', TCPPort: '444' }] as const
  assert.equal(front({ nginx: NGINX, httpd: HTTPD, modSSL }), { http: 81, https: 444, problem: undefined })
  const plain = front({ nginx: NGINX, httpd: HTTPD, modSSL: ['service', { status: 'disabled' }] })
  assert.is(plain.https, undefined, 'httpd answers over HTTP only')
  assert.match(String(front({ httpd: HTTPD }).problem), 'nginx is disabled')
})

check('aliases are asked, wildcards are not; nobody is asked in the place of a proxy that is off', async () => {
  const sites = sitesOf(
    recordsOf({ 'a.example': ['proxy', { ...on, Aliases: 'B.example, *.a.example', Certificate: 'none' }] }),
  )
  const results = await checkSites(sites, { http: 1, https: 1, problem: 'nginx is disabled' }, () => {})
  assert.equal(
    results.map(({ url, wrong }) => [url, wrong]),
    ['a', 'b'].map(name => [`http://${name}.example/`, 'no answer: nginx is disabled']),
  )
})

check('of a stream the servers behind it are reached, or not', async () => {
  const server = createServer()
  const port = await listen(server)
  const Upstreams = `127.0.0.1:${port} weight=2, 127.0.0.1:1 backup`
  const sites = sitesOf(
    recordsOf({
      game: ['stream', { ...on, Port: '25565', Upstreams }],
      voice: ['stream', { ...on, Port: '9987', Protocol: 'udp', Upstreams }],
    }),
  )
  const results = await checkSites(sites, { http: 1, https: 1, problem: undefined }, () => {})
  server.close()
  assert.equal(
    results.map(({ site, url, ok, note }) => [site, url, ok, note]),
    [
      ['game', `tcp://127.0.0.1:${port}`, true, 'weight=2'],
      ['game', 'tcp://127.0.0.1:1', false, 'backup'],
    ],
  )
})

check('a server behind is asked as nginx asks it: its path, its host name', async () => {
  const asked: (string | undefined)[] = []
  const server = createServer(({ url, headers }: IncomingMessage, response) => {
    asked.push(`${headers.host} ${url}`)
    response.end()
  })
  const port = await listen(server)
  const Upstreams = `http://127.0.0.1:${port} weight=2`
  const sites = sitesOf(
    recordsOf({
      api: ['location', { Path: '/api/', Upstreams, UpstreamHost: 'inside.example' }],
      'a.example': ['proxy', { status: 'disabled', Upstreams, UpstreamPath: '/app/', Locations: 'api' }],
    }),
  )
  const results = await checkSites(sites, { http: 1, https: 1, problem: undefined }, () => {})
  server.close()
  assert.equal(asked.sort(), ['a.example /app/', 'inside.example /api/'])
  assert.equal(
    results.map(({ note, ok }) => [note, ok]),
    [
      ['weight=2', true],
      ['for /api/, weight=2', true],
    ],
  )
})

check('the handshake is for the first server, as with nginx, or for UpstreamHost', () => {
  const names = (properties: Readonly<Record<string, string>>) =>
    sitesOf(recordsOf({ 'a.example': ['proxy', { ...on, ...properties }] })).flatMap(({ upstreams }) =>
      upstreams.map(({ host, servername }) => [host, servername]),
    )
  const Upstreams = 'https://one.example:8443, https://two.example backup'
  assert.equal(names({ Upstreams }), Array(2).fill(['a.example', 'one.example']))
  assert.equal(names({ Upstreams: 'https://[::1]:8443' }), [['a.example', '::1']])
  assert.equal(names({ Upstreams: 'https://10.0.0.5', UpstreamHost: 'in.example' }), [['in.example', 'in.example']])
})

function listen(server: Server): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

check.run()

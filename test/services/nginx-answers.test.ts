// What visitors and the servers behind get of headers, paths and limits: the real nginx, on `/`, in private namespaces.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { throughNginx } from '../support/front.ts'
import { must, run, words } from '../support/sandbox.ts'
import { echo } from '../support/websocket.ts'

const { tests: answers, step, front } = throughNginx('answers through nginx')

const PLEX = 'plex.example.com'
const upstream = { Upstreams: 'http://127.0.0.1:3001' }
/** A visit whose server behind answers with these headers. */
const answered = (...headers: string[]) =>
  front.visit(`https://${PLEX}/?${headers.map(text => `header=${encodeURIComponent(text)}`).join('&')}`)

step('a server behind nginx', async () => {
  await front.start({ '3001': 'plex', '3002': 'api' })
})

step('a header of Headers replaces the shipped one and that of the server; HSTS replaces that of the server', () => {
  const Headers = 'X-Frame-Options: DENY|Access-Control-Allow-Origin: *|Cache-Control: no-store|X-Powered-By:'
  front.record(PLEX, 'proxy', { ...upstream, HSTS: 'enabled', Headers: `${Headers}|Set-Cookie: a=1` })
  front.apply()
  const { header } = answered(
    'Strict-Transport-Security: max-age=1',
    'X-Frame-Options: SAMEORIGIN',
    'access-control-allow-origin: https://b.example',
    'Cache-Control: public',
    'X-Powered-By: PHP',
    'Set-Cookie: b=2',
  )
  assert.equal(header('Strict-Transport-Security'), ['max-age=63072000'])
  assert.equal(header('X-Frame-Options'), ['DENY'])
  assert.equal(header('Access-Control-Allow-Origin'), ['*'])
  assert.equal(header('Cache-Control'), ['no-store'])
  assert.equal(header('X-Powered-By'), [], 'an empty value removes it')
  assert.equal(header('X-Content-Type-Options'), ['nosniff'], 'the other shipped ones stay')
  assert.equal(header('Set-Cookie').sort(), ['a=1', 'b=2'], 'a cookie comes beside those of the server')
})

step('a header that nobody names is that of the server', () => {
  front.record(PLEX, 'proxy', upstream)
  front.apply()
  const { header } = answered('X-Frame-Options: DENY', 'Strict-Transport-Security: max-age=1', 'Cache-Control: public')
  for (const [name, value] of [
    ['X-Frame-Options', 'DENY'],
    ['Strict-Transport-Security', 'max-age=1'],
    ['Cache-Control', 'public'],
  ] as const)
    assert.equal(header(name), [value])
  assert.equal(answered().header('X-Frame-Options'), ['SAMEORIGIN'])
})

step('the headers of a path replace those of its proxy', () => {
  front.record('api', 'location', { ...upstream, Path: '/api/', Headers: 'x-site: api' })
  front.record(PLEX, 'proxy', { ...upstream, Locations: 'api', Headers: 'X-Site: all|X-Other: all' })
  front.apply()
  const { header } = front.visit(`https://${PLEX}/api/`)
  assert.equal([header('X-Site'), header('X-Other')], [['api'], ['all']])
})

step('a header that nginx itself sets is refused', () => {
  front.record(PLEX, 'proxy', { ...upstream, Headers: 'Server: mine' })
  front.refused(/plex\.example\.com: nginx itself sets the header Server: take it out of Headers/)
  front.record(PLEX, 'proxy', { ...upstream, UpstreamHeaders: 'Content-Length: 5' })
  front.refused(/nginx itself sets the header Content-Length: take it out of UpstreamHeaders/)
})

step('a header of UpstreamHeaders replaces the shipped one: another nginx behind takes it', async () => {
  const server = 'server { listen 127.0.0.1:3005; return 200 "$http_host $http_x_forwarded_proto"; }'
  await front.startNginx('second', server, () => front.visit('http://127.0.0.1:3005/').status === 200)
  const UpstreamHeaders = 'Host: nas.lan:5001|X-Forwarded-Proto: http|upgrade: x'
  front.record(PLEX, 'proxy', { Upstreams: 'http://127.0.0.1:3005', UpstreamHeaders })
  front.apply()
  const { status, body } = front.visit(`https://${PLEX}/`)
  assert.equal([status, body], [200, 'nas.lan:5001 http'])
  front.record(PLEX, 'proxy', { Upstreams: 'http://127.0.0.1:3005', UpstreamHost: 'nas.lan:5001' })
  front.apply()
  assert.is(front.visit(`https://${PLEX}/`).body, 'nas.lan:5001 https')
  front.record(PLEX, 'proxy', { ...upstream, UpstreamHeaders: 'X-A: 1|x-a: 2' })
  front.refused(/plex\.example\.com: a header stands twice in UpstreamHeaders/)
})

step('large cookies pass, in answers and in requests, also for sites of httpd behind', () => {
  front.record(PLEX, 'proxy', upstream)
  front.apply()
  for (const size of [6000, 12000]) assert.is(front.visit(`https://${PLEX}/?cookie=${size}`).status, 200, String(size))
  assert.is(front.visit(`https://${PLEX}/?cookie=20000`).status, 502)
  must(words('config setprop nginx BufferSize 32k'))
  front.apply()
  assert.is(front.visit(`https://${PLEX}/?cookie=20000`).status, 200)
  assert.is(front.seen(`https://${PLEX}/`, '-H', `X-Large: ${'x'.repeat(12000)}`).headers['x-large']?.length, 12000)
  assert.is(run(words('config setprop nginx BufferSize 1k')).status, 3)
  must(words('db domains set shop.example.com domain ProxyPassTarget http://127.0.0.1:3001'))
  front.apply()
  assert.is(front.visit('https://shop.example.com/?cookie=6000').status, 200)
})

step('a path without a final slash is itself and what is below it', () => {
  front.record('api', 'location', { Upstreams: 'http://127.0.0.1:3002', Path: '/api' })
  front.record(PLEX, 'proxy', { ...upstream, Locations: 'api' })
  const asked = (UpstreamPath: string, ...paths: string[]) => {
    must(['db', 'proxies', 'setprop', 'api', 'UpstreamPath', UpstreamPath])
    front.apply()
    return paths.map(path => {
      const { name, url } = front.seen(`https://${PLEX}${path}`)
      return `${name} ${url}`
    })
  }
  const paths = ['/api', '/api?a', '/api/x', '/apifoo', '/api/a%20b/'] as const
  assert.equal(asked('/', ...paths), ['api /', 'api /?a', 'api /x', 'plex /apifoo', 'api /a%20b/'])
  assert.equal(asked('/v2/', ...paths), ['api /v2/', 'api /v2/?a', 'api /v2/x', 'plex /apifoo', 'api /v2/a%20b/'])
  assert.equal(asked('/v2', ...paths), ['api /v2', 'api /v2?a', 'api /v2/x', 'plex /apifoo', 'api /v2/a%20b/'])
  assert.equal(asked('', ...paths), ['api /api', 'api /api?a', 'api /api/x', 'plex /apifoo', 'api /api/a%20b/'])
  must(['db', 'proxies', 'setprop', 'api', 'Path', '/api/'])
  assert.equal(asked('/v2', '/api/x', '/apifoo'), ['api /v2/x', 'plex /apifoo'])
  assert.equal(front.visit(`https://${PLEX}/api`).header('Location'), ['/api/'])
  must(['db', 'proxies', 'setprop', 'api', 'Path', '/my%20files'])
  assert.equal(asked('', '/my%20files/a', '/my'), ['api /my%20files/a', 'plex /my'])
  must(['db', 'proxies', 'setprop', 'api', 'Path', '/api', 'Match', 'exact'])
  assert.equal(asked('', '/api', '/api/x', '/apifoo'), ['api /api', 'plex /api/x', 'plex /apifoo'])
  assert.equal(asked('/v2/users', '/api'), ['api /v2/users'])
})

step('a path that nginx never finds, or that another one has, is refused', () => {
  const second = (Path: string) => {
    front.record('second', 'location', { ...upstream, Path })
    must(['db', 'proxies', 'setprop', PLEX, 'Locations', 'api,second'])
  }
  must(['db', 'proxies', 'setprop', 'api', 'Path', '/api', 'Match', 'below'])
  for (const path of ['/a//b', '/a/../b', '/./a', '/a%0Ab', '/a%zz']) {
    second(path)
    front.refused(/location second: Path "\/.*" is not a plain path/)
  }
  second('/api/')
  front.refused(/plex\.example\.com: two locations have the path \/api\//)
  second('/.well-known/acme-challenge')
  front.refused(/location second: Path .* belongs to the certificate authority/)
})

step('a path has the limits of its proxy, until it has its own', () => {
  front.record('api', 'location', { ...upstream, Path: '/api/' })
  front.record(PLEX, 'proxy', { ...upstream, Locations: 'api', MaxBodySize: '1k', Timeout: '1s' })
  front.apply()
  writeFileSync(join(front.folder, 'body'), 'x'.repeat(2000))
  const post = () => front.visit(`https://${PLEX}/api/`, '--data-binary', `@${join(front.folder, 'body')}`).status
  assert.is(post(), 413)
  must(['db', 'proxies', 'setprop', 'api', 'MaxBodySize', '3k', 'UpstreamPath', '/slow/'])
  front.apply()
  assert.is(post(), 200)
  assert.is(front.visit(`https://${PLEX}/api/3000`).status, 504)
})

step('WebSockets pass unless they are switched off', async () => {
  front.record(PLEX, 'proxy', upstream)
  front.apply()
  assert.is(await echo(PLEX, '/ws', 'hello'), 'hello')
})

step('a proxy called off asks for the password', () => {
  front.record('off', 'proxy', { ...upstream, BasicAuthFile: '/srv/passwords' })
  assert.match(
    front.apply(),
    /warning: off: BasicAuthFile \/srv\/passwords does not exist, so nobody gets in: htpasswd -B -c \/srv\/passwords NAME/,
  )
  assert.equal([front.visit('https://off/').status, front.visit('https://off/', '-u', 'ann:sesame').status], [401, 403])
  const check = () => run(['gabarit', 'proxy', 'check', 'off'])
  assert.match(check().stdout, /\/srv\/passwords .*BasicAuthFile does not exist, so nobody gets in/)
  assert.is(check().status, 1)
  writeFileSync('/srv/passwords', `ann:${must(['openssl', 'passwd', '-apr1', 'sesame'])}`)
  assert.not.match(front.apply(), 'BasicAuthFile')
  assert.is(front.visit('https://off/').status, 401)
  assert.is(front.visit('https://off/', '-u', 'ann:sesame').status, 200)
})

step('a server behind that is this server itself is refused, for nginx and for httpd', () => {
  const itself = ['127.0.0.1', '127.0.0.1:443', 'localhost:80', '[::1]', '0.0.0.0:443', 'www.EXAMPLE.com', 'off', PLEX]
  must(words('ip address add 192.0.2.7/32 dev lo'))
  must(words('config set LocalIP 192.0.2.8'))
  itself.push('192.0.2.7', '192.0.2.8:443')
  itself.push('[::ffff:127.0.0.1]', '[::ffff:7f00:1]', 'a.b.example.net', 'moved.lan')
  must(words('db hosts set www.example.com host HostType Self'))
  must(words('db hosts set *.example.net host HostType Self'))
  must(words('db hosts set moved.lan host HostType Remote ExternalIP 127.0.0.5'))
  for (const server of itself) {
    front.record(PLEX, 'proxy', { Upstreams: `http://10.0.0.5, http://${server} backup` })
    front.refused(
      /plex\.example\.com: the server http:\/\/\S+ is this server itself: a request .* end: db proxies setprop plex.example.com Upstreams …\n/,
    )
  }
  for (const server of ['127.1', '0x7f000001', '2130706433', '1.2.3.4.5']) {
    front.record(PLEX, 'proxy', { Upstreams: `http://${server}` })
    front.refused(/plex\.example\.com: the server http:\/\/\S+ has a number that is not an IP address/)
  }
  front.record(PLEX, 'proxy', { Upstreams: 'http://10.0.0.5', AuthURL: `http://${PLEX.toUpperCase()}/auth` })
  front.refused(/plex\.example\.com: AuthURL http:\/\/\S+ is this server itself/)
  for (const server of ['127.0.0.1:8080', 'www.example.com:3001', 'nas.example.org', '10.0.0.5'])
    assert.is(run(['db', 'proxies', 'set', PLEX, 'proxy', 'Upstreams', `http://${server}`]).status, 0)
  front.record(PLEX, 'proxy', { Upstreams: 'http://127.0.0.1:10080' })
  front.apply()
  assert.equal(front.visit(`https://${PLEX}/`).header('Server'), ['nginx'])
  for (const target of [
    'http://127.0.0.1/',
    'http://localhost:10080/a',
    'https://me@www.example.com',
    'http://192.0.2.7/',
    'http://192.0.2.8/',
  ]) {
    must(['db', 'domains', 'set', 'shop.example.com', 'domain', 'ProxyPassTarget', target])
    front.refused(
      /ProxyPassTarget \S+ is this server itself.*: db domains setprop shop.example.com ProxyPassTarget …\n/,
    )
  }
  must(words('db domains set shop.example.com domain ProxyPassTarget http://127.0.0.1:3001'))
  must(words('config set WebFrontend httpd'))
  front.record(PLEX, 'proxy', { Upstreams: 'http://127.0.0.1:80' })
  front.refused(/plex\.example\.com: the server http:\/\/127\.0\.0\.1:80 is this server itself/)
  front.record(PLEX, 'proxy', upstream)
  front.apply()
})

answers.run()

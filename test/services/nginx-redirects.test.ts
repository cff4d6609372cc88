// Where visitors are sent: redirects, of nginx and of the servers behind, cookies, challenges, maintenance. The real nginx, on
// `/`, in private namespaces.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { throughNginx } from '../support/front.ts'
import { must, run, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

const { tests: redirects, step, front } = throughNginx('where nginx sends visitors')

const [PLEX, OLD] = ['plex.example.com', 'old.example.com']
const upstream = { Upstreams: 'http://127.0.0.1:3001' }
/** Where a visitor is sent by what the server behind answers. */
const sent = (path: string, ...headers: string[]) => {
  const query = headers.map(text => `header=${encodeURIComponent(text)}`).join('&')
  return front.visit(`https://${PLEX}${path}?status=302&${query}`)
}
const location = (path: string, target: string) => sent(path, `Location: ${target}`).header('Location').join()
const cookie = (path: string, value: string) => sent(path, `Set-Cookie: a=1; ${value}`).header('Set-Cookie').join()

step('a server behind nginx', async () => {
  await front.start({ '3001': 'plex', '3002': 'api' })
})

step('a name that only redirects keeps the path, unless it has one of its own', () => {
  const asked = (url: string) => {
    const { status, header } = front.visit(url)
    return `${status} ${header('Location')}`
  }
  front.record(OLD, 'proxy', { RedirectTo: 'https://new.example.com:8443' })
  front.apply()
  for (const scheme of ['http', 'https'])
    assert.is(asked(`${scheme}://${OLD}/a%20b?c=d`), '301 https://new.example.com:8443/a%20b?c=d')
  front.record(OLD, 'proxy', { RedirectTo: 'https://new.example.com/shop/?a=1&b=2#top', RedirectCode: '307' })
  front.apply()
  assert.is(asked(`https://${OLD}/a`), '307 https://new.example.com/shop/?a=1&b=2#top')
  writeFileSync('/var/www/dehydrated/token_1', 'the answer\n')
  assert.is(front.visit(`http://${OLD}/.well-known/acme-challenge/token_1`).body, 'the answer\n')
  assert.is(run(['gabarit', 'proxy', 'check', OLD]).status, 0)
  front.record(OLD, 'proxy', { RedirectTo: 'https://new.example.com', ...upstream })
  front.refused(
    /old\.example\.com has RedirectTo and also servers, a folder or paths: db proxies delprop old\.example\.com Upstreams/,
  )
  front.record(OLD, 'proxy', { RedirectTo: 'http://OLD.example.com' })
  front.refused(/RedirectTo leads to OLD\.example\.com, a name of this proxy: visitors would never arrive/)
  front.record(OLD, 'proxy', {})
  front.refused(/old\.example\.com has no backend: db proxies setprop old\.example\.com Upstreams/)
  assert.is(run(['db', 'proxies', 'setprop', OLD, 'RedirectTo', 'new.example.com']).status, 3)
  front.record(OLD, 'proxy', { status: 'disabled', ...upstream })
})

step("redirects of the server behind lead to the visitor's name and path", () => {
  front.record('api', 'location', { Upstreams: 'http://127.0.0.1:3002', Path: '/api', UpstreamPath: '/v2' })
  front.record('app', 'location', { Upstreams: 'http://127.0.0.1:3002', Path: '/app/', UpstreamPath: '/' })
  front.record(PLEX, 'proxy', { ...upstream, UpstreamHost: 'nas.lan:5001', Locations: 'api,app' })
  front.apply()
  assert.is(location('/', 'http://127.0.0.1:3001/login'), '/login')
  assert.is(location('/', 'https://nas.lan:5001/login'), '/login')
  assert.is(location('/', 'https://other.example/login'), 'https://other.example/login')
  assert.is(location('/', '/login'), '/login')
  for (const target of ['/v2/login?a', `https://${PLEX}/v2/login?a`, 'http://127.0.0.1:3002/v2/login?a'])
    assert.is(location('/api/x', target), '/api/login?a', target)
  assert.is(location('/api', '/v2/login'), '/api/login')
  assert.is(location('/api/x', 'https://other.example/v2/login'), 'https://other.example/v2/login')
  for (const target of ['/login', '/app/login', `https://${PLEX}/login`, `http://${PLEX}/app/login`])
    assert.is(location('/app/', target), '/app/login', target)
  assert.is(location('/app/', '//other.example/'), '//other.example/')
})

step('cookies of the server behind are for the path and the name of the visitor', () => {
  assert.is(cookie('/', 'Path=/'), 'a=1; Path=/')
  assert.is(cookie('/', 'Domain=nas.lan'), `a=1; Domain=${PLEX}`)
  assert.is(cookie('/api/x', 'Path=/v2'), 'a=1; Path=/api')
  assert.is(cookie('/api/x', 'Path=/v2/in; HttpOnly'), 'a=1; Path=/api/in; HttpOnly')
  assert.is(cookie('/api/x', 'Path=/other'), 'a=1; Path=/other')
  assert.is(cookie('/app/', 'Path=/'), 'a=1; Path=/app/')
  assert.is(cookie('/app/', 'Path=/app/in'), 'a=1; Path=/app/in')
  must(['db', 'proxies', 'setprop', 'app', 'RewriteAnswers', 'disabled'])
  front.apply()
  assert.is(location('/app/', '/login'), '/login')
  assert.is(cookie('/app/', 'Path=/'), 'a=1; Path=/')
})

step('the port that the visitor typed reaches the server behind where it is asked for', () => {
  const host = () => {
    const { headers } = front.seen(`https://${PLEX}/`, '-H', `Host: ${PLEX}:8443`)
    return `${headers.host} ${headers['x-forwarded-host']} ${headers['x-forwarded-port']}`
  }
  front.record(PLEX, 'proxy', upstream)
  front.apply()
  assert.is(host(), `${PLEX} ${PLEX} 443`)
  must(['db', 'proxies', 'setprop', PLEX, 'PassPort', 'enabled'])
  front.apply()
  assert.is(host(), `${PLEX}:8443 ${PLEX}:8443 8443`)
  assert.is(front.seen(`https://${PLEX}/`).headers.host, PLEX)
})

step('challenges for the server behind reach it, over HTTP too; our own are answered here', () => {
  const challenge = (scheme: string, token: string) =>
    front.visit(`${scheme}://${PLEX}/.well-known/acme-challenge/${token}`)
  assert.is(challenge('http', 'token_2').status, 404)
  front.record(PLEX, 'proxy', { ...upstream, UpstreamChallenges: 'enabled', access: 'private' })
  front.apply()
  for (const scheme of ['http', 'https']) {
    assert.is(JSON.parse(challenge(scheme, 'token_2').body).url, '/.well-known/acme-challenge/token_2')
    assert.is(challenge(scheme, 'token_1').body, 'the answer\n')
  }
  must(words('config set WebFrontend httpd'))
  front.refused(/plex\.example\.com: UpstreamChallenges needs nginx in front, because httpd answers them/)
  must(words('config set WebFrontend nginx'))
})

step('a maintenance page instead of the site, and its own logs', async () => {
  front.record(PLEX, 'proxy', { ...upstream, Maintenance: 'enabled', OwnLogs: 'enabled' })
  front.apply()
  const page = front.visit(`https://${PLEX}/a/b`)
  assert.equal([page.status, page.header('Retry-After')], [503, ['600']])
  assert.match(page.body, 'Please try again later')
  writeFileSync('/srv/page.html', 'back at nine\n')
  must(['db', 'proxies', 'setprop', PLEX, 'MaintenancePage', '/srv/page.html'])
  front.apply()
  const own = front.visit(`https://${PLEX}/`)
  assert.equal(
    [own.status, own.body, own.header('Content-Type')],
    [503, 'back at nine\n', ['text/html; charset=utf-8']],
  )
  assert.is(front.visit(`http://${PLEX}/.well-known/acme-challenge/token_1`).body, 'the answer\n')
  must(['db', 'proxies', 'setprop', PLEX, 'Maintenance', 'disabled'])
  front.apply()
  assert.is(front.seen(`https://${PLEX}/own-log`).name, 'plex')
  // nginx writes the line after the answer.
  await waitFor('the line in its own log', () =>
    readFileSync(`/var/log/nginx/${PLEX}.access.log`, 'utf8').includes('GET /own-log'),
  )
  assert.ok(existsSync(`/var/log/nginx/${PLEX}.error.log`))
  assert.not.match(readFileSync('/var/log/nginx/access.log', 'utf8'), 'own-log')
})

step('texts are compressed if that is switched on', () => {
  const encoding = () =>
    front.visit(`https://${PLEX}/?cookie=500`, '-H', 'Accept-Encoding: gzip').header('Content-Encoding')
  assert.equal(encoding(), [])
  must(words('config setprop nginx Gzip enabled'))
  front.apply()
  assert.equal(encoding(), ['gzip'])
})

step('HSTS for all: one property, for nginx and httpd', () => {
  const hsts = (name: string) => front.visit(`https://${name}/`).header('Strict-Transport-Security').join()
  assert.equal([hsts(PLEX), hsts('example.com')], ['', ''], 'a self-signed certificate is not official')
  must(words('config setprop modSSL HSTS enabled'))
  front.apply()
  assert.equal([hsts(PLEX), hsts('example.com')], ['max-age=63072000', 'max-age=63072000'])
  must(['db', 'proxies', 'setprop', PLEX, 'HSTS', 'disabled'])
  must(words('db domains set example.com domain Content Primary HSTS subdomains'))
  front.apply()
  assert.equal([hsts(PLEX), hsts('example.com')], ['', 'max-age=63072000; includeSubDomains'])
  must(['db', 'domains', 'set', 'shop.example.com', 'domain', 'ProxyPassTarget', 'http://127.0.0.1:3001'])
  front.apply()
  const { header } = front.visit('https://shop.example.com/?header=Strict-Transport-Security:max-age=1')
  assert.equal(header('Strict-Transport-Security'), ['max-age=63072000'])
})

step('HSTS with an official certificate comes by itself, where HTTP leads to HTTPS', () => {
  const official = '/etc/letsencrypt/live/example.com'
  must(['mkdir', '-p', official])
  for (const file of ['cert.pem', 'privkey.pem'])
    must(['cp', '/var/lib/gabarit/ssl/self-signed.pem', `${official}/${file}`])
  must(words(`config setprop modSSL HSTS auto crt ${official}/cert.pem key ${official}/privkey.pem`))
  front.record(PLEX, 'proxy', upstream)
  front.record(OLD, 'proxy', { ...upstream, ForceSSL: 'disabled' })
  must(words('db domains set example.com domain Content Primary ForceSSL enabled'))
  front.apply()
  const hsts = (name: string) => front.visit(`https://${name}/`).header('Strict-Transport-Security').join()
  const names = [PLEX, OLD, 'example.com', 'shop.example.com']
  assert.equal(names.map(hsts), ['max-age=63072000', '', 'max-age=63072000', ''])
})

redirects.run()

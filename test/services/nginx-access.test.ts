// Who gets through nginx to a server behind, and whom nginx believes: the real nginx, on `/`, in private namespaces.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TestAuthority } from '../support/authority.ts'
import { throughNginx } from '../support/front.ts'
import { must, run, words } from '../support/sandbox.ts'

const { tests: access, step, front } = throughNginx('who gets through nginx')

const PLEX = 'plex.example.com'
const upstream = { Upstreams: 'http://127.0.0.1:3001' }
const from = (address: string) => ['--interface', address]
const status = (path: string, ...options: string[]) => front.visit(`https://${PLEX}${path}`, ...options).status
const ANN = ['-u', 'ann:sesame']
const authority = new TestAuthority(join(front.folder, 'authority'))
const inside = join(front.folder, 'inside')

/** Another nginx: a server behind over HTTPS on 3443, and one that says who may come in on 9091. */
function startOthers(): Promise<unknown> {
  mkdirSync(inside)
  authority.issue(['nas.lan'], inside)
  const servers = `
    server { listen 127.0.0.1:3443 ssl; ssl_certificate ${inside}/fullchain.pem; ssl_certificate_key ${inside}/privkey.pem; return 200 secure; }
    server { listen 127.0.0.1:9091; location / {
      add_header Remote-User $arg_as$cookie_as; add_header Set-Cookie "session=1";
      if ($http_x_original_url ~ "forbidden") { return 403; }
      if ($cookie_as = "") { return 401; }
      return 200; } }`
  return front.startNginx('others', servers, () => front.visit('https://127.0.0.1:3443/').status === 200)
}

step('servers behind nginx', async () => {
  await front.start({ '3001': 'plex', '3002': 'api' })
  await startOthers()
  writeFileSync('/srv/passwords', `ann:${must(['openssl', 'passwd', '-apr1', 'sesame'])}`)
})

step('whoever is denied stays out, of the paths too, with a password or as everybody', () => {
  front.record('hook', 'location', { ...upstream, Path: '/hook/', access: 'everybody', DeniedNetworks: '127.0.0.8' })
  const DeniedNetworks = '127.0.0.32/28, 2001:db8::/32'
  front.record(PLEX, 'proxy', { ...upstream, DeniedNetworks, BasicAuthFile: '/srv/passwords', Locations: 'hook' })
  front.apply()
  const both = (address: string) => ['/', '/hook/'].map(path => status(path, ...from(address), ...ANN))
  assert.equal(both('127.0.0.33'), [403, 403])
  assert.equal(both('127.0.0.8'), [200, 403])
  assert.equal(both('127.0.0.9'), [200, 200])
  assert.is(run(['db', 'proxies', 'setprop', PLEX, 'DeniedNetworks', '10.0.0']).status, 3)
})

step('whoever is denied stays out of a site with a long name, too', () => {
  const name = `a-${'long-'.repeat(9)}name.department.example.com`
  front.record(name, 'proxy', { ...upstream, DeniedNetworks: '127.0.0.8' })
  front.apply()
  assert.equal(
    ['127.0.0.8', '127.0.0.9'].map(address => front.visit(`https://${name}/`, ...from(address)).status),
    [403, 200],
  )
  must(words(`db proxies delete ${name}`))
})

step('the right network or a password; denied is denied', () => {
  const AllowedNetworks = '127.0.0.96/28'
  front.record('in', 'location', { ...upstream, Path: '/in/' })
  front.record('all', 'location', { ...upstream, Path: '/all/', Satisfy: 'all' })
  const open = { AllowedNetworks, BasicAuthFile: '/srv/passwords', DeniedNetworks: '127.0.0.97' }
  front.record(PLEX, 'proxy', { ...upstream, ...open, Satisfy: 'any', Locations: 'in,all' })
  front.apply()
  for (const path of ['/', '/in/']) {
    assert.equal([status(path, ...from('127.0.0.98')), status(path, ...from('127.0.0.9'))], [200, 401])
    assert.equal([status(path, ...from('127.0.0.9'), ...ANN), status(path, ...from('127.0.0.97'), ...ANN)], [200, 403])
  }
  assert.equal([status('/all/', ...from('127.0.0.98')), status('/all/', ...from('127.0.0.9'), ...ANN)], [401, 403])
})

step('only visitors with a certificate of our authority', () => {
  // Each is its own authority.
  const client = (name: string) => {
    const [cert, key] = ['pem', 'key'].map(kind => join(front.folder, `${name}.${kind}`))
    const subject = ['-subj', `/CN=${name}`, '-days', '9', '-out', cert ?? '', '-keyout', key ?? '']
    must(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject])
    return ['--cert', cert ?? '', '--key', key ?? '']
  }
  const [ours, foreign] = [client('ours'), client('foreign')]
  front.record('hook', 'location', { ...upstream, Path: '/hook/', access: 'everybody' })
  front.record('off', 'proxy', upstream)
  front.record(PLEX, 'proxy', {
    ...upstream,
    ClientCA: join(front.folder, 'ours.pem'),
    Locations: 'hook',
    ForceSSL: 'disabled',
  })
  front.apply()
  assert.equal([status('/'), status('/', ...ours), status('/', ...foreign), status('/hook/')], [403, 200, 400, 200])
  assert.is(front.visit(`http://${PLEX}/`).status, 403, 'without HTTPS there is no certificate')
  const asPlex = ['-H', `Host: ${PLEX}`]
  assert.is(front.visit('https://off/', ...asPlex).status, 421, 'a handshake for another name does not count')
  must(words('config set WebFrontend httpd'))
  front.refused(/plex\.example\.com: ClientCA needs nginx in front/)
  must(words('config set WebFrontend nginx'))
})

step('somebody else is asked who may come in, and says who it is', () => {
  const auth = { AuthURL: 'http://127.0.0.1:9091/api/verify', AuthLogin: 'https://auth.example.com/?rd=' }
  front.record('hook', 'location', { ...upstream, Path: '/hook/', access: 'everybody' })
  front.record(PLEX, 'proxy', { ...upstream, ...auth, Locations: 'hook' })
  front.apply()
  const forged = ['-H', 'Remote-User: root', '-H', 'Remote-Groups: admins']
  const login = front.visit(`https://${PLEX}/a?b=c`, ...forged)
  assert.equal([login.status, login.header('Location')], [302, [`https://auth.example.com/?rd=https://${PLEX}/a?b=c`]])
  const ann = front.visit(`https://${PLEX}/a?b=c`, '-b', 'as=ann', ...forged)
  const { url, headers } = JSON.parse(ann.body)
  assert.equal([url, headers['remote-user'], headers['remote-groups']], ['/a?b=c', 'ann', undefined])
  assert.equal(ann.header('Set-Cookie'), ['session=1'])
  assert.is(status('/forbidden', '-b', 'as=ann'), 403)
  const hook = front.seen(`https://${PLEX}/hook/`, ...forged).headers
  assert.equal(
    [hook['remote-user'], hook['remote-groups']],
    [undefined, undefined],
    'nobody is asked, nobody is believed',
  )
  assert.is(status('/.gabarit/auth', '-b', 'as=ann'), 404)
  must(['db', 'proxies', 'setprop', PLEX, 'AuthURL', 'http://127.0.0.1:9092/', 'AuthLogin', ''])
  front.apply()
  assert.is(status('/', '-b', 'as=ann'), 500, 'while it is down nobody comes in')
})

step('a path with an access of its own stays closed, however it is written', () => {
  front.record('admin', 'location', { ...upstream, Path: '/admin', access: 'private' })
  front.record('hook', 'location', { ...upstream, Path: '/admin/hook/', access: 'everybody' })
  front.record('one', 'location', { ...upstream, Path: '/one', Match: 'exact', BasicAuthFile: '/srv/passwords' })
  front.record('logs', 'location', { ...upstream, Path: '/a%20b/c.d/', AllowedNetworks: '10.60.1.0/24' })
  mkdirSync('/srv/files', { recursive: true })
  writeFileSync('/srv/files/a.txt', 'a')
  front.record('files', 'location', { Folder: '/srv/files', Path: '/files/' })
  front.record('inner', 'location', { ...upstream, Path: '/files/inner', DeniedNetworks: '127.0.0.9' })
  front.record(PLEX, 'proxy', { ...upstream, Locations: 'admin,hook,one,logs,files,inner' })
  front.apply()
  const ask = (path: string) => status(path, '--path-as-is', '-g', ...from('127.0.0.9'))
  const same = (path: string) => [
    path,
    path.replace(/[a-z]/g, letter => letter.toUpperCase()),
    `/;x/${path}`,
    `/${path}`,
  ]
  must(words('config setprop httpd LocalTunnel yes'))
  front.apply()
  for (const path of [
    '/admin',
    '/admin/',
    '/admin/x?y',
    '/admin;a=b/x',
    '/%61dmin;/x',
    '/admin%3b/x',
    '/admin./x',
    '/admin%5cx',
    '/admin\\x',
    '/;/admin',
    '/admin/hookx',
    '/files/inner;/x',
    '/a%20b/c.d/x',
    '/a%20b;/c.d%20/x',
    '/one;x',
    '/one/',
  ])
    for (const asked of same(path)) assert.is(ask(asked), 403, asked)
  assert.equal(['/one', '/one;a', '/one/'].map(ask), [401, 403, 403])
  for (const path of [
    '/',
    '/admins',
    '/x/admin',
    '/admin-x',
    '/administrator;a',
    '/admin/hook/x',
    '/a%20b/cxd/x',
    '/one/two',
    '/shop;jsessionid=1',
    '/files/a.txt',
  ])
    assert.is(ask(path), 200, path)
  must(words('config setprop httpd LocalTunnel no'))
})

step('a rate for each address, of a proxy and of a path', () => {
  front.record('in', 'location', { ...upstream, Path: '/in/' })
  front.record('login', 'location', { ...upstream, Path: '/login', RateLimit: '1r/m', RateBurst: '1' })
  front.record(PLEX, 'proxy', { ...upstream, RateLimit: '1r/m', RateBurst: '3', Locations: 'in,login' })
  front.apply()
  const many = (path: string, address: string) => Array.from({ length: 6 }, () => status(path, ...from(address)))
  assert.equal(many('/login', '127.0.0.20'), [200, 200, 429, 429, 429, 429])
  assert.equal(many('/', '127.0.0.20'), [200, 200, 200, 200, 429, 429])
  assert.is(status('/in/', ...from('127.0.0.20')), 429, 'a path shares the rate of its proxy')
  assert.is(status('/', ...from('127.0.0.21')), 200)
  assert.is(run(['db', 'proxies', 'setprop', PLEX, 'RateLimit', '10']).status, 3)
})

step('the certificate of a server behind is verified where an authority is named', () => {
  const https = { Upstreams: 'https://127.0.0.1:3443' }
  const asked = (properties: Readonly<Record<string, string>>) => {
    front.record(PLEX, 'proxy', { ...https, ...properties })
    front.apply()
    return status('/')
  }
  assert.is(asked({}), 200)
  assert.is(asked({ UpstreamCA: authority.root, UpstreamHost: 'nas.lan:3443' }), 200)
  assert.is(asked({ UpstreamCA: authority.root, UpstreamHost: 'other.lan' }), 502, 'another name')
  assert.is(asked({ UpstreamCA: join(front.folder, 'foreign.pem'), UpstreamHost: 'nas.lan' }), 502, 'another authority')
  assert.is(asked({ UpstreamCA: 'system', UpstreamHost: 'nas.lan' }), 502)
  front.record(PLEX, 'proxy', { ...upstream, UpstreamCA: 'system' })
  front.refused(/plex\.example\.com: UpstreamCA is for https:\/\/ servers/)
})

step('a proxy in front of this server is believed, nobody else', () => {
  front.record(PLEX, 'proxy', { ...upstream, AllowedNetworks: '203.0.113.0/24' })
  must(words('config setprop nginx TrustedProxies 127.0.0.40/30,cloudflare'))
  front.apply()
  const ask = (address: string, ...headers: string[]) =>
    front.visit(`https://${PLEX}/`, ...from(address), ...headers.flatMap(text => ['-H', text]))
  const told = (address: string, ...headers: string[]) => JSON.parse(ask(address, ...headers).body).headers['x-real-ip']
  assert.is(told('127.0.0.41', 'X-Forwarded-For: 203.0.113.9'), '203.0.113.9')
  assert.is(told('127.0.0.41', 'X-Forwarded-For: 203.0.113.9, 172.64.0.1'), '203.0.113.9', 'through Cloudflare')
  assert.is(
    ask('127.0.0.41', 'X-Forwarded-For: 203.0.113.9, 198.51.100.1').status,
    403,
    'what a visitor writes himself',
  )
  assert.is(ask('127.0.0.9', 'X-Forwarded-For: 203.0.113.9').status, 403)
  must(words('config setprop nginx AddressHeader CF-Connecting-IP'))
  front.apply()
  assert.is(told('127.0.0.41', 'CF-Connecting-IP: 203.0.113.9'), '203.0.113.9')
  assert.is(ask('127.0.0.9', 'CF-Connecting-IP: 203.0.113.9').status, 403)
  must(words('config set WebFrontend httpd'))
  front.refused(/AddressHeader CF-Connecting-IP needs nginx in front/)
  must(words('config setprop nginx AddressHeader X-Forwarded-For'))
  front.apply()
  assert.is(told('127.0.0.41', 'X-Forwarded-For: 203.0.113.9'), '203.0.113.9')
  assert.is(ask('127.0.0.9', 'X-Forwarded-For: 203.0.113.9').status, 403)
  for (const [value, said] of [
    ['0.0.0.0/0', /TrustedProxies 0\.0\.0\.0\/0 would let everybody choose his address/],
    ['1.2.3', /"1\.2\.3"/],
    [
      '10.0.0.1/24',
      /the record "nginx", property TrustedProxies: "10\.0\.0\.1\/24" is not .*did you mean "10\.0\.0\.0\/24"/,
    ],
  ] as const) {
    must(['config', 'setprop', 'nginx', 'TrustedProxies', value])
    front.refused(said)
  }
})

access.run()

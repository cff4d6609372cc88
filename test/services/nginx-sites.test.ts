// What the fragments of a site say of records that cannot be, or that are easily misread.
import { symlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, Server } from './server.ts'

const sites = suite('the sites of nginx')
const SITES = '/etc/nginx/conf.d/sites-available'

function serverWith(proxies: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>>): Server {
  return new Server({ configuration: configuration({ nginx: ['service', { status: 'enabled' }] }), proxies })
}

sites('no backup server with a Balance that has none', () => {
  const Upstreams = 'http://10.0.0.5, http://10.0.0.6 backup'
  const server = serverWith({ 'plex.example.org': ['proxy', { Upstreams, Balance: 'least_conn' }] })
  server.must(`expand-template ${SITES}`)
  for (const Balance of ['ip_hash', 'random']) {
    server.must(`db proxies setprop plex.example.org Balance ${Balance}`)
    const { status, stderr } = server.run(`expand-template ${SITES}`)
    assert.is(status, 3)
    assert.match(stderr, `with Balance ${Balance} there is no backup server`)
  }
  server.remove()
})

sites('a name has one owner, in whatever letters', () => {
  const Upstreams = 'http://10.0.0.5'
  const server = serverWith({
    'plex.example.org': ['proxy', { Upstreams }],
    'wiki.example.org': ['proxy', { Upstreams, Aliases: 'Plex.example.org' }],
  })
  const said = () => server.run('expand-template /etc/nginx/nginx.conf').stderr
  assert.match(said(), '"plex.example.org" belongs to two proxies, plex.example.org and wiki.example.org')
  server.must('db proxies setprop wiki.example.org Aliases docs.example.org')
  server.must('db domains set PLEX.example.org domain Content Primary')
  assert.match(said(), '"plex.example.org" is a name of the proxy plex.example.org, but also a domain')
  assert.match(said(), 'db domains delete plex.example.org')
  server.remove()
})

sites('a path has the networks and passwords of its proxy, until its own record says otherwise', () => {
  const closed = {
    Upstreams: 'http://10.0.0.5',
    Locations: 'api',
    access: 'private',
    BasicAuthFile: '/srv/a/passwords',
  }
  const server = serverWith({
    'plex.example.org': ['proxy', closed],
    // As it was made while this was the default.
    api: ['location', { Path: '/api/', Upstreams: 'http://10.0.0.7', access: 'public' }],
  })
  server.must('db networks set 10.0.0.0 network Mask 255.0.0.0')
  const access = () => {
    server.must(`expand-template ${SITES}`)
    const place = /location \/api\/ \{([^}]*)\}/.exec(server.read(`${SITES}/plex.example.org.conf`))?.[1] ?? ''
    return [...place.matchAll(/(?:allow|auth_basic_user_file) ([^;]+);/g)].map(found => found[1])
  }
  const own = ['127.0.0.1', '::1']
  assert.equal(access(), [...own, '10.0.0.0/8', '/srv/a/passwords'])
  server.must('db proxies setprop api AllowedNetworks 192.0.2.0/24')
  assert.equal(access(), [...own, '192.0.2.0/24', '/srv/a/passwords'])
  server.must('db proxies setprop api BasicAuthFile /srv/b/passwords')
  assert.equal(access(), [...own, '192.0.2.0/24', '/srv/b/passwords'])
  server.must(['db', 'proxies', 'setprop', 'api', 'access', 'everybody', 'AllowedNetworks', '', 'BasicAuthFile', ''])
  assert.equal(access(), [])
  server.must('db proxies setprop api access private')
  assert.equal(access(), [...own, '10.0.0.0/8', '/srv/a/passwords'])
  server.remove()
})

sites('redirects that never arrive are refused', () => {
  const server = serverWith({
    'plex.example.org': ['proxy', { RedirectTo: 'https://a.old.example.org/x', Aliases: '*.old.example.org' }],
  })
  const said = () => server.run(`expand-template ${SITES}`).stderr
  assert.match(said(), 'RedirectTo leads to a.old.example.org, a name of this proxy')
  server.must('db proxies setprop plex.example.org RedirectTo https://wiki.example.org')
  server.must('db proxies set wiki.example.org proxy RedirectTo https://A.old.example.org:443/y Aliases x.example.org')
  server.must('gabarit initialize-default-databases')
  assert.is(server.run(`expand-template ${SITES}`).status, 0, 'only a key is followed')
  server.must('db proxies setprop wiki.example.org RedirectTo https://PLEX.example.org:443/y')
  assert.match(said(), 'plex.example.org: RedirectTo leads to wiki.example.org, whose RedirectTo leads back here')
  server.remove()
})

sites('odd values are refused with the way out, or mean what they say', () => {
  const Upstreams = 'http://10.0.0.5'
  const server = serverWith({ 'plex.example.org': ['proxy', { Upstreams, Aliases: 'PLEX.example.org' }] })
  for (const port of ['0', '65536', '99999', '080']) {
    const record = ['db', 'proxies', 'set', 'one.example.org']
    assert.is(server.run([...record, 'proxy', 'Upstreams', `http://10.0.0.3:${port}`]).status, 3, port)
    assert.is(server.run([...record, 'stream', 'Upstreams', `10.0.0.3:${port}`]).status, 3, port)
  }
  const expanded = () => server.expand(SITES)
  assert.is(expanded().split('server_name plex.example.org;').length, 3, 'once for HTTP and once for HTTPS')
  server.must('db proxies setprop plex.example.org RateLimit 5r/s RateBurst 0')
  assert.match(expanded(), 'limit_req zone=site_plex.example.org;')
  server.must('db proxies setprop plex.example.org DeniedNetworks /srv')
  server.write('/srv/x', '')
  const said = () => server.run(`expand-template ${SITES}`).stderr
  assert.match(said(), '/srv is not a file')
  server.must('db proxies setprop plex.example.org DeniedNetworks /srv/list')
  symlinkSync('gone', server.path('/srv/list'))
  assert.match(said(), '/srv/list is a link to something that does not exist')
  server.must('db proxies delprop plex.example.org DeniedNetworks')
  server.must('db proxies setprop plex.example.org BasicAuthFile /srv/list')
  assert.match(said(), 'BasicAuthFile /srv/list does not exist')
  server.must('db proxies delprop plex.example.org Upstreams RateLimit RateBurst')
  server.must('db proxies setprop plex.example.org Folder /srv/none')
  assert.match(said(), 'Folder /srv/none does not exist, so visitors get 404')
  server.must('db proxies set mail.example.org stream Upstreams 10.0.0.3:443 Protocol udp status enabled')
  server.must('config set WebFrontend nginx')
  assert.match(server.run('expand-template /etc/nginx/nginx.conf').stderr, 'a name is for TLS over TCP')
  server.remove()
})

sites.run()

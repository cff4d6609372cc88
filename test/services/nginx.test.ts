import { existsSync, statSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { needsCommands } from '../support/packages.ts'
import { must } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { configuration, domain, HTTPD, host, Server } from './server.ts'

const nginx = suite('nginx')
const CONF = '/etc/nginx/nginx.conf'
const SITES = '/etc/nginx/conf.d/sites-available'
const COMPOSE = '/etc/nginx/docker-compose.yaml'
const upstream = { Upstreams: 'http://10.0.0.5:80' }

/** A server with nginx, and httpd beside it, and these proxies. */
function serverWith(
  proxies: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>>,
  properties: Readonly<Record<string, string>> = {},
): Server {
  return new Server({
    configuration: configuration({ nginx: ['service', { status: 'enabled', ...properties }] }),
    domains: { 'example.org': domain() },
    hosts: { 'plex.example.org': host(), 'www.example.org': host() },
    proxies,
  })
}
const PLEX = { 'plex.example.org': ['proxy', upstream] } as const

nginx('while it is off nothing is made, and nothing said', () => {
  const server = serverWith(PLEX, { status: 'disabled' })
  const { status, stdout, stderr } = server.run('signal-event proxy-create plex.example.org')
  assert.is(status, 0, stderr)
  assert.not.match(stdout, 'nginx')
  assert.not(server.exists('/etc/nginx'))
  assert.ok(server.site('example.org', 80).includes('ServerAlias plex.example.org'))
  server.remove()
})

nginx('one folder is a property: files and links follow it, and what was there before goes', () => {
  const server = serverWith(PLEX)
  server.must('signal-event nginx-update')
  assert.ok(server.exists(`${SITES}/plex.example.org.conf`))
  server.must('config setprop nginx BaseDir /srv/proxy')
  const shown = server.must('signal-event --dry-run nginx-update')
  assert.match(shown, `--- ${SITES}/plex.example.org.conf`)
  server.must('signal-event nginx-update')
  assert.not(existsSync(server.path(CONF)))
  assert.ok(server.exists('/srv/proxy/conf.d/sites-enabled/plex.example.org.conf'))
  assert.ok(server.exists('/srv/proxy/nginx.conf'))
  server.remove()
})

nginx('the certificate: its own, that of the nearest domain, that of modSSL, the self-signed one', () => {
  const server = serverWith({ ...PLEX, 'deep.a.example.org': ['proxy', upstream] })
  const served = (name: string) => {
    server.must(`expand-template ${SITES}`)
    return /ssl_certificate (\S+);\n\s*ssl_certificate_key (\S+);/.exec(server.read(`${SITES}/${name}.conf`))?.slice(1)
  }
  const SELF_SIGNED = '/var/lib/gabarit/ssl/self-signed.pem'
  assert.equal(served('plex.example.org'), [SELF_SIGNED, SELF_SIGNED])
  server.must('config setprop modSSL crt /c/cert.pem key /c/privkey.pem CertificateChainFile /c/chain.pem')
  assert.equal(served('plex.example.org'), [SELF_SIGNED, SELF_SIGNED], 'files that are not there')
  server.touch('/c/cert.pem', '/c/privkey.pem', '/c/chain.pem', '/a/all.pem', '/a/key.pem')
  assert.equal(served('plex.example.org'), ['/c/fullchain.pem', '/c/privkey.pem'])
  server.must('db domains set a.example.org domain crt /a/all.pem key /a/key.pem')
  assert.equal(served('deep.a.example.org'), ['/a/all.pem', '/a/key.pem'])
  assert.equal(served('plex.example.org'), ['/c/fullchain.pem', '/c/privkey.pem'])
  const own = 'Certificate own crt /o+n/crt.pem key /o+n/key.pem CertificateChainFile /o+n/ca.pem'
  server.must(`db proxies setprop deep.a.example.org ${own}`)
  assert.equal(served('deep.a.example.org'), ['/a/all.pem', '/a/key.pem'])
  server.touch('/o+n/crt.pem', '/o+n/key.pem', '/o+n/ca.pem')
  assert.equal(served('deep.a.example.org'), [
    '/var/lib/gabarit/ssl/joined/proxy/deep.a.example.org.pem',
    '/o+n/key.pem',
  ])
  server.must('db proxies setprop deep.a.example.org Certificate none')
  assert.is(served('deep.a.example.org'), undefined)
  assert.not.match(server.read(`${SITES}/deep.a.example.org.conf`), 'ssl')
  server.remove()
})

nginx('certificate and chain that lie apart are joined for root alone; a missing one is said', () => {
  const server = serverWith(PLEX)
  const pem = (text: string, kind = 'CERTIFICATE') => `-----BEGIN ${kind}-----\n${text}\n-----END ${kind}-----\n`
  server.write('/o+n/crt.pem', `${pem('a key', 'PRIVATE KEY')}Leaf, in words\n${pem('leaf')}`)
  server.write('/o+n/ca.pem', `${pem('chain')}${pem('root')}`)
  server.must('config setprop modSSL crt /o+n/crt.pem key /o+n/key.pem CertificateChainFile /o+n/ca.pem')
  const joined = '/var/lib/gabarit/ssl/joined/modSSL.pem'
  assert.match(server.must('signal-event --dry-run ssl-update'), `+++ ${joined}\n`)
  assert.match(server.must('signal-event ssl-update'), `created ${joined}`)
  assert.is(server.read(joined), pem('leaf') + pem('chain') + pem('root'), 'a key is no part of it')
  assert.is(statSync(server.path(joined)).mode & 0o777, 0o600)
  assert.is(statSync(server.path('/var/lib/gabarit/ssl')).mode & 0o777, 0o700)
  server.write('/o+n/ca.pem', pem('other'))
  assert.match(server.must('signal-event ssl-update'), `changed ${joined}`)
  server.must('gabarit rollback')
  assert.is(server.read(joined), pem('leaf') + pem('chain') + pem('root'))
  server.write('/o+n/key.pem', pem('a key', 'PRIVATE KEY'))
  server.must('config setprop modSSL CertificateChainFile /o+n/key.pem')
  const { status, stderr } = server.run('signal-event ssl-update')
  assert.is(status, 3)
  const said = 'its chain /o+n/key.pem cannot be joined: /o+n/key.pem has no certificate'
  assert.match(stderr, `the certificate /o+n/crt.pem and ${said}`)
  server.must('config setprop modSSL CertificateChainFile /o+n/gone.pem')
  const gone = server.run('signal-event ssl-update')
  assert.is(gone.status, 0, gone.stderr)
  assert.match(gone.stderr, 'modSSL: /o+n/gone.pem does not exist, so its certificate is not served')
  server.remove()
})

nginx('a name has one owner: not two proxies, not a site of httpd', () => {
  const server = serverWith({ ...PLEX, 'wiki.example.org': ['proxy', { ...upstream, Aliases: 'plex.example.org' }] })
  const refused = (said: string) => {
    const { status, stderr } = server.run(`expand-template ${CONF}`)
    assert.is(status, 3)
    assert.match(stderr, said)
  }
  refused('"plex.example.org" belongs to two proxies, plex.example.org and wiki.example.org')
  server.must('db proxies setprop wiki.example.org status disabled')
  server.must(`expand-template ${CONF}`)
  server.must('db domains set plex.example.org domain Content Primary')
  refused('"plex.example.org" is a name of the proxy plex.example.org, but also a domain')
  server.must('config setprop httpd status disabled')
  server.must(`expand-template ${CONF}`)
  server.remove()
})

nginx('who stands in front listens for everybody, the other on this machine', () => {
  const server = serverWith(PLEX, { IPv6: 'enabled' })
  const listens = (path: string) => server.lines(path).filter(line => /^listen /i.test(line))
  assert.equal(listens(CONF), [
    'listen 127.0.0.1:10080 default_server;',
    'listen 127.0.0.1:10443 ssl http2 default_server;',
  ])
  assert.equal(listens(HTTPD), ['Listen 80', 'Listen 443 https'])
  assert.ok(server.site('plex.example.org', 443).some(line => line.startsWith('ProxyPass / https://127.0.0.1:10443/')))
  server.must('config set WebFrontend nginx')
  server.must('config setprop nginx HTTP2 disabled TCPPorts 8080,8443')
  assert.equal(listens(CONF).slice(0, 4), [
    ...['listen 8080 default_server;', 'listen "[::]:8080" default_server;'],
    ...['listen 8443 ssl default_server;', 'listen "[::]:8443" ssl default_server;'],
  ])
  assert.equal(listens(HTTPD), ['Listen 127.0.0.1:10080', 'Listen 127.0.0.1:10443 https'])
  assert.equal(server.site('plex.example.org', 10443), [], 'its name belongs to nginx')
  server.must('db domains setprop example.org ForceSSL enabled')
  assert.ok(server.site('example.org', 10080).includes('Redirect permanent / https://example.org:8443/'))
  server.must('config setprop httpd status disabled')
  assert.not.match(server.expand(CONF), 'proxy_pass')
  server.remove()
})

nginx('every policy has its protocols, and an unknown one is refused', () => {
  const server = serverWith(PLEX)
  const protocols = () => server.lines('/etc/nginx/snippets/tls.conf').find(line => line.startsWith('ssl_protocols'))
  assert.is(protocols(), 'ssl_protocols TLSv1.2 TLSv1.3;')
  server.must('config setprop modSSL policy modern')
  assert.is(protocols(), 'ssl_protocols TLSv1.3;')
  assert.ok(server.lines(HTTPD).includes('SSLProtocol -all +TLSv1.3'))
  server.must('config setprop modSSL policy old')
  assert.is(protocols(), 'ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;')
  assert.ok(server.lines(HTTPD).includes('SSLHonorCipherOrder On'))
  assert.is(server.run('config setprop modSSL policy moderm').status, 3)
  server.must('config setprop modSSL policy moderm', { env: { GABARIT_VALIDATE: 'off' } })
  const { status, stderr } = server.run(`expand-template ${HTTPD}`)
  assert.is(status, 3)
  assert.match(stderr, 'the policy "moderm" is not one of modern, intermediate, old')
  server.remove()
})

nginx('what cannot be is refused when it is set', () => {
  const server = serverWith(PLEX)
  const refused = (line: string, said: RegExp) => {
    const { status, stderr } = server.run(['db', 'proxies', 'setprop', 'plex.example.org', ...line.split(' = ')])
    assert.is(status, 3, line)
    assert.match(stderr, said)
  }
  refused('Upstreams = 10.0.0.5:80', /does not have the form/)
  refused('Upstreams = http://10.0.0.5:80/path', /does not have the form/)
  refused('Locations = nothing', /not a record of type "location"/)
  refused('Certificate = own', /also needs crt, key/)
  refused('AllowedNetworks = 10.0.0', /is not an address, a network/)
  refused('Headers = no colon', /does not have the form/)
  refused('MaxBodySize = much', /does not have the form/)
  refused('Upstreams = ', /must not be empty|also needs/)
  const { stderr } = server.run('db proxies setprop plex.example.org Upsteams http://10.0.0.5')
  assert.match(stderr, 'did you mean "Upstreams"?')
  server.remove()
})

nginx('a container: the Compose file', () => {
  const server = serverWith(
    {
      ...PLEX,
      'wiki.example.org': ['proxy', { ...upstream, BasicAuthFile: '/etc/wiki/passwords' }],
      'shop.example.net': [
        'proxy',
        {
          ...upstream,
          Certificate: 'own',
          crt: '/etc/dehydrated/certs/shop/cert.pem',
          key: '/etc/dehydrated/certs/shop/k.pem',
        },
      ],
    },
    {
      Container: 'proxy',
      Image: 'nginx:1.28.0',
      ContainerNetworks: 'media',
      BaseDir: '/srv/proxy',
      ComposeFile: '/srv/compose.yaml',
    },
  )
  server.touch('/etc/dehydrated/certs/shop/cert.pem', '/etc/dehydrated/certs/shop/k.pem', '/etc/dehydrated/shop.pem')
  const compose = () => parse(server.expand(COMPOSE))
  const { services, networks } = compose()
  assert.equal(Object.keys(services), ['nginx'])
  const { image, container_name, ports, volumes, healthcheck, restart, labels } = services.nginx
  assert.equal([image, container_name, restart], ['nginx:1.28.0', 'proxy', 'unless-stopped'])
  assert.equal(ports, ['127.0.0.1:10080:10080', '127.0.0.1:10443:10443'])
  assert.equal(volumes, [
    '/srv/proxy:/etc/nginx:ro',
    ...['/etc/dehydrated/certs/shop', '/etc/wiki', '/var/lib/gabarit/ssl', '/var/www/dehydrated'].map(
      path => `${path}:${path}:ro`,
    ),
  ])
  assert.equal(labels, ['gabarit.service=nginx'])
  assert.equal(healthcheck.test, ['CMD', 'curl', '--fail', '--silent', 'http://127.0.0.1:8070/'])
  assert.equal(networks, { media: { external: true } })
  assert.match(server.expand(CONF), 'listen 127.0.0.1:8070;')
  // A renewal by gabarit is a new folder, and the container stays the same; certificates that nginx does not serve are not shown.
  const kept = '/var/lib/gabarit/letsencrypt/ca.example/certificates'
  const shown = (id: string) => {
    const [crt, key] = ['cert', 'privkey'].map(file => `${kept}/example.org/${id}/${file}.pem`)
    server.touch(`${kept}/example.org/${id}/cert.pem`, `${kept}/example.org/${id}/privkey.pem`)
    server.must(`db domains setprop example.org crt ${crt} key ${key}`)
    return compose().services.nginx.volumes
  }
  server.must('db domains set other.org domain Content Primary crt /srv/other/cert.pem key /srv/other/key.pem')
  const volumes3 = shown('3')
  assert.ok(volumes3.includes(`${kept}/example.org:${kept}/example.org:ro`))
  assert.not.match(volumes3.join(), '/srv/other')
  assert.equal(shown('4'), volumes3)
  server.must('db proxies setprop shop.example.net crt /etc/dehydrated/shop.pem')
  assert.match(
    server.run(`expand-template ${COMPOSE}`).stderr,
    '/etc/dehydrated/shop.pem is in /etc/dehydrated, which must not be mounted into a container',
  )
  server.must('db proxies setprop shop.example.net crt /etc/dehydrated/certs/shop/cert.pem')
  // The last two would show the databases.
  for (const folder of ['/etc', '/var/lib', '/var/lib/gabarit']) {
    server.must(`db proxies setprop wiki.example.org BasicAuthFile ${folder}/passwords`)
    assert.match(
      server.run(`expand-template ${COMPOSE}`).stderr,
      `${folder}/passwords is in ${folder}, which must not be mounted into a container: put it into a separate folder`,
    )
  }
  server.must('db proxies setprop wiki.example.org BasicAuthFile /etc/wiki/passwords')
  // Whatever else a site reads: folders of files, sockets, authorities, pages.
  const others = { Folder: '/srv/app', FastCGI: 'unix:/run/php/fpm.sock', ClientCA: '/srv/ca/ca.pem' }
  const more = Object.entries({ ...others, MaintenancePage: '/srv/pages/page.html' }).flat()
  server.must(['db', 'proxies', 'setprop', 'plex.example.org', ...more])
  const shownNow: string[] = compose().services.nginx.volumes
  for (const folder of ['/srv/app', '/run/php', '/srv/ca', '/srv/pages'])
    assert.ok(shownNow.includes(`${folder}:${folder}:ro`), folder)
  server.must('db proxies delprop plex.example.org Folder FastCGI ClientCA MaintenancePage')
  server.must('config setprop httpd status disabled')
  assert.equal(compose().services.nginx.ports, ['80:80', '443:443'])
  // Other services may be in one that is there already.
  const theirs = 'services:\n  other:\n    image: x\n'
  server.write('/srv/compose.yaml', theirs)
  const refused = server.run('signal-event nginx-update')
  assert.is(refused.status, 3)
  assert.match(refused.stderr, '/srv/compose.yaml: was not made by gabarit and is not overwritten')
  assert.match(refused.stderr, 'config setprop nginx ComposeFile FILE')
  assert.is(server.read('/srv/compose.yaml'), theirs)
  assert.match(
    server.must('gabarit status'),
    /problems that would stop an event:\n {2}.*\/srv\/compose.yaml: was not made by gabarit/,
  )
  server.must(['rm', server.path('/srv/compose.yaml')])
  server.must('signal-event nginx-update')
  assert.ok(server.exists('/srv/compose.yaml'))
  server.must('config setprop httpd status enabled')
  server.must('config set WebFrontend nginx')
  assert.match(server.run(`expand-template ${CONF}`).stderr, 'which cannot reach httpd on this machine')
  server.remove()
})

/** docker judges without its daemon; its plugin compose may be missing. */
const compose = needsCommands('docker') ?? (hasCompose() ? undefined : 'docker has no plugin compose')
testIf(nginx, compose, 'the Compose file is one for docker too', () => {
  const server = serverWith(PLEX, { Container: 'proxy' })
  server.must('signal-event nginx-update')
  must(['docker', 'compose', '-f', server.path(COMPOSE), 'config', '--quiet'])
  server.remove()
})

function hasCompose(): boolean {
  try {
    must(['docker', 'compose', 'version'])
    return true
  } catch {
    return false
  }
}

nginx.run()

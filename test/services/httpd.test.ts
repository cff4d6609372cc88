import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, domain, HTTPD, host, Server } from './server.ts'

const httpd = suite('httpd.conf')
let server: Server

httpd.before(() => {
  server = new Server({
    configuration: configuration(),
    accounts: { shop: ['ibay', { Name: 'The shop' }], wiki: ['ibay', { Path: '/srv/a wiki' }] },
    domains: {
      'a.example.org': domain({ Content: 'shop' }),
      'b.example': domain({ Content: 'wiki', ForceSSL: 'enabled', OwnLogs: 'enabled' }),
      'example.org': domain(),
      'proxied.example': domain({ ProxyPassTarget: 'http://10.0.0.7:8000', ForceSSL: 'enabled' }),
      'zoo.example': domain({ Content: 'gone' }),
    },
    hosts: {
      'deep.down.a.example.org': host(),
      'printer.example.org': host({ HostType: 'Local', InternalIP: '10.0.0.9' }),
      'www.a.example.org': host(),
      'www.example.org': host(),
      'www.foreign.example': host(),
      'zoo.example': host(),
    },
  })
})
httpd.after(() => server.remove())

/** The first words of the lines with these beginnings, in their order. */
const only = (lines: readonly string[], ...beginnings: string[]) =>
  lines.filter(line => beginnings.some(beginning => line.startsWith(beginning)))

httpd('has one site per domain and port, the primary domain first', () => {
  assert.equal(
    only(server.lines(HTTPD), '<VirtualHost', 'ServerName').slice(1),
    ['example.org', 'a.example.org', 'b.example', 'proxied.example', 'zoo.example'].flatMap(name =>
      [80, 443].flatMap(port => [`<VirtualHost *:${port}>`, `ServerName ${name}`]),
    ),
  )
})

httpd('gives a host of this server to the longest domain it ends in', () => {
  const aliases = (name: string) => only(server.site(name, 80), 'ServerAlias')
  assert.equal(aliases('example.org'), ['ServerAlias www.example.org'])
  assert.equal(aliases('a.example.org'), ['ServerAlias deep.down.a.example.org', 'ServerAlias www.a.example.org'])
  assert.equal(aliases('zoo.example'), [])
})

httpd('takes the document root from the ibay', () => {
  const root = (name: string) => only(server.site(name, 443), 'DocumentRoot')
  assert.equal(root('example.org'), ['DocumentRoot /srv/ibays/Primary/html'])
  assert.equal(root('a.example.org'), ['DocumentRoot /srv/ibays/shop/html'])
  assert.equal(root('b.example'), ['DocumentRoot "/srv/a wiki"'])
  assert.equal(root('zoo.example'), ['DocumentRoot /srv/ibays/Primary/html'])
  assert.match(server.run(['expand-template', '--stdout', HTTPD]).stderr, 'domain zoo.example: there is no ibay gone')
})

httpd('answers challenges before anything else, under every name', () => {
  for (const name of ['example.org', 'b.example', 'proxied.example'])
    for (const port of [80, 443]) {
      const site = server.site(name, port)
      const first = only(site, 'Alias', 'Rewrite', 'ProxyPass', 'Redirect')
      assert.match(first[0] ?? '', /^Alias \/\.well-known\/acme-challenge\/ /)
      assert.match(first[2] ?? '', /^RewriteRule .* \[END\]$/)
      assert.is(first[3], 'ProxyPass /.well-known/acme-challenge/ !')
      assert.is(only(site, '<Location').at(-1), '<Location /.well-known/acme-challenge/>')
    }
})

httpd('speaks TLS on 443 only', () => {
  assert.equal(only(server.site('example.org', 80), 'SSL'), [])
  const file = '/var/lib/gabarit/ssl/self-signed.pem'
  const wanted = ['SSLEngine on', `SSLCertificateFile ${file}`, `SSLCertificateKeyFile ${file}`]
  assert.equal(only(server.site('example.org', 443), 'SSL'), wanted)
})

httpd('keeps the server manager on the primary domain', () => {
  assert.equal(only(server.site('example.org', 80), 'Redirect'), [
    'Redirect permanent /server-manager https://example.org/server-manager',
  ])
  assert.equal(only(server.site('example.org', 443), 'Redirect'), ['RedirectMatch 404 ^/server-manager(/|$)'])
  assert.not.match(server.site('a.example.org', 443).join('\n'), 'server-manager')
  server.must('config setprop httpd-admin status enabled ValidFrom 10.1.0.0/16')
  const site = server.site('example.org', 443)
  assert.ok(site.includes('ProxyPass /server-manager http://localhost:980/server-manager retry=0'))
  assert.equal(only(site, 'Require'), ['Require local', 'Require ip 10.1.0.0/16', 'Require all granted'])
  server.must('config setprop httpd-admin status disabled')
})

httpd('proxies, sends to HTTPS and keeps logs apart where the domain says so', () => {
  assert.equal(only(server.site('b.example', 80), 'Redirect', 'ErrorLog', 'CustomLog'), [
    'Redirect permanent / https://b.example/',
    'ErrorLog /var/log/apache2/b.example-error_log',
    'CustomLog /var/log/apache2/b.example-access_log sites',
  ])
  assert.equal(only(server.site('b.example', 443), 'Redirect'), [])
  assert.equal(only(server.site('proxied.example', 443), 'ProxyPass /', 'ProxyPassReverse', 'Redirect').slice(1), [
    'ProxyPass / http://10.0.0.7:8000/ retry=0',
    'ProxyPassReverse / http://10.0.0.7:8000/',
  ])
  assert.equal(only(server.site('proxied.example', 80), 'ProxyPass / ', 'Redirect'), [
    'Redirect permanent / https://proxied.example/',
  ])
})

httpd('serves for each site the certificate of its domain, and no test certificate in production', () => {
  const one = new Server({
    configuration: configuration({ modSSL: ['service', { status: 'enabled', crt: '/m/c', key: '/m/k' }] }),
    domains: {
      'example.org': domain(),
      'a.example': domain({ crt: '/a/c', key: '/a/k', CertificateChainFile: '/a/ch' }),
      'sub.a.example': domain(),
      'broken.example': domain({ crt: '/only/c' }),
    },
  })
  one.touch('/m/c', '/m/k', '/a/c', '/a/k', '/a/ch')
  const files = (name: string) => one.site(name, 443).filter(line => /^SSLCertificate/.test(line))
  const modSSL = ['SSLCertificateFile /m/c', 'SSLCertificateKeyFile /m/k']
  const own = ['SSLCertificateFile /a/c', 'SSLCertificateKeyFile /a/k', 'SSLCertificateChainFile /a/ch']
  assert.equal(['example.org', 'a.example', 'sub.a.example', 'broken.example'].map(files), [modSSL, own, own, modSSL])
  const test = '/var/lib/gabarit/letsencrypt/acme-staging-v02.api.letsencrypt.org/certificates/x/1'
  one.must(`config setprop modSSL crt ${test}/cert.pem key ${test}/privkey.pem`)
  one.touch(`${test}/cert.pem`, `${test}/privkey.pem`)
  assert.equal(files('example.org')[0], `SSLCertificateFile ${test}/cert.pem`)
  one.must('config setprop letsencrypt status enabled')
  assert.equal(files('example.org')[0], 'SSLCertificateFile /var/lib/gabarit/ssl/self-signed.pem')
  one.remove()
})

httpd('follows the certificate, ports, policy and access of its services', () => {
  server.touch('/c/cert.pem', '/c/key.pem', '/c/chain.pem')
  server.must('config setprop modSSL crt /c/cert.pem key /c/key.pem CertificateChainFile /c/chain.pem')
  assert.equal(only(server.site('a.example.org', 443), 'SSL'), [
    'SSLEngine on',
    'SSLCertificateFile /c/cert.pem',
    'SSLCertificateKeyFile /c/key.pem',
    'SSLCertificateChainFile /c/chain.pem',
  ])
  server.must('config delprop modSSL CertificateChainFile CommonName crt key')
  server.must('config setprop modSSL TCPPort 8443 policy modern access private')
  server.must('db networks set 192.168.7.0 network Mask 255.255.255.0')
  assert.ok(server.lines(HTTPD).includes('SSLProtocol -all +TLSv1.3'))
  const site = server.site('b.example', 8443)
  assert.equal(only(site, 'Require'), ['Require local', 'Require ip 192.168.7.0/24', 'Require all granted'])
  assert.ok(server.site('b.example', 80).includes('Redirect permanent / https://b.example:8443/'))
  server.must('config setprop modSSL status disabled')
  const lines = server.lines(HTTPD)
  assert.equal(only(lines, 'Listen', 'SSL'), ['Listen 80'])
  assert.equal(only(lines, '<VirtualHost *:8443>'), [])
})

httpd('a server without a web server has nothing of one: no file, folder or certificate', () => {
  const plain = new Server({ configuration: configuration({ httpd: ['service', { status: 'disabled' }] }) })
  const rest = () =>
    [HTTPD, '/etc/systemd/system/apache2.service.d/gabarit.conf', '/run/apache2', '/var/log/apache2', '/srv/ibays']
      .concat('/var/lib/gabarit/ssl/self-signed.pem')
      .filter(path => plain.exists(path))
  plain.must('signal-event post-install')
  assert.equal(rest(), [])
  plain.must('config setprop httpd status enabled')
  plain.must('signal-event console-save')
  assert.is(rest().length, 6)
  plain.must('config setprop httpd status disabled')
  plain.must('signal-event console-save')
  assert.not(rest().some(path => path.startsWith('/etc/')))
  plain.remove()
})

httpd.run()

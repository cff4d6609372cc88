// Scenario 3 with the real nginx: one public name for each service at home, only ports 80 and 443 open; with Apache behind,
// and in front. Runs as root, in private namespaces, on `/`.
import { execFile } from 'node:child_process'
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TestAuthority } from '../support/authority.ts'
import { Daemons } from '../support/daemons.ts'
import { servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { BIN, must, PROJECT, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { pause, waitFor } from '../support/wait.ts'
import { echo } from '../support/websocket.ts'

const reason = needsCommands('nginx', 'apache2', 's6-svscan', 'curl', 'openssl') ?? enterNamespace('home')

const scenario = suite('a reverse proxy')
const step = stepsOf(scenario, reason)
const daemons = new Daemons()
const folder = mkdtempSync(join(tmpdir(), 'gabarit-proxy-'))
const scan = '/run/service'
const [PLEX, WIKI] = ['plex.example.com', 'wiki.example.com']
const site = (name: string) => `/etc/nginx/conf.d/sites-available/${name}.conf`
const link = (name: string) => `/etc/nginx/conf.d/sites-enabled/${name}.conf`
/** nginx.conf as the package has it. */
let packaged = ''

/** Types a line of the manual. */
const type = (line: string) => must(words(line))
const set = (key: string, ...properties: string[]) => must(['db', 'proxies', 'setprop', key, ...properties])
const modify = (name: string) => type(`signal-event proxy-modify ${name}`)

interface Reply {
  readonly status: number
  readonly location: string
  readonly headers: string
  readonly body: string
}

/** Every name leads here, as a public DNS would have it. */
const RESOLVE = ['--resolve', '*:80:127.0.0.1', '--resolve', '*:443:127.0.0.1']

/** What a visitor gets; `from` is his address. Throws when there is no answer at all. */
function visit(url: string, ...options: string[]): Reply {
  const mark = '\n--end--'
  const command = [
    'curl',
    '-sSk',
    '--noproxy',
    '*',
    '--max-time',
    '20',
    ...RESOLVE,
    '-D',
    join(folder, 'headers'),
    ...options,
  ]
  const { status, stdout, stderr } = run([...command, '-w', `${mark}%{http_code} %{redirect_url}`, '--', url])
  if (status !== 0) throw new Error(`${url}: curl ${status}: ${stderr.trim()}`)
  const end = stdout.lastIndexOf(mark)
  const [code = '', location = ''] = stdout.slice(end + mark.length).split(' ')
  const headers = readFileSync(join(folder, 'headers'), 'utf8')
  return { status: Number(code), location, headers, body: stdout.slice(0, end) }
}
const from = (address: string) => ['--interface', address]
/** What reached the server behind. */
const seen = (url: string, ...options: string[]) => {
  const { status, body } = visit(url, ...options)
  assert.is(status, 200, `${url}: ${body}`)
  return JSON.parse(body) as { name: string; url: string; size: number; headers: Record<string, string> }
}
const count = (answers: readonly string[]) => [...new Set(answers)].sort()

/** Changes that must be refused before anything has changed. */
function refused(command: string, said: RegExp): void {
  const { status, stdout, stderr } = run(words(command))
  assert.is(status, 3, stdout + stderr)
  assert.match(stderr, said)
}

scenario.after(async () => {
  await daemons.stopAll()
  rmSync(folder, { recursive: true, force: true })
})

step('a server with web sites, and servers behind it', async () => {
  writeFileSync('/etc/resolv.conf', 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n')
  await startS6(daemons, scan)
  addS6Service(scan, 'apache2', '#!/bin/sh\nexec apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND 2>&1\n')
  addS6Service(scan, 'nginx', "#!/bin/sh\nexec nginx -c /etc/nginx/nginx.conf -g 'daemon off;' 2>&1\n")
  for (const [port, name] of [
    ['3001', 'plex'],
    ['3002', 'api'],
    ['3003', 'second'],
  ] as const) {
    const command = [process.execPath, join(PROJECT, 'test/support/proxied.mjs'), port, name]
    await daemons.start(name, command, () => seen(`http://127.0.0.1:${port}/`).name === name)
  }
  type('config set DomainName example.com')
  type('config set SystemName home')
  type('config set LocalIP 127.0.0.1')
  type('signal-event post-install')
  writeFileSync('/srv/ibays/Primary/html/index.html', 'the page of the server\n')
  assert.is(visit('https://www.example.com/').body, 'the page of the server\n')
  assert.not(existsSync('/etc/nginx/snippets/tls.conf'), 'nothing of nginx is made while it is off')
  packaged = readFileSync('/etc/nginx/nginx.conf', 'utf8')
})

step('nginx stands in front of httpd, whose sites answer as before', async () => {
  type('config setprop nginx status enabled')
  type('config set WebFrontend nginx')
  type('signal-event nginx-update')
  for (const url of ['http://www.example.com/', 'https://www.example.com/', 'https://example.com/']) {
    const { body, headers } = visit(url)
    assert.is(body, 'the page of the server\n', url)
    assert.match(headers, /^server: nginx/im, url)
  }
  assert.is(visit('http://example.com/server-manager').location, 'https://example.com/server-manager')
  visit('https://www.example.com/real-address', ...from('127.0.0.9'))
  // Apache writes the line after the answer.
  await waitFor('the line in the log of Apache', () =>
    /^\S+ 127\.0\.0\.9 .*real-address/m.test(readFileSync('/var/log/apache2/access_log', 'utf8')),
  )
})

step('a name for a service', () => {
  must(['db', 'proxies', 'set', PLEX, 'proxy', 'Upstreams', 'http://127.0.0.1:3001'])
  type(`db hosts set ${PLEX} host HostType Self`)
  type(`signal-event proxy-create ${PLEX}`)
  type(`signal-event host-create ${PLEX}`)
  assert.ok(lstatSync(link(PLEX)).isSymbolicLink())
  const { name, url, headers } = seen(
    `https://${PLEX}/web/?a=1&b=%20`,
    ...from('127.0.0.7'),
    '-H',
    'X-Forwarded-For: 1.2.3.4',
  )
  assert.equal([name, url], ['plex', '/web/?a=1&b=%20'])
  const wanted = {
    host: PLEX,
    'x-real-ip': '127.0.0.7',
    'x-forwarded-for': '127.0.0.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': PLEX,
    'x-forwarded-port': '443',
  }
  for (const [header, value] of Object.entries(wanted)) assert.is(headers[header], value, header)
  assert.is(visit('https://www.example.com/').body, 'the page of the server\n')
})

step('HTTP sends visitors to HTTPS, the certificate authority excepted', () => {
  const { status, location } = visit(`http://${PLEX}/a?b=c`)
  assert.equal([status, location], [301, `https://${PLEX}/a?b=c`])
  writeFileSync('/var/www/dehydrated/token_1', 'the answer\n')
  for (const name of [PLEX, 'www.example.com'])
    for (const scheme of ['http', 'https'])
      assert.is(visit(`${scheme}://${name}/.well-known/acme-challenge/token_1`).body, 'the answer\n')
})

step('a foreign name gets no answer', () => {
  // Status 52 of curl: nothing came back; 92: the stream of HTTP/2 was reset.
  assert.throws(() => visit('http://foreign.example.net/'), /curl 52/)
  assert.throws(() => visit('https://foreign.example.net/'), /curl (52|92|56|16)/)
  assert.throws(() => visit('http://127.0.0.1/'), /curl 52/)
})

step('HTTP/2, security headers, HSTS and headers of the site', () => {
  set(
    PLEX,
    'HSTS',
    'subdomains',
    'Headers',
    'X-Site: a; b } c|X-Robots-Tag: noindex',
    'UpstreamHeaders',
    'X-Secret: "q" \\ e',
  )
  modify(PLEX)
  const { headers } = visit(`https://${PLEX}/`)
  assert.match(headers, /^HTTP\/2 200/)
  assert.match(headers, /^strict-transport-security: max-age=63072000; includeSubDomains\r$/m)
  assert.match(headers, /^x-frame-options: SAMEORIGIN\r$/m)
  assert.match(headers, /^x-content-type-options: nosniff\r$/m)
  assert.match(headers, /^x-site: a; b } c\r$/m)
  assert.match(headers, /^x-robots-tag: noindex\r$/m)
  assert.is(seen(`https://${PLEX}/`).headers['x-secret'], '"q" \\ e')
})

step('one path goes to another server', () => {
  must(['db', 'proxies', 'set', 'plex-api', 'location', 'Path', '/api/', 'Upstreams', 'http://127.0.0.1:3002'])
  set('plex-api', 'UpstreamPath', '/v1/', 'MaxBodySize', '1k')
  set(PLEX, 'Locations', 'plex-api')
  modify(PLEX)
  const api = seen(`https://${PLEX}/api/users?x=1`)
  assert.equal([api.name, api.url], ['api', '/v1/users?x=1'])
  assert.is(seen(`https://${PLEX}/apis`).name, 'plex')
  writeFileSync(join(folder, 'body'), 'x'.repeat(2000))
  const post = ['--data-binary', `@${join(folder, 'body')}`]
  assert.is(visit(`https://${PLEX}/api/`, ...post).status, 413)
  assert.is(seen(`https://${PLEX}/`, ...post).size, 2000)
})

step('WebSockets, unless they are switched off', async () => {
  assert.is(await echo(PLEX, '/ws', 'hello'), 'hello')
  set(PLEX, 'WebSocket', 'disabled')
  modify(PLEX)
  await assertRejects(echo(PLEX, '/ws', 'hello'), /no upgrade/)
  set(PLEX, 'WebSocket', 'enabled')
  modify(PLEX)
})

step('a server that is slow, dead or asked over its limit', () => {
  set(PLEX, 'Timeout', '1s')
  modify(PLEX)
  assert.is(visit(`https://${PLEX}/slow/3000`).status, 504)
  must(['db', 'proxies', 'set', WIKI, 'proxy', 'Upstreams', 'http://127.0.0.1:3999', 'Aliases', 'docs.example.com'])
  for (const name of [WIKI, 'docs.example.com']) type(`db hosts set ${name} host HostType Self`)
  type(`signal-event proxy-create ${WIKI}`)
  type(`signal-event host-create ${WIKI}`)
  assert.is(visit(`https://${WIKI}/`).status, 502)
})

step('gabarit proxy check: every name through the proxy, every server behind directly', () => {
  const { status, stdout } = run(['gabarit', 'proxy', 'check', '--json'])
  assert.is(status, 1)
  const rows: Record<string, unknown>[] = JSON.parse(stdout)
  const found = rows.map(({ url, through, status, location, ok }) => [url, through, status, location, ok])
  assert.equal(found, [
    [`https://${PLEX}/`, 'proxy', 200, null, true],
    [`http://${PLEX}/`, 'proxy', 301, `https://${PLEX}/`, true],
    ['http://127.0.0.1:3001/', 'upstream', 200, null, true],
    ['http://127.0.0.1:3002/v1/', 'upstream', 200, null, true],
    [`https://${WIKI}/`, 'proxy', 502, null, false],
    [`http://${WIKI}/`, 'proxy', 301, `https://${WIKI}/`, true],
    ['https://docs.example.com/', 'proxy', 502, null, false],
    ['http://docs.example.com/', 'proxy', 301, 'https://docs.example.com/', true],
    ['http://127.0.0.1:3999/', 'upstream', null, null, false],
  ])
  assert.match(JSON.stringify(rows[0]?.certificate), /"selfSigned":true,"fits":true/)
  assert.match(String(rows[8]?.wrong), 'no answer: connect ECONNREFUSED')
  const one = run(['gabarit', 'proxy', 'check', PLEX])
  assert.is(one.status, 0, one.stdout)
  assert.match(one.stdout, /^ {2}https:\/\/plex\.example\.com\/ +200 +\d+ ms {2}certificate self-signed, until /m)
  assert.match(one.stdout, /3002\/v1\/ \(for \/api\/\)/)
  assert.match(run(['gabarit', 'proxy', 'check', 'plexx.example.com']).stderr, `did you mean "${PLEX}"?`)
})

step('several servers take turns, one that is dead is left out, the backup comes last', () => {
  const ask = (times: number) => Array.from({ length: times }, () => seen(`https://docs.example.com/`).name)
  set(
    WIKI,
    'Upstreams',
    'http://127.0.0.1:3001, http://127.0.0.1:3003, http://127.0.0.1:3999, http://127.0.0.1:3002 backup',
  )
  modify(WIKI)
  assert.equal(count(ask(12)), ['plex', 'second'])
  set(WIKI, 'Upstreams', 'http://127.0.0.1:3999, http://127.0.0.1:3002 backup')
  modify(WIKI)
  assert.equal(count(ask(4)), ['api'])
  set(WIKI, 'Upstreams', 'http://127.0.0.1:3001 weight=5, http://127.0.0.1:3003 weight=5', 'Balance', 'ip_hash')
  modify(WIKI)
  assert.is(count(ask(8)).length, 1)
})

step('networks and passwords', () => {
  set(WIKI, 'AllowedNetworks', '127.0.0.32/28')
  modify(WIKI)
  assert.is(visit(`https://${WIKI}/`, ...from('127.0.0.33')).status, 200)
  assert.is(visit(`https://${WIKI}/`, ...from('127.0.0.99')).status, 403)
  writeFileSync('/etc/wiki.htpasswd', `ann:${must(['openssl', 'passwd', '-apr1', 'sesame'])}`)
  set(WIKI, 'AllowedNetworks', '', 'BasicAuthFile', '/etc/wiki.htpasswd')
  modify(WIKI)
  assert.is(visit(`https://${WIKI}/`).status, 401)
  assert.is(visit(`https://${WIKI}/`, '-u', 'ann:sesame').status, 200)
  assert.is(visit(`https://${WIKI}/.well-known/acme-challenge/token_1`).status, 200)
})

step('a path is as closed as its proxy, until it names its own networks or passwords', () => {
  const status = (address: string, ...options: string[]) =>
    visit(`https://${WIKI}/hook/`, ...from(address), ...options).status
  must(['db', 'proxies', 'set', 'wiki-hook', 'location', 'Path', '/hook/', 'Upstreams', 'http://127.0.0.1:3002'])
  set(WIKI, 'Locations', 'wiki-hook', 'AllowedNetworks', '127.0.0.32/28')
  modify(WIKI)
  const ann = ['-u', 'ann:sesame']
  assert.equal([status('127.0.0.99', ...ann), status('127.0.0.33'), status('127.0.0.33', ...ann)], [403, 401, 200])
  set('wiki-hook', 'AllowedNetworks', '127.0.0.96/28')
  modify(WIKI)
  assert.equal([status('127.0.0.33', ...ann), status('127.0.0.99'), status('127.0.0.99', ...ann)], [403, 401, 200])
  set('wiki-hook', 'AllowedNetworks', '', 'access', 'everybody')
  modify(WIKI)
  assert.is(status('127.0.0.99'), 200)
  assert.is(visit(`https://${WIKI}/`, ...from('127.0.0.99'), ...ann).status, 403)
  set(WIKI, 'AllowedNetworks', '', 'Locations', '')
  type('db proxies delete wiki-hook')
  modify(WIKI)
})

step('a mistake is refused by nginx itself, and the record is named', () => {
  const before = readFileSync(site(WIKI), 'utf8')
  set(WIKI, 'Upstreams', 'http://no-such-host.invalid:80', 'Balance', 'round-robin')
  refused(
    `signal-event proxy-modify ${WIKI}`,
    /refused by nginx: .*host not found in upstream "no-such-host.invalid:80"[\s\S]*was generated by .*\/10Upstreams:\d+ for the record wiki.example.com of proxies/,
  )
  assert.is(readFileSync(site(WIKI), 'utf8'), before)
  assert.is(visit(`https://${WIKI}/`, '-u', 'ann:sesame').status, 200)
  set(WIKI, 'Upstreams', 'http://127.0.0.1:3001')
  modify(WIKI)
})

step('a name that httpd has a site for, or another proxy, is refused', () => {
  type(`db domains set ${PLEX} domain Content Primary`)
  refused(
    `signal-event proxy-modify ${PLEX}`,
    /"plex.example.com" is a name of the proxy plex.example.com, but also a domain/,
  )
  type(`db domains delete ${PLEX}`)
  set(WIKI, 'Aliases', `docs.example.com,${PLEX}`)
  refused(`signal-event proxy-modify ${WIKI}`, /"plex.example.com" belongs to two proxies/)
  set(WIKI, 'Aliases', 'docs.example.com')
})

step('a certificate for these names, with its chain; its renewal costs no visitor his answer', async () => {
  const authority = new TestAuthority(join(folder, 'authority'))
  const names = ['example.com', 'www.example.com', PLEX, WIKI, 'docs.example.com']
  const certificates = '/etc/dehydrated/certs/example.com'
  authority.issue(names, certificates)
  const files = `crt ${certificates}/cert.pem key ${certificates}/privkey.pem CertificateChainFile ${certificates}/chain.pem`
  type(`config setprop modSSL ${files}`)
  type('signal-event ssl-update')
  const trusting = [...RESOLVE, '--cacert', authority.root]
  const trusted = (url: string) => run(['curl', '-sS', '--noproxy', '*', ...trusting, '-o', '/dev/null', url]).status
  for (const name of [PLEX, 'www.example.com']) assert.is(trusted(`https://${name}/`), 0, name)
  const former = servedCertificate(PLEX).fingerprint256
  authority.issue(names, certificates)
  const { asked, failures } = await askWhile(async () => {
    await promisify(execFile)(join(BIN, 'signal-event'), ['ssl-update'])
    // Old workers finish what they have begun; who comes after that must be served as well.
    await pause(300)
  })
  assert.ok(asked >= 200, `only ${asked} requests`)
  assert.equal(failures, [])
  assert.is.not(servedCertificate(PLEX).fingerprint256, former)
  assert.is(trusted(`https://${PLEX}/`), 0)
})

step('a chain that lies elsewhere is joined', () => {
  const certificates = '/etc/dehydrated/certs/example.com'
  must(['cp', `${certificates}/chain.pem`, '/etc/dehydrated/other-chain.pem'])
  const own = { Certificate: 'own', crt: `${certificates}/cert.pem`, key: `${certificates}/privkey.pem` }
  set(PLEX, ...Object.entries(own).flat(), 'CertificateChainFile', '/etc/dehydrated/other-chain.pem')
  modify(PLEX)
  const joined = `/var/lib/gabarit/ssl/joined/proxy/${PLEX}.pem`
  assert.match(readFileSync(site(PLEX), 'utf8'), `ssl_certificate ${joined};`)
  assert.is(lstatSync(joined).mode & 0o777, 0o600)
  const trusting = [...RESOLVE, '--cacert', join(folder, 'authority/root.pem')]
  assert.is(run(['curl', '-sS', '--noproxy', '*', ...trusting, '-o', '/dev/null', `https://${PLEX}/`]).status, 0)
})

step('the two change places: httpd in front hands the names on, with the visitor and his WebSockets', async () => {
  set(WIKI, 'BasicAuthFile', '')
  type('config set WebFrontend httpd')
  type('signal-event nginx-update')
  const { name, headers } = await waitFor('httpd to answer', () =>
    seen(`https://${PLEX}/`, ...from('127.0.0.7'), '-H', 'X-Forwarded-For: 1.2.3.4'),
  )
  assert.equal([name, headers['x-real-ip'], headers['x-forwarded-proto']], ['plex', '127.0.0.7', 'https'])
  assert.equal([headers.host, headers['x-forwarded-port']], [PLEX, '443'])
  assert.match(visit('https://www.example.com/').headers, /^server: Apache/im)
  assert.is(visit(`http://${PLEX}/a`).location, `https://${PLEX}/a`)
  assert.is(visit(`http://${PLEX}/.well-known/acme-challenge/token_1`).body, 'the answer\n')
  assert.is(await echo(PLEX, '/ws', 'through both'), 'through both')
  assert.is(seen(`https://docs.example.com/`).name, 'plex')
  type('config set WebFrontend nginx')
  type('signal-event nginx-update')
  await waitFor('nginx to answer', () => /^server: nginx/im.test(visit('https://www.example.com/').headers))
  assert.is(seen(`https://${PLEX}/`).name, 'plex')
})

step('a proxy that is disabled loses its link and keeps its file; the diff shows it', () => {
  set(WIKI, 'status', 'disabled')
  assert.match(type(`signal-event --dry-run proxy-modify ${WIKI}`), link(WIKI))
  modify(WIKI)
  assert.not(existsSync(link(WIKI)))
  assert.ok(existsSync(site(WIKI)))
  // Its name is one of this server: httpd shows the site of the domain.
  assert.is(visit(`https://${WIKI}/`).body, 'the page of the server\n')
})

step('a proxy that is deleted leaves nothing', () => {
  set(WIKI, 'status', 'enabled')
  modify(WIKI)
  type(`db proxies delete ${WIKI}`)
  const shown = type(`signal-event --dry-run proxy-delete ${WIKI}`)
  for (const path of [site(WIKI), link(WIKI)]) assert.match(shown, path)
  type(`signal-event proxy-delete ${WIKI}`)
  for (const path of [site(WIKI), link(WIKI)]) assert.not(existsSync(path), path)
  assert.is(seen(`https://${PLEX}/`).name, 'plex')
})

step('nginx is switched off: its files go, that of the package is back, and httpd is in front again', async () => {
  type('config setprop nginx status disabled')
  type('signal-event nginx-update')
  assert.is(readFileSync('/etc/nginx/nginx.conf', 'utf8'), packaged)
  assert.not(existsSync(site(PLEX)))
  await waitFor('httpd to answer', () => /^server: Apache/im.test(visit('https://www.example.com/').headers))
})

/** Asks again and again, each time on a new connection, until something is done and 200 answers have come. */
async function askWhile(work: () => Promise<void>): Promise<{ asked: number; failures: string[] }> {
  let asked = 0
  let busy = true
  const failures: string[] = []
  const visitor = async () => {
    while (busy || asked < 200) {
      asked++
      const problem = await getOnce()
      if (problem !== undefined) failures.push(problem)
    }
  }
  const visitors = [visitor(), visitor(), visitor(), visitor()]
  await work().finally(() => {
    busy = false
  })
  await Promise.all(visitors)
  return { asked, failures }
}

/** @returns what went wrong, if anything */
function getOnce(): Promise<string | undefined> {
  return new Promise(resolve => {
    const options = { host: '127.0.0.1', servername: PLEX, headers: { host: PLEX }, agent: false }
    const asked = request({ ...options, path: '/', rejectUnauthorized: false, timeout: 20_000 }, response => {
      response.on('end', () => resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`))
      response.on('error', error => resolve(error.message))
      response.resume()
    })
    asked.on('timeout', () => asked.destroy(new Error('no answer')))
    asked.on('error', error => resolve(error.message))
    asked.end()
  })
}

async function assertRejects(promise: Promise<unknown>, said: RegExp): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (problem: unknown) => problem,
  )
  assert.match(String(error), said)
}

scenario.run()

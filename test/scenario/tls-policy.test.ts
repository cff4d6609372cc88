// What httpd and nginx speak under each TLS policy, as testssl.sh and OpenSSL see it. On `/`, in private namespaces.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TestAuthority } from '../support/authority.ts'
import { Daemons } from '../support/daemons.ts'
import { ask } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { must, PROJECT, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { type Finding, gradeOf, testTLS } from '../support/testssl.ts'
import { waitFor } from '../support/wait.ts'

const reason = needsCommands('nginx', 'apache2', 's6-svscan', 'openssl', 'testssl', 'hexdump') ?? enterNamespace('home')

const policy = suite('TLS policy')
const step = stepsOf(policy, reason)
const daemons = new Daemons()
const folder = mkdtempSync(join(tmpdir(), 'gabarit-tls-'))
const type = (line: string) => must(words(line))
const [SITE, PROXY] = ['www.example.com', 'plex.example.com']
/** httpd stands in front; nginx is asked where it listens behind. */
const PORTS = { httpd: 443, nginx: 10443 }
let authority: TestAuthority

policy.after(async () => {
  await daemons.stopAll()
  rmSync(folder, { recursive: true, force: true })
})

/** Whether a handshake of just this version comes about. A client that shall speak old ones has to be talked into it. */
function speaks(port: number, version: 'tls1' | 'tls1_1' | 'tls1_2' | 'tls1_3'): boolean {
  const client = ['openssl', 's_client', '-connect', `127.0.0.1:${port}`, '-servername', PROXY, `-${version}`]
  const { stdout } = run([...client, ...(version === 'tls1_3' ? [] : ['-cipher', 'DEFAULT:@SECLEVEL=0'])])
  return /^New, TLSv1[.\d]*, Cipher is (?!\(NONE\))/m.test(stdout)
}

const versionsOf = (port: number) =>
  (['tls1', 'tls1_1', 'tls1_2', 'tls1_3'] as const).filter(version => speaks(port, version))

/** What testssl.sh 3.0 cannot look at with Debian's OpenSSL, and a check of tickets that fails because there are none. */
const CANNOT = new Set(['engine_problem', 'RC4', 'sessionresumption_ticket'])

function assertGood(findings: readonly Finding[], grade: string): void {
  const bad = findings.filter(({ id, severity }) =>
    severity === 'WARN' ? !CANNOT.has(id) : ['MEDIUM', 'HIGH', 'CRITICAL', 'FATAL'].includes(severity),
  )
  assert.equal(bad, [])
  assert.is(gradeOf(findings), grade)
}

step('both servers, with a certificate of a test authority', async () => {
  await startS6(daemons, '/run/service')
  addS6Service('/run/service', 'apache2', '#!/bin/sh\nexec apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND 2>&1\n')
  addS6Service('/run/service', 'nginx', "#!/bin/sh\nexec nginx -c /etc/nginx/nginx.conf -g 'daemon off;' 2>&1\n")
  const command = [process.execPath, join(PROJECT, 'test/support/proxied.mjs'), '3001', 'plex']
  await daemons.start('plex', command, () => ask('http://127.0.0.1:3001/'))
  authority = new TestAuthority(join(folder, 'authority'))
  const files = '/etc/dehydrated/certs/example.com'
  authority.issue(['example.com', SITE, PROXY], files)
  type('config set DomainName example.com')
  type('config set SystemName home')
  type('config set LocalIP 127.0.0.1')
  type('gabarit initialize-default-databases')
  type(`config setprop modSSL crt ${files}/cert.pem key ${files}/privkey.pem CertificateChainFile ${files}/chain.pem`)
  type('config setprop nginx status enabled')
  must(['db', 'proxies', 'set', PROXY, 'proxy', 'Upstreams', 'http://127.0.0.1:3001', 'HSTS', 'enabled'])
  type('signal-event post-install')
  type('signal-event nginx-update')
  writeFileSync('/srv/ibays/Primary/html/index.html', 'the page of the server\n')
  for (const port of Object.values(PORTS)) await waitFor(`port ${port}`, () => speaks(port, 'tls1_3'))
})

step('intermediate: testssl.sh finds nothing at httpd, nor at nginx, which has HSTS besides', async () => {
  const [httpd, nginx] = await Promise.all([
    testTLS(SITE, PORTS.httpd, authority.root, folder),
    testTLS(PROXY, PORTS.nginx, authority.root, folder),
  ])
  assertGood(httpd, 'A')
  assertGood(nginx, 'A+')
})

for (const [name, versions] of [
  ['intermediate', ['tls1_2', 'tls1_3']],
  ['old', ['tls1', 'tls1_1', 'tls1_2', 'tls1_3']],
  ['modern', ['tls1_3']],
] as const)
  step(`${name}: ${versions.join(', ')} at both`, async () => {
    type(`config setprop modSSL policy ${name}`)
    type('signal-event nginx-update')
    for (const port of Object.values(PORTS))
      await waitFor(`${name} at port ${port}`, () => versionsOf(port).join() === versions.join())
  })

step('what is bad is found', async () => {
  type('config setprop modSSL policy old')
  type('signal-event nginx-update')
  const findings = await testTLS(PROXY, PORTS.nginx, authority.root, folder, ['--protocols'])
  assert.match(gradeOf(findings), /^less than A: TLS1: offered/)
  assert.match(readFileSync('/etc/nginx/snippets/tls.conf', 'utf8'), 'ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;')
})

policy.run()

// Setup and renewal with nginx in front and Apache behind it, with real authorities and dehydrated: the challenges pass through
// nginx, and nginx is the one that has to show the certificates.
import { mkdirSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ACME_DAEMONS, AcmeServer } from '../support/acme-server.ts'
import { ask, certificateNames, servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import type { Authority } from '../support/pebble.ts'
import { addS6Service } from '../support/s6.ts'
import { stepsOf } from '../support/steps.ts'

const reason = needsCommands(...ACME_DAEMONS, 'nginx') ?? enterNamespace('mine')

const front = suite('certificates with nginx in front')
const step = stepsOf(front, reason)
const server = new AcmeServer()
front.after(() => server.stop())

/** The first two are sites of Apache, behind nginx; the last one is a proxy of nginx. */
const NAMES = ['example.org', 'www.example.org', 'plex.example.org']
let production: Authority

/** Every name shows one certificate with all names, and a client that trusts the authority gets an answer; its fingerprint. */
function served(): string {
  const found = NAMES.map(name => servedCertificate(name))
  for (const certificate of found) {
    assert.is(certificate.issuer, production.issuer)
    assert.equal(certificateNames(certificate), [...NAMES].sort())
  }
  for (const name of NAMES.slice(0, 2))
    assert.is(ask(`https://${name}/`, { trust: production.root }).body, 'the page of Apache\n')
  assert.is(ask('https://plex.example.org/', { trust: production.root }).status, 502, 'nobody is behind this one')
  assert.is(new Set(found.map(({ fingerprint256 }) => fingerprint256)).size, 1)
  return found[0]?.fingerprint256 ?? ''
}
const nginxProcess = () => Number(server.type(`s6-svstat -o pid ${server.scan}/nginx`))

step('nginx stands in front of Apache', async () => {
  await server.start()
  await server.authority('test')
  production = await server.authority('production', { lifetime: 90 * 86_400 })
  addS6Service(server.scan, 'nginx', "#!/bin/sh\nexec nginx -c /etc/nginx/nginx.conf -g 'daemon off;' 2>&1\n")
  for (const line of ['config set DomainName example.org', 'config set SystemName mine', 'signal-event post-install'])
    server.type(line)
  server.settle()
  mkdirSync('/srv/ibays/Primary/html', { recursive: true })
  writeFileSync('/srv/ibays/Primary/html/index.html', 'the page of Apache\n')
  server.type('db proxies set plex.example.org proxy Upstreams http://127.0.0.1:3999')
  server.type('db hosts set plex.example.org host HostType Self letsencryptSSLcert enabled')
  server.type('config setprop nginx status enabled')
  server.type('config set WebFrontend nginx')
  server.type('signal-event nginx-update')
  const { subject, issuer } = servedCertificate('plex.example.org')
  assert.is(subject, issuer)
})

step('setup: every name is checked through nginx, certified, and shown by nginx', () => {
  server.type('db domains setprop example.org letsencryptSSLcert enabled')
  server.type('db hosts setprop www.example.org letsencryptSSLcert enabled')
  server.type('config setprop letsencrypt email a@example.org ACCEPT_TERMS yes')
  const { status, stdout, stderr } = server.letsencrypt('setup')
  assert.is(status, 0, stdout + stderr)
  assert.match(stdout, 'checked 3 names: no problems')
  assert.match(stdout, 'served: 3 names checked at 127.0.0.1:443, all with the right certificate')
  served()
})

step('renewal: nginx shows the new certificate, by a reload', () => {
  const [before, pid] = [served(), nginxProcess()]
  const due = new Date(Date.now() + 61 * 86_400_000).toISOString()
  const { status, stdout, stderr } = server.letsencrypt(`renew --at ${due}`)
  assert.is(status, 0, stdout + stderr)
  assert.match(stdout, 'adjusted nginx: ')
  assert.is.not(served(), before)
  assert.is(nginxProcess(), pid)
})

step('an nginx that does not reload is found out, and made up for', () => {
  const before = served()
  process.kill(nginxProcess(), 'SIGSTOP')
  const { status, stderr } = server.letsencrypt('renew --force')
  process.kill(nginxProcess(), 'SIGCONT')
  assert.is(status, 1)
  assert.match(
    stderr,
    '3 names without the right certificate: example.org at 127.0.0.1:443: it serves another certificate',
  )
  assert.is(server.letsencrypt('renew').status, 0)
  assert.is.not(served(), before)
})

front.run()

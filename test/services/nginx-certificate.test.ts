// The certificate of nginx on a server without Apache: a real nginx under s6, on `/`, in private namespaces.
import { writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TestAuthority } from '../support/authority.ts'
import { Daemons } from '../support/daemons.ts'
import { servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { must, run, words } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { waitFor } from '../support/wait.ts'

const alone = suite('nginx without Apache')
const daemons = new Daemons()
alone.after(() => daemons.stopAll())

const reason = needsCommands('nginx', 'openssl', 's6-svscan') ?? enterNamespace('alone')
testIf(alone, reason, 'an empty key: --check says what the event then does, and nginx goes on serving', async () => {
  new TestAuthority('/srv/ca').issue(['shop.example.org'], '/srv/own')
  await startS6(daemons, '/run/service')
  addS6Service('/run/service', 'nginx', "#!/bin/sh\nexec nginx -c /etc/nginx/nginx.conf -g 'daemon off;' 2>&1\n")
  const own = '/srv/own/cert.pem key /srv/own/privkey.pem CertificateChainFile /srv/own/chain.pem'
  for (const line of ['config set DomainName example.org', 'config set SystemName server', 'signal-event post-install'])
    must(words(line), { env: { GABARIT_SERVICE_MANAGER: 'none' } })
  for (const line of [
    'config setprop httpd status disabled',
    'config setprop nginx status enabled',
    `config setprop modSSL crt ${own}`,
    'config set WebFrontend nginx',
    'db proxies set shop.example.org proxy Upstreams http://127.0.0.1:9 status enabled',
    'signal-event nginx-update',
    'signal-event ssl-update',
  ])
    must(words(line))
  const served = await waitFor('nginx', () => servedCertificate('shop.example.org').subject)
  assert.is(served, 'CN=shop.example.org')
  writeFileSync('/srv/own/privkey.pem', '')
  for (const option of [['--check'], []]) {
    const { status, stderr } = run(['signal-event', ...option, 'ssl-update'])
    assert.is(status, 1, stderr)
    assert.match(stderr, /nginx is left alone.*privkey\.pem: this file is empty/s)
  }
  assert.is(servedCertificate('shop.example.org').subject, served)
})

alone.run()

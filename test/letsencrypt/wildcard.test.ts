// A certificate with a wildcard: the answers to the challenges are published in the DNS by a command of the site.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ACME_DAEMONS, AcmeServer } from '../support/acme-server.ts'
import { certificateNames, servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { stepsOf } from '../support/steps.ts'

const reason = needsCommands(...ACME_DAEMONS) ?? enterNamespace('mine')

const wildcard = suite('wildcards')
const step = stepsOf(wildcard, reason)
const server = new AcmeServer()
wildcard.after(() => server.stop())

step('a server asks for a wildcard; without the command it is refused', async () => {
  await server.start()
  await server.authority('test')
  await server.authority('production')
  for (const line of ['config set DomainName example.org', 'config set SystemName mine', 'signal-event post-install'])
    server.type(line)
  server.settle()
  server.type('db domains setprop example.org letsencryptSSLcert enabled')
  server.type('config setprop letsencrypt email a@example.org ACCEPT_TERMS yes challenge dns-01')
  const { status, stderr } = server.letsencrypt('setup')
  assert.is(status, 3)
  assert.match(stderr, 'config setprop letsencrypt challengeHook FILE')
})

step('with it the certificate comes and is served', () => {
  const hook = join(server.folder, 'dns-hook')
  const publish = 'curl -fsS -o /dev/null http://127.0.0.1:8055'
  writeFileSync(
    hook,
    `#!/bin/sh
case $1 in
  deploy_challenge) ${publish}/set-txt -d "{\\"host\\":\\"_acme-challenge.$2.\\",\\"value\\":\\"$4\\"}" ;;
  clean_challenge) ${publish}/clear-txt -d "{\\"host\\":\\"_acme-challenge.$2.\\"}" ;;
esac
`,
    { mode: 0o755 },
  )
  server.type(`config setprop letsencrypt challengeHook ${hook}`)
  server.type('db hosts set *.example.org host HostType Self letsencryptSSLcert enabled')
  const { status, stdout, stderr } = server.letsencrypt('setup')
  assert.is(status, 0, stdout + stderr)
  assert.ok(certificateNames(servedCertificate('any.example.org')).includes('*.example.org'))
})

wildcard.run()

// What the setup does with the settings before anybody is asked for a certificate.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readSettings } from '../../src/modules/letsencrypt/settings.ts'
import { findPlaces } from '../../src/system/places.ts'
import { configuration, domain, Server } from '../services/server.ts'
import { needsCommands } from '../support/packages.ts'
import { PROJECT } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const settings = suite('settings of gabarit letsencrypt setup')

/** A server that asks for one name, with further properties of letsencrypt. */
function withProperties(properties: Readonly<Record<string, string>>): Server {
  return new Server({
    configuration: configuration({ letsencrypt: ['service', { email: 'a@example.org', ...properties }] }),
    domains: { 'example.org': domain({ letsencryptSSLcert: 'enabled' }) },
  })
}

settings('the addresses of SME Server, of ACME version 1, are told and corrected', () => {
  const server = withProperties({
    ProductionCA: 'https://acme-v01.api.letsencrypt.org/directory',
    TestCA: 'https://acme-staging.api.letsencrypt.org/directory',
  })
  const address = () => server.must('config getprop letsencrypt ProductionCA').trim()
  assert.match(
    server.run('gabarit letsencrypt setup --dry-run').stdout,
    'would correct ProductionCA: https://acme-v01.',
  )
  assert.is(address(), 'https://acme-v01.api.letsencrypt.org/directory')
  const { status, stderr } = server.run(['gabarit', 'letsencrypt', 'setup'])
  assert.is(status, 3)
  assert.match(stderr, /warning: ProductionCA was https:\/\/acme-v01\..*now https:\/\/acme-v02\.api\.letsencrypt\.org/)
  assert.match(stderr, 'the settings are incomplete')
  assert.is(address(), 'https://acme-v02.api.letsencrypt.org/directory')
  const test = 'https://acme-staging-v02.api.letsencrypt.org/directory'
  assert.is(server.must('config getprop letsencrypt TestCA').trim(), test)
  server.remove()
})

settings('what is missing, left out and to be done, for programs', () => {
  const server = withProperties({})
  server.must('db hosts set printer.example.org host HostType Local letsencryptSSLcert enabled')
  const outline = JSON.parse(server.must('gabarit letsencrypt setup --dry-run --json'))
  assert.equal(
    outline.missing.map(({ what }: { what: string }) => what),
    ['terms'],
  )
  assert.equal(outline.certificates, [{ name: 'example.org', names: ['example.org'] }])
  assert.match(outline.leftOut.join(), 'printer.example.org: letsencryptSSLcert has no effect')
  assert.is(outline.steps[0], 'would check every name')
  assert.match(server.run('gabarit letsencrypt setup --json').stderr, '--json needs --dry-run')
  server.remove()
})

testIf(settings, needsCommands('script'), 'a missing one is asked for at a terminal', () => {
  const nobody = 'https://127.0.0.1:1/dir'
  const server = withProperties({ ProductionCA: nobody, TestCA: nobody })
  const setup = (answer: string) =>
    server.run(['script', '-qec', 'gabarit letsencrypt setup --skip dns,caa,fetch', '/dev/null'], { input: answer })
  const no = setup('n\n')
  assert.match(no.stdout, `Do you accept the terms of service of the authority (see ${nobody})? [y/N]`)
  assert.is(no.status, 3, no.stdout)
  assert.is(server.must('config getprop letsencrypt ACCEPT_TERMS'), 'no\n')
  const yes = setup('y\n')
  assert.is(yes.status, 1, yes.stdout)
  assert.match(yes.stdout, 'no certificate was requested')
  assert.is(server.must('config getprop letsencrypt ACCEPT_TERMS'), 'yes\n')
  server.remove()
})

settings('the services are asked where visitors meet them: at the port of nginx when it stands in front', () => {
  const server = withProperties({})
  const asked = () => readSettings(findPlaces(PROJECT, {}, server.root)).servers
  server.must('config setprop modSSL TCPPort 8443')
  assert.equal(asked(), ['127.0.0.1:8443'])
  server.must('config setprop nginx status enabled TCPPorts 10080,10443')
  assert.equal(asked(), ['127.0.0.1:8443'])
  server.must('config set WebFrontend nginx')
  assert.equal(asked(), ['127.0.0.1:10443'])
  server.must('config setprop letsencrypt servers web.example.org:443')
  assert.equal(asked(), ['web.example.org:443'])
  server.remove()
})

settings.run()

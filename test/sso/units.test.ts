// The unit of the gateway, judged by systemd itself, and when it is made.
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, Server } from '../services/server.ts'
import { needsCommands } from '../support/packages.ts'
import { run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { newPair, providerMetadata } from './lasso.ts'

const units = suite('the unit of the gateway')
const UNIT = '/etc/systemd/system/gabarit-gate.service'

/** A server that knows a provider. */
function serverWithGate(): Server {
  const server = new Server({ configuration: configuration() })
  server.must('config set sso service status enabled')
  mkdirSync(server.path('/etc/gabarit/sso'), { recursive: true })
  writeFileSync(server.path('/etc/gabarit/sso/provider.xml'), providerMetadata(newPair('provider')))
  return server
}

testIf(units, needsCommands('systemd-analyze'), 'systemd accepts it, and confines it', () => {
  const server = serverWithGate()
  server.must('signal-event sso-update')
  const { status, stderr } = run(['systemd-analyze', 'verify', server.path(UNIT)])
  assert.equal([status, stderr], [0, ''])
  const { stdout } = run(['systemd-analyze', 'security', '--offline=true', '--no-pager', server.path(UNIT)])
  const [, exposure = '10'] = /exposure level for \S+: ([\d.]+)/.exec(stdout) ?? []
  assert.ok(Number(exposure) <= 1.2, exposure)
  server.remove()
})

units('an event makes unit, keys and settings when it is on, and takes unit and settings away when it is off', () => {
  const server = serverWithGate()
  server.must('signal-event sso-update')
  const keys = ['current', 'next']
    .flatMap(name => [`${name}.key`, `${name}.crt`])
    .map(name => `/var/lib/gabarit/sso/${name}`)
  const made = ['/var/lib/gabarit/sso/gate.json', UNIT]
  for (const file of [...keys, ...made]) assert.ok(server.exists(file), file)
  for (const file of keys) assert.is(statSync(server.path(file)).mode & 0o777, 0o600, file)
  server.must('config setprop sso status disabled')
  server.must('signal-event sso-update')
  for (const file of made) assert.not(server.exists(file), file)
  for (const file of keys) assert.ok(server.exists(file), 'the provider still knows the keys')
  server.remove()
})

units('the keys roll without a gap: the next one, which the provider knows, signs', () => {
  const server = serverWithGate()
  server.must('signal-event sso-update')
  const certificates = () =>
    [...server.must('gabarit sso metadata').matchAll(/<ds:X509Certificate>([^<]+)</g)].map(([, text]) => text)
  const [former, next] = certificates()
  server.must('gabarit sso roll-keys')
  const [current, coming] = certificates()
  assert.is(current, next)
  assert.not([former, next].includes(coming))
  server.remove()
})

units.run()

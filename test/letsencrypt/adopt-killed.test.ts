// A certificate that came is taken over by a command that is killed at each of its steps: the next one makes it good, and the
// ledger counts it once.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { atStep } from '../faults/deed.ts'
import { configuration, Server } from '../services/server.ts'
import { issueAsDehydrated } from '../support/authority.ts'
import { needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'

const killed = suite('taking over a certificate')

testIf(killed, needsCommands('openssl'), 'killed at any step: neither certificate nor ledger entry is lost', () => {
  const server = new Server({
    configuration: configuration({
      letsencrypt: ['service', { status: 'enabled', ProductionCA: 'https://ca.example/directory' }],
    }),
  })
  const came = server.path('/etc/dehydrated/ca.example/example.org')
  issueAsDehydrated(server.path('/authority'), ['example.org'], came)
  const state = server.path('/var/lib/gabarit/letsencrypt')
  const files = ['privkey', 'cert', 'fullchain', 'chain'].map(kind => join(came, `${kind}.pem`))
  const hook = ['gabarit', 'letsencrypt', 'hook', 'deploy_cert', 'example.org', ...files, '1795640000']
  const run = (env: Record<string, string> = {}) =>
    server.run(hook, { env: { GABARIT_LETSENCRYPT_RUN: '1', ...env } }).status
  const history = join(state, 'ca.example/certificates/example.org')
  const counted = () => {
    const file = join(state, 'ca.example/ledger.json')
    const entries: { kind: string }[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
    return entries.map(({ kind }) => kind)
  }

  const notes = server.path('/steps')
  writeFileSync(notes, '')
  assert.is(run(atStep({ root: state, notes })), 0)
  const steps = readFileSync(notes, 'utf8').trimEnd().split('\n')
  assert.ok(steps.length > 10, steps.join('\n'))
  for (const [index, name] of steps.entries()) {
    rmSync(state, { recursive: true })
    assert.is.not(run(atStep({ root: state, step: index + 1 })), 0, name)
    const isThere = existsSync(join(history, '1795640000'))
    if (isThere) assert.equal(counted(), ['issued'], `killed at ${name}`)
    assert.is(run(), 0, name)
    assert.equal(counted(), ['issued'], `again after ${name}`)
    assert.equal(
      readdirSync(history).filter(entry => /^\d+$/.test(entry)),
      ['1795640000'],
      name,
    )
  }

  const left = join(history, '.new-17')
  mkdirSync(left)
  writeFileSync(join(left, 'privkey.pem'), 'half a key')
  // No authority answers here, but whatever a run does first is done.
  server.run(['gabarit', 'letsencrypt', 'renew'])
  assert.equal(
    readdirSync(history).filter(entry => entry.startsWith('.')),
    [],
  )
  server.remove()
})

killed.run()

import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, domain, host, Server } from '../services/server.ts'
import { TestAuthority } from '../support/authority.ts'
import { needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'

const limits = suite('gabarit letsencrypt limits')
const TZ = { TZ: 'UTC' }
const server = new Server({
  configuration: configuration({
    letsencrypt: ['service', { ProductionCA: 'https://ca.example/dir', TestCA: 'https://test.example/dir' }],
  }),
  domains: { 'example.org': domain({ letsencryptSSLcert: 'enabled' }) },
  hosts: { 'www.example.org': host({ letsencryptSSLcert: 'enabled' }) },
})
limits.after(() => server.remove())

const NAMES = ['example.org', 'www.example.org']
const day = (number: number) => Date.UTC(2026, 10, number)
const ledger = (entries: readonly object[]) =>
  server.write('/var/lib/gabarit/letsencrypt/ca.example/ledger.json', JSON.stringify(entries), 0o600)

limits('everything is left of an authority that was never asked', () => {
  const text = server.must('gabarit letsencrypt limits')
  assert.match(text, 'test: https://test.example/dir\nexample.org: a new certificate, allowed\n')
  assert.match(text, 'production: https://ca.example/dir\nexample.org: a new certificate, allowed\n')
  assert.match(text, /^ {2}exact-set {2}example\.org +5 of 5 left$/m)
})

limits('a limit that is reached is shown with the time from which more is allowed; --at looks ahead', () => {
  ledger([
    ...Array.from({ length: 5 }, () => ({ at: day(2), kind: 'issued', names: NAMES, renewal: false })),
    { at: day(2), kind: 'failed', names: NAMES, failedNames: ['www.example.org'] },
  ])
  const at = (time: string) => server.must(['gabarit', 'letsencrypt', 'limits', '--at', time], { env: TZ })
  const reached = at('2026-11-02T00:30:00Z')
  const said = 'the authority allows 5 certificates for exactly the names of example.org in 7 days'
  assert.match(reached, `refused: ${said}; the next one from 2026-11-03 09:36:00 +0000\n`)
  assert.match(reached, /^ {2}exact-set {2}example\.org +0 of 5 left, next one from 2026-11-03 09:36:00 \+0000$/m)
  assert.not.match(reached, 'failures')
  assert.match(at('2026-11-02T00:10:00Z'), /^ {2}failures {3}www\.example\.org +4 of 5 left$/m)
  assert.match(at('2026-11-03T09:36:00Z'), /^ {2}exact-set {2}example\.org +1 of 5 left$/m)
  assert.not.match(at('2026-11-03T09:36:00Z'), 'refused')
})

limits('as JSON', () => {
  const rows = JSON.parse(server.must('gabarit letsencrypt limits --json --at 2026-11-02'))
  const production = rows.find((row: { mode: string }) => row.mode === 'production')
  assert.equal(
    [rows.length, production.allowed, production.certificate, production.refusals[0].limit],
    [2, false, 'example.org', 'exact-set'],
  )
  assert.is(production.refusals[0].until, '2026-11-03T09:36:00.000Z')
})

limits('a damaged ledger is named; what is left of the other authority is shown', () => {
  const file = ledger([{ kind: 'sold' }])
  const { status, stdout, stderr } = server.run('gabarit letsencrypt limits')
  assert.is(status, 1)
  assert.match(stderr, `${file}: the ledger of the authority is damaged`)
  assert.match(stdout, 'test: https://test.example/dir\n')
  assert.not.match(stdout, 'production:')
})

limits('renew --wait would go beyond them with --force, and never end with --at: refused', () => {
  for (const option of ['--force', '--at 2027-01-01']) {
    const { status, stderr } = server.run(['gabarit', 'letsencrypt', 'renew', '--wait', ...option.split(' ')])
    assert.is(status, 2)
    assert.match(stderr, '--wait cannot be combined with --force or --at')
  }
})

testIf(limits, needsCommands('openssl'), 'revoke asks which, when two certificates have one id', () => {
  const authority = new TestAuthority(server.path('/authority'))
  const history = server.path('/var/lib/gabarit/letsencrypt/ca.example/certificates')
  for (const name of ['a.example', 'b.example']) authority.issue([name], join(history, name, '1795640000'))
  const { status, stderr } = server.run(['gabarit', 'letsencrypt', 'revoke', '1795640000'])
  assert.is(status, 3, stderr)
  assert.match(stderr, 'missing certificate name\n  Certificates: a.example b.example')
  const unknown = server.run(['gabarit', 'letsencrypt', 'revoke', '17'])
  assert.match(unknown.stderr, 'there is no certificate with the id "17"')
})

limits.run()

// Verbs that take a certificate of the history, while the authority or what was chosen is out of reach.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, domain, Server } from '../services/server.ts'
import { TestAuthority } from '../support/authority.ts'
import { needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'

const byId = suite('certificates of the history')

/** A server with certificates of an authority that does not answer, and the folder of their history. */
function serverWith(...ids: string[]): { server: Server; history: string } {
  const letsencrypt = { status: 'enabled', servers: 'none', ProductionCA: 'https://127.0.0.1:1/dir' }
  const server = new Server({
    configuration: configuration({ letsencrypt: ['service', letsencrypt] }),
    domains: { 'example.org': domain({ letsencryptSSLcert: 'enabled' }) },
  })
  server.must('signal-event post-install')
  const authority = new TestAuthority(server.path('/authority'))
  const history = server.path('/var/lib/gabarit/letsencrypt/127.0.0.1_1/certificates/example.org')
  for (const id of ids) authority.issue(['example.org'], join(history, id))
  return { server, history }
}

testIf(
  byId,
  needsCommands('openssl', 'dehydrated'),
  'a withdrawal that was begun stays begun until it is known to be done',
  () => {
    const { server, history } = serverWith('100', '200')
    const revoke = () => {
      const { status, stderr } = server.run('gabarit letsencrypt revoke 100')
      assert.is(status, 1, stderr)
      assert.match(stderr, 'not revoked: the authority cannot be reached')
    }
    const begun = join(history, '100/revoking')
    revoke()
    assert.not(existsSync(begun), 'nobody was asked: it goes on being used')
    // As a command leaves it that was killed while the authority answered.
    writeFileSync(begun, '')
    revoke()
    assert.ok(existsSync(begun))
    assert.match(server.must('gabarit letsencrypt list'), 'its revocation was interrupted')
    server.remove()
  },
)

testIf(byId, needsCommands('openssl'), 'nothing is the one before while nobody knows which one is served', () => {
  const { server, history } = serverWith('100', '200', '300')
  const crt = () => server.must('config getprop modSSL crt').trim()
  const ids = server.must('gabarit complete -- gabarit letsencrypt revoke 2')
  assert.is(ids, '200\n', 'completed')
  server.must('gabarit letsencrypt use previous')
  assert.match(crt(), '/200/')
  writeFileSync(join(history, 'choice.json'), '{')
  const { status, stderr } = server.run('gabarit letsencrypt use previous')
  assert.is(status, 3, stderr)
  assert.match(stderr, 'it is unknown which one is in service')
  assert.match(crt(), '/200/')
  server.must('gabarit letsencrypt use 100')
  assert.match(crt(), '/100/')
  server.remove()
})

byId.run()

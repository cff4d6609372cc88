// A certificate that a rollback has taken out of modSSL stays out, like one that was taken out by hand.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, domain, Server } from '../services/server.ts'
import { issueAsDehydrated } from '../support/authority.ts'
import { needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'

const taken = suite('certificates taken out')

testIf(taken, needsCommands('openssl'), 'by a rollback: the renewal leaves them out, until off forgets it', () => {
  // Nobody answers there, and nobody has to: the certificate is at hand, and not due.
  const letsencrypt = { status: 'enabled', servers: 'none', ProductionCA: 'https://127.0.0.1:1/dir' }
  const server = new Server({
    configuration: configuration({ letsencrypt: ['service', letsencrypt] }),
    domains: { 'example.org': domain({ letsencryptSSLcert: 'enabled' }) },
  })
  server.must('signal-event post-install')
  issueAsDehydrated(server.path('/authority'), ['example.org'], server.path('/etc/dehydrated/127.0.0.1_1/example.org'))
  const crt = () => server.must('db configuration printprop modSSL crt').trim()
  assert.match(server.must('gabarit letsencrypt renew'), 'modSSL: certificate set')
  assert.match(crt(), '1795640000')
  server.must('gabarit rollback')
  assert.is(crt(), '')
  assert.match(
    server.must('gabarit letsencrypt renew'),
    'modSSL: its certificate was removed by hand, so it is not set',
  )
  assert.is(crt(), '')
  server.must('gabarit letsencrypt off')
  server.must('config setprop letsencrypt status enabled')
  assert.match(server.must('gabarit letsencrypt renew'), 'modSSL: certificate set')
  server.remove()
})

taken.run()

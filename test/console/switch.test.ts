// Turning the console on and off.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, Server } from '../services/server.ts'

const console = suite('gabarit web enable and disable')
const LINK = /^https:\/\/example\.org\/server-manager\/welcome\/\S+$/m
const UNIT = '/etc/systemd/system/gabarit-web.service'

console('enable makes all of it and a one-time address; disable removes it; the user stays', () => {
  const server = new Server({ configuration: configuration() })
  const look = server.must('gabarit web enable --dry-run')
  assert.match(look, `+++ ${UNIT}`)
  assert.not.match(look, LINK)
  assert.not(server.exists(UNIT))
  assert.is(server.must('config getprop httpd-admin status'), 'disabled\n')
  assert.match(server.must('gabarit web enable alice'), LINK)
  assert.ok(server.exists(UNIT))
  assert.ok(server.site('example.org', 443).some(line => line.startsWith('ProxyPass /server-manager unix:')))
  server.must('gabarit web disable')
  assert.not(server.exists(UNIT))
  assert.ok(server.site('example.org', 443).includes('RedirectMatch 404 ^/server-manager(/|$)'))
  assert.not.match(server.must('signal-event --dry-run console-save'), 'gabarit-web')
  server.remove()
})

console('the first user is called as whoever uses sudo, else admin; the address is as browsers show it', () => {
  const server = new Server({ configuration: configuration() })
  server.must('config setprop modSSL TCPPort 8443')
  server.must('config set DomainName Example.ORG')
  assert.match(
    server.must('gabarit web enable', { env: { SUDO_USER: '' } }),
    'https://example.org:8443/server-manager/welcome/',
  )
  assert.match(server.read('/var/lib/gabarit/console/invitations.json'), '"user": "admin"')
  server.must('gabarit web enable', { env: { SUDO_USER: 'bob' } })
  assert.match(server.read('/var/lib/gabarit/console/invitations.json'), '"user": "bob"')
  server.remove()
})

console('it is refused without httpd or HTTPS, and nothing is changed', () => {
  for (const key of ['httpd', 'modSSL']) {
    const server = new Server({ configuration: configuration() })
    server.must(`config setprop ${key} status disabled`)
    const { status, stderr } = server.run('gabarit web enable')
    assert.is(status, 3)
    assert.match(stderr, `the console needs ${key}\n  config setprop ${key} status enabled`)
    assert.is(server.must('config getprop httpd-admin status'), 'disabled\n')
    server.remove()
  }
})

console.run()

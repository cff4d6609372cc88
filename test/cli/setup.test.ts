import { existsSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { converse } from '../support/converse.ts'
import { Sandbox } from '../support/sandbox.ts'

const setup = suite('setup')

/** What `gabarit setup` asks. */
const QUESTION = /^.*(?:Domain of this server|Name of this server|E-mail address|Save this).*(?:: |\] )/gm
const typed = (...lines: string[]) => lines.map(line => () => `${line}\n`)

setup('an event that fills the databases is refused without a domain, and names the ways out', () => {
  const box = new Sandbox()
  box.write('/etc/hostname', 'image.localdomain\n')
  for (const event of ['post-install', 'console-save', '--dry-run post-install', '--check post-install']) {
    const { status, stderr } = box.run(`signal-event ${event}`)
    assert.is(status, 3, event)
    assert.match(stderr, /^ {2}config set DomainName example\.org\n {2}signal-event (post-install|console-save)\n/m)
  }
  assert.not(box.exists('/etc/hosts'))
  assert.is(box.run('config keys').status, 1, 'nothing was changed')
  box.must('gabarit initialize-default-databases')
  assert.is(box.run('config get DomainName').status, 1, 'no value is invented')
  // A server that has been set up with it goes on.
  box.must('config set DomainName localdomain')
  box.must('signal-event console-save')
  box.remove()
})

setup('takes its answers from options, and says what is missing', () => {
  const box = new Sandbox()
  const missing = box.run('gabarit setup')
  assert.equal([missing.status, missing.stdout], [2, ''])
  assert.match(missing.stderr, 'gabarit setup --domain VALUE\n  Nothing was changed.')
  assert.is(box.run(['gabarit', 'setup', '--domain', 'a b']).status, 3)
  const options = ['--domain', 'example.org', '--name', 'mine', '--email', 'admin@example.org']
  assert.match(box.must(['gabarit', 'setup', ...options, '--dry-run']), '+ServerName mine.example.org')
  assert.is(box.run('config keys').status, 1, 'nothing was changed')
  box.must(['gabarit', 'setup', ...options])
  assert.match(box.read('/etc/httpd/conf/httpd.conf'), 'ServerName mine.example.org\n')
  assert.is(box.must('config getprop letsencrypt email'), 'admin@example.org\n')
  assert.is(box.must('config getprop letsencrypt status'), 'disabled\n')
  // A second time only what is given changes.
  assert.not.match(box.must('gabarit setup --name other'), 'post-install')
  assert.match(box.read('/etc/httpd/conf/httpd.conf'), 'ServerName other.example.org\n')
  box.remove()
})

setup('at a terminal it asks, suggests, shows the plan, and a no changes nothing', async () => {
  const box = new Sandbox()
  box.write('/etc/hostname', 'found.example.net\n')
  const no = await converse(box, 'gabarit setup', typed('not a name', 'example.org', '', '', 'd', 'n'), QUESTION)
  assert.is(no.status, 1, no.stdout)
  for (const part of ['Domain of this server [example.net]: ', '"not a name" is not a host name', '[found]: '])
    assert.match(no.stdout, part)
  const [, summary = '', details = ''] =
    /(signal-event post-install would make:.*?)Save this(.*)/s.exec(no.stdout) ?? []
  assert.ok(summary.split('\n').length <= 25, summary)
  assert.match(summary, /^14 files \(created 12, linked 2\)\r\n {2}\/etc\/cron\.d +2\r$/m)
  assert.match(summary, /^would adjust httpd: restart apache2/m)
  assert.not.match(summary, 'ServerName')
  assert.match(details, '+ServerName found.example.org')
  assert.match(no.stdout, 'nothing was changed')
  assert.not(existsSync(box.path('/var/lib/gabarit/db')))
  const yes = await converse(box, 'gabarit setup', typed('', 'mine', 'admin@example.org', 'y'), QUESTION)
  assert.is(yes.status, 0, yes.stdout)
  assert.match(box.read('/etc/httpd/conf/httpd.conf'), 'ServerName mine.example.net\n')
  box.remove()
})

setup.run()

// The real logrotate with the file that an event made: nothing of it grows for ever, and nothing is rotated twice.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { must, Sandbox } from '../support/sandbox.ts'
import { needsRoot, testIf } from '../support/skip.ts'

const reason = needsRoot() ?? needsCommands('logrotate')
const logrotate = suite('logrotate')

testIf(logrotate, reason, 'rotates what the web servers write, and keeps what the distribution rotates to it', () => {
  const site = new Sandbox()
  const logs = join(site.root, 'logs')
  mkdirSync(logs, { mode: 0o700 })
  site.must('config set DomainName example.org')
  site.must('signal-event post-install')
  const file = join(site.root, 'etc/logrotate.d/gabarit')
  // Debian's own files rotate *.log of both servers: a file that is named twice stops logrotate.
  assert.match(readFileSync(file, 'utf8'), /^"\/var\/log\/apache2\/\*_log" \{$/m)
  site.must(`config setprop httpd LogDir ${logs}`)
  site.must(`config setprop nginx status enabled LogDir ${logs}`)
  site.must('signal-event nginx-update')
  for (const name of ['example.org-error_log', 'error.log']) writeFileSync(join(logs, name), 'a line\n')
  must(['logrotate', '--force', '--state', join(site.root, 'state'), file])
  for (const name of ['example.org-error_log', 'error.log']) {
    assert.is(readFileSync(join(logs, name), 'utf8'), '')
    assert.is(readFileSync(join(logs, `${name}.1`), 'utf8'), 'a line\n')
  }
  site.remove()
})

logrotate.run()

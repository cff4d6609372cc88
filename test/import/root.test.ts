// An old server on this very machine comes in from `/`, where everything is at its own place. In a namespace.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const reason = enterNamespace('server') ?? needsCommands('perl')
const root = suite('gabarit import --server /')

const FILES = {
  '/var/lib/nethserver/db/configuration': [
    'DomainName=example.org',
    'SystemName=server',
    'LocalIP=192.168.1.1',
    'httpd=service|access|green|status|enabled',
    '',
  ].join('\n'),
  '/var/lib/nethserver/db/hosts': 'nas=local|IpAddress|192.168.1.9\n',
  '/etc/e-smith/templates-custom/etc/hosts/60Own': '{ $OUT = "# own $SystemName\\n" }\n',
  '/etc/e-smith/templates-custom/etc/own.conf/10Name': '%\\{NAME\\} { $DomainName }\n',
  '/etc/e-smith/events/own-update/templates2expand/etc/own.conf': '',
}

testIf(root, reason, 'it comes in, its events run, and it is taken back', () => {
  const box = new Sandbox()
  const here = { env: { GABARIT_ROOT: '/' } }
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  const before = readFileSync('/etc/hosts', 'utf8')
  const said = box.must('gabarit import --server /', here)
  assert.match(said, 'NethServer: brings in')
  assert.match(box.must('gabarit import --server /', here), 'NethServer: everything is here already')
  box.must('signal-event post-upgrade', here)
  box.must('signal-event own-update', here)
  assert.match(readFileSync('/etc/hosts', 'utf8'), /^192\.168\.1\.9 nas\.example\.org\n[\s\S]*^# own server$/m)
  assert.match(readFileSync('/etc/own.conf', 'utf8'), /^%\{NAME\} example\.org$/m)
  box.must('gabarit rollback 1', here)
  assert.is(readFileSync('/etc/hosts', 'utf8'), before)
  assert.is(
    readFileSync('/etc/e-smith/templates-custom/etc/hosts/60Own', 'utf8'),
    FILES['/etc/e-smith/templates-custom/etc/hosts/60Own'],
  )
  rmSync('/var/lib/nethserver', { recursive: true })
  box.remove()
})

root.run()

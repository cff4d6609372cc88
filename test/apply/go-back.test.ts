// A change that every checker likes and no service survives: files, databases and services go back. Real s6 and Apache, on
// `/`, in private namespaces.

import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { ask } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service } from '../support/s6.ts'
import { must, type Outcome, PROJECT, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'
import { waitFor } from '../support/wait.ts'
import { startWebServer } from '../support/web-server.ts'

const reason = needsCommands('apache2', 's6-svscan', 'curl', 'openssl') ?? enterNamespace('go-back')
const back = suite('going back')
const step = stepsOf(back, reason)
const daemons = new Daemons()
const scan = '/run/service'
const type = (line: string) => must(words(line))
const newest = () => JSON.parse(type('gabarit history --limit 1 --json'))[0]
const squatters: Server[] = []

back.after(async () => {
  for (const one of squatters) one.close()
  await daemons.stopAll()
})

step('a web server and a small daemon run', async () => {
  await startWebServer(daemons, scan, 'the old site\n')

  mkdirSync('/etc/gabarit/db/configuration', { recursive: true })
  writeFileSync(
    '/etc/gabarit/db/configuration/ported.json',
    JSON.stringify({ type: 'service', health: { tcp: ['TCPPort'] }, properties: { TCPPort: { format: 'port' } } }),
  )
  const site = (path: string, text: string) =>
    must(['sh', '-c', 'mkdir -p "$(dirname "$1")" && printf %s "$2" > "$1"', 'sh', path, text])
  site(
    '/etc/gabarit/templates/etc/ported.conf',
    'port <%= config.ported?.TCPPort %>\nmode <%= config.ported?.mode %>\n',
  )
  site('/etc/gabarit/templates/etc/ported.conf.template.json', '{"notify": ["ported:reload"]}')
  site('/etc/gabarit/events/ported-update/templates2expand/etc/ported.conf', '')
  type('config set ported service status enabled TCPPort 7001 mode work ReloadSignal HUP')
  addS6Service(
    scan,
    'ported',
    `#!/bin/sh\nexec ${process.execPath} ${join(PROJECT, 'test/support/port-daemon.mjs')} /etc/ported.conf\n`,
  )
  type('expand-template /etc/ported.conf')
  must(['s6-svc', '-u', join(scan, 'ported')])
  await waitFor('the daemon', () => run(['sh', '-c', 'exec 3<>/dev/tcp/127.0.0.1/7001']).status === 0 || ask7001())
  type('signal-event ported-update --comment ready')
})

/** Whether the small daemon answers on its old port. */
function ask7001(): boolean {
  return served().startsWith('port 7001')
}

/** The configuration that the small daemon has read. */
function served(): string {
  return run(['curl', '-s', '--max-time', '2', '--http0.9', 'http://127.0.0.1:7001/']).stdout
}

step('ports that somebody else has: the old site answers, exit 4, all is as before', async () => {
  for (const port of [8080, 8443]) {
    const squatter = createServer(socket => socket.end()).listen(port, '0.0.0.0')
    squatters.push(squatter)
    await once(squatter, 'listening')
  }
  const before = treeState('/etc/httpd')
  const httpd = type('config show httpd')
  type('config setprop httpd TCPPort 8080')
  type('config setprop modSSL TCPPort 8443')
  // The same process must answer the health check: it must not sit on the port and say nothing.
  const { status, stdout, stderr } = run(['signal-event', 'console-save'])
  assert.is(status, 4, `${stdout}${stderr}`)
  assert.match(stderr, 'httpd does not come up')
  for (const port of [8080, 8443])
    assert.match(stderr, RegExp(`tcp port ${port} is held by .*\\(process ${process.pid}\\)`))
  assert.match(stderr, 'Files, databases and services were rolled back')
  assert.equal(
    treeChanges(before, treeState('/etc/httpd')).filter(line => !/conf: |ino|httpd\.conf: /.test(line)),
    [],
  )
  assert.match(readFileSync('/etc/httpd/conf/httpd.conf', 'utf8'), /^Listen 80$/m)
  assert.is(type('config show httpd'), httpd)
  await waitFor('the old site', () => ask('http://127.0.0.1/').body === 'the old site\n')
  const entry = newest()
  assert.is(entry.outcome, 'rolled back')
  assert.equal(entry.paths, ['/etc/httpd/conf/httpd.conf'])
  assert.match(entry.problems.join(), 'httpd does not come up')
  assert.match(type(`gabarit show ${entry.id}`), /^-Listen 80$(.*\n)*^\+Listen 8080$/m)
  assert.match(type('gabarit status'), 'nothing to do', 'its ends are mended')
  assert.is(run(['signal-event', 'console-save']).status, 0, 'the next event is not held up')
})

step('a service that does not answer any more after its reload: the same', async () => {
  type('config setprop ported mode hang')
  const { status, stderr } = run(['signal-event', 'ported-update'], { timeoutSeconds: 90 })
  assert.is(status, 4, stderr)
  assert.match(stderr, 'nothing answers on TCP port 7001')
  assert.is(type('config getprop ported mode'), 'work\n')
  assert.match(readFileSync('/etc/ported.conf', 'utf8'), 'mode work')
  await waitFor('the daemon', ask7001)
  assert.is(newest().outcome, 'rolled back')
})

step('a service that was down before is reported, and takes nothing back', () => {
  must(['s6-svc', '-wd', '-d', join(scan, 'ported')])
  type('config setprop ported mode other')
  const { status, stderr } = run(['signal-event', 'ported-update'], { timeoutSeconds: 90 })
  assert.is(status, 1, stderr)
  assert.match(stderr, 'ported is not running')
  assert.match(readFileSync('/etc/ported.conf', 'utf8'), 'mode other')
  assert.is(newest().outcome, 'failed')
  must(['s6-svc', '-u', join(scan, 'ported')])
})

/** An event that restarts the small daemon, with a mode; a restart may take two seconds. */
function restartWith(mode: string): Outcome {
  mkdirSync('/etc/gabarit/events/ported-restart/templates2expand/etc', { recursive: true })
  mkdirSync('/etc/gabarit/events/ported-restart/services2adjust', { recursive: true })
  writeFileSync('/etc/gabarit/events/ported-restart/templates2expand/etc/ported.conf', '')
  writeFileSync('/etc/gabarit/events/ported-restart/services2adjust/ported', 'restart\n')
  type(`config setprop ported mode ${mode}`)
  return run(['signal-event', 'ported-restart'], { env: { GABARIT_SERVICE_TIMEOUT: '2' }, timeoutSeconds: 90 })
}

step('an adjustment that hangs while the service is well: the files stay, it waits, and is tried again', async () => {
  await waitFor('the daemon', ask7001)
  const waited = run(['signal-event', 'ported-update'])
  assert.is(waited.status, 0, `${waited.stdout}${waited.stderr}`)
  type('config setprop ported mode stubborn')
  type('signal-event ported-update')
  await waitFor('the new mode', () => served().includes('mode stubborn'))
  const { status, stdout, stderr } = restartWith('patient')
  assert.is(status, 1, `${stdout}${stderr}`)
  assert.match(stderr, 'did not end within 2 s and was killed')
  assert.match(stderr, 'The next event will try again')
  assert.match(readFileSync('/etc/ported.conf', 'utf8'), 'mode patient')
  assert.match(served(), 'mode stubborn')
  assert.match(type('gabarit status'), 'ported: restart')
  assert.is(newest().outcome, 'failed')
  must(['s6-svc', '-k', join(scan, 'ported')])
  await waitFor('the daemon', ask7001)
  assert.match(type('signal-event console-save'), 'adjusted ported')
  await waitFor('the new mode', () => served().includes('mode patient'))
  assert.match(type('gabarit status'), 'nothing to do')
})

step('an adjustment that hangs and leaves the service ill: it goes back', async () => {
  type('config setprop ported mode deaf')
  type('signal-event ported-update')
  await waitFor('the new mode', () => served().includes('mode deaf'))
  const { status, stdout, stderr } = restartWith('lively')
  assert.is(status, 4, `${stdout}${stderr}`)
  assert.match(stderr, 'did not end within 2 s and was killed')
  assert.match(stderr, 'nothing answers on TCP port 7001')
  assert.match(stderr, 'Files, databases and services were rolled back')
  assert.match(readFileSync('/etc/ported.conf', 'utf8'), 'mode deaf')
  assert.is(type('config getprop ported mode'), 'deaf\n')
  await waitFor('the old service', () => served().includes('mode deaf'))
  assert.match(type('gabarit status'), 'nothing to do')
})

back.run()

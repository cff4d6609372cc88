// What makes all files when the machine starts: a unit of systemd, judged by systemd itself, and a line of cron.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { BIN, run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'
import { configuration, Server } from './server.ts'

const units = suite('units of the start of the machine')
const UNIT = '/etc/systemd/system/gabarit-boot.service'
const CRON = '/etc/cron.d/gabarit-boot'

testIf(units, needsCommands('systemd-analyze'), 'systemd accepts the unit and starts it before the web servers', () => {
  const server = new Server()
  server.must(`expand-template ${UNIT}`)
  const { status, stderr } = run(['systemd-analyze', 'verify', server.path(UNIT)])
  assert.equal([status, stderr], [0, ''])
  const link = server.path('/etc/systemd/system/multi-user.target.wants/gabarit-boot.service')
  assert.is(run(['readlink', '-f', link]).stdout, `${server.path(UNIT)}\n`)
  const order = /^Before=(.*)$/m.exec(server.read(UNIT))?.[1]?.split(' ') ?? []
  assert.ok(order.includes('apache2.service') && order.includes('nginx.service'), order.join())
  assert.match(server.read(UNIT), '\nStandardOutput=null\n', 'the event writes the log: it would be there twice')
  assert.not(order.includes('ssh.service'), 'nothing keeps an administrator out')
  server.remove()
})

units('what it runs changes nothing that is up to date, and adjusts nothing', () => {
  const server = new Server({ configuration: configuration() })
  server.must('signal-event console-save')
  const [command = ''] = /(?<=^ExecStart=).*$/m.exec(server.read(UNIT)) ?? []
  assert.is(command, `"${BIN}/signal-event" bootstrap-console-save`)
  const before = treeState(server.path('/etc'))
  const { status, stdout } = server.run(['sh', '-c', command])
  assert.is(status, 0)
  assert.not.match(stdout, 'adjusted')
  assert.equal(treeChanges(before, treeState(server.path('/etc'))), [])
  server.must('config setprop httpd TCPPort 8080')
  assert.not.match(server.must(['sh', '-c', command]), 'adjusted')
  assert.match(server.read('/etc/httpd/conf/httpd.conf'), 'Listen 8080')
  server.remove()
})

units('cron runs the same once, unless systemd does', () => {
  const server = new Server()
  const line = server.lines(CRON).at(-1) ?? ''
  const command = `${BIN}/signal-event bootstrap-console-save >/dev/null`
  assert.is(line, `@reboot root [ -d /run/systemd/system ] || ${command}`)
  const says = (folder: string) =>
    run([
      'sh',
      '-c',
      line
        .replace('@reboot root ', '')
        .replace('/run/systemd/system', folder)
        .replace(/\|\| .*/, '|| echo runs'),
    ]).stdout
  assert.equal([says(server.root), says(server.path('/none'))], ['', 'runs\n'])
  server.remove()
})

units.run()

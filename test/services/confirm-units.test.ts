// What sees to confirmations when nobody types a command: a unit of systemd, judged by systemd itself, and a line of cron.
import { writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { Server } from './server.ts'

const units = suite('units of confirmations')

testIf(units, needsCommands('systemd-analyze'), 'systemd accepts the unit, which starts with the machine', () => {
  const server = new Server()
  server.must('expand-template /etc/systemd/system/gabarit-confirm.service')
  const unit = server.path('/etc/systemd/system/gabarit-confirm.service')
  const { status, stderr } = run(['systemd-analyze', 'verify', unit])
  assert.is(status, 0)
  assert.is(stderr, '')
  const link = server.path('/etc/systemd/system/sysinit.target.wants/gabarit-confirm.service')
  assert.is(run(['readlink', '-f', link]).stdout, `${unit}\n`)
  server.remove()
})

units('cron starts the command only while something waits', () => {
  const server = new Server()
  const line = server.lines('/etc/cron.d/gabarit-confirm').at(-1) ?? ''
  assert.match(line, /^\* \* \* \* \* root \[ /)
  const waits = server.path('/var/lib/gabarit/confirmation.json')
  const command = line
    .replace('* * * * * root ', '')
    .replace('/var/lib/gabarit/confirmation.json', waits)
    .replace(/\|\| .*/, '|| echo started')
  assert.is(run(['sh', '-c', command]).stdout, '')
  writeFileSync(waits, '{}')
  assert.is(run(['sh', '-c', command]).stdout, 'started\n')
  assert.is(
    run(['sh', '-c', line.replace(/.*\|\| /, '').replace('expired', 'status')], { env: { GABARIT_ROOT: '/tmp' } })
      .status,
    0,
  )
  server.remove()
})

units.run()

// A daemon that ends soon after each start, and whose manager starts it again and again, answers in bursts: it is not well.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { startSupervisord } from '../support/supervisord.ts'
import { waitFor } from '../support/wait.ts'

const loop = suite('a crash loop')
const needed = needsCommands('s6-svscan', 's6-svc', 's6-log', 'supervisord', 'supervisorctl')
const step = stepsOf(loop, needed ?? enterNamespace('loop'))
const daemons = new Daemons()
const [SCAN, BAD, LOG] = ['/run/service', '/run/bad', '/run/burst-log']
const env = (manager: string) => ({ GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: manager, S6_SCANDIR: SCAN })

/** Ends by a signal or soon after its start, once the file is there. */
const BURST = `#!/bin/sh
trap 'exit 1' HUP
if [ -e ${BAD} ]; then echo 'line 3: unknown word'; sleep 0.3; exit 1; fi
while :; do sleep 0.05; done
`

loop.after(() => daemons.stopAll())

/** What event and doctor say of the loop that begins with the next reload. */
function testLoop(manager: string, how: string): void {
  writeFileSync(BAD, '')
  const event = run(words('signal-event again'), { env: env(manager), timeoutSeconds: 120 })
  assert.is(event.status, 1, event.stderr)
  assert.match(event.stderr, 'burst does not come up: it ends and is started again and again')
  const told = RegExp(
    `burst is started again and again: it ended \\d+ times within a minute, last with ${how}; ` +
      'its log ends with(\\n.*)*line 3: unknown word',
  )
  assert.match(event.stderr, told, event.stderr)
  const doctor = run(words('gabarit doctor'), { env: env(manager) })
  assert.match(doctor.stdout, told, doctor.stdout)
  rmSync(BAD)
}

step('s6: event and doctor tell it, with the log', async () => {
  await startS6(daemons, SCAN)
  mkdirSync(join(SCAN, 'burst/log'), { recursive: true })
  writeFileSync(join(SCAN, 'burst/log/run'), `#!/bin/sh\nexec s6-log n2 ${LOG}\n`, { mode: 0o755 })
  writeFileSync(join(SCAN, 'burst/finish'), '#!/bin/sh\nsleep 1.5\n', { mode: 0o755 })
  addS6Service(SCAN, 'burst', BURST)
  mkdirSync('/etc/gabarit/events/again/services2adjust', { recursive: true })
  writeFileSync('/etc/gabarit/events/again/services2adjust/burst', 'reload-or-restart\n')
  must(words('config set burst service status enabled'))
  must(words('config set DomainName example.org'))
  must(words('signal-event again'), { env: env('s6') })
  testLoop('s6', 'exitcode 1')
})

step('s6: a service that was restarted several times is well', async () => {
  must(words(`s6-svc -wd -d ${SCAN}/burst`))
  addS6Service(SCAN, 'well', '#!/bin/sh\nexec sleep 1000\n')
  must(words('config set well service status enabled'))
  must(words('config setprop burst status disabled'))
  must(words(`s6-svc -wu -u ${SCAN}/well`))
  for (let count = 0; count < 4; count++) must(words(`s6-svc -wr -r ${SCAN}/well`))
  assert.not.match(run(words('gabarit doctor'), { env: env('s6') }).stdout, /well/)
  must(words(`s6-svc -wd -d ${SCAN}/well`))
  assert.match(
    run(words('gabarit doctor'), { env: env('s6') }).stdout,
    /well does not run: well is down .*To start it: signal-event console-save/,
  )
})

step('s6: one in a loop that takes longer to fail than the others are watched; nothing is rolled back', async () => {
  addS6Service(SCAN, 'slow', '#!/bin/sh\nsleep 1.4\nexit 1\n')
  mkdirSync('/etc/gabarit/events/slow-again/templates2expand/etc', { recursive: true })
  writeFileSync('/etc/gabarit/events/slow-again/templates2expand/etc/slow.conf', '')
  mkdirSync('/etc/gabarit/templates/etc', { recursive: true })
  writeFileSync('/etc/gabarit/templates/etc/slow.conf', '<%= config.slow.Word %>\n')
  writeFileSync('/etc/gabarit/templates/etc/slow.conf.template.json', '{"notify": ["slow:reload-or-restart"]}')
  must(words('config set slow service status enabled Word one'))
  must(words(`s6-svc -u ${SCAN}/slow`))
  await waitFor('three ends', () => must(words(`s6-svdt ${SCAN}/slow`)).split('\n').length > 3, 20)
  const { status, stderr } = run(words('signal-event slow-again'), { env: env('s6'), timeoutSeconds: 120 })
  assert.is(status, 1, stderr)
  assert.match(stderr, 'slow does not come up: it ends and is started again and again')
  assert.is(readFileSync('/etc/slow.conf', 'utf8').trim().split('\n').at(-1), 'one')
  must(words('config delete slow'))
  must(words(`s6-svc -d ${SCAN}/slow`))
})

step('supervisord: event and doctor tell it, with the log', async () => {
  must(words('config delete well'))
  must(words('config setprop burst status enabled'))
  writeFileSync('/run/burst', BURST, { mode: 0o755 })
  await startSupervisord(daemons, { burst: '/run/burst' }, 'startsecs=0\nautorestart=true\n')
  must(words('signal-event again'), { env: env('supervisord') })
  testLoop('supervisord', 'exit status 1')
})

loop.run()

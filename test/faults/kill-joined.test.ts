// What an event asks of services that an action signals within another one waits for the outer one, also when that is killed. The
// manager is a script that kills who asks it: no real one does at the same moment each time.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BIN, Sandbox } from '../support/sandbox.ts'

const joined = suite('requests of events within an event')

const MANAGER = `#!/bin/sh
[ "$1" = status ] && { echo "$2 RUNNING"; exit; }
[ "$1" = maintail ] && exit
[ -n "$LASTS" ] || { kill -9 $PPID; exit; }
echo "$*" >> "$0.log"
`

joined('killed while the first service is adjusted: the next event adjusts all of them, once', () => {
  const box = new Sandbox()
  for (const name of ['mail', 'web']) {
    box.must(`config set ${name} service status enabled`)
    box.write(`/etc/gabarit/events/inner/services2adjust/${name}`, 'reload\n')
  }
  box.write('/etc/gabarit/events/outer/S01inner', '#!/bin/sh\nsignal-event inner\n', 0o755)
  box.write('/etc/gabarit/events/nothing/services2adjust/nobody', '')
  box.write('/bin/supervisorctl', MANAGER, 0o755)
  const env = { GABARIT_SERVICE_MANAGER: 'supervisord', PATH: `${box.path('/bin')}:${BIN}:${process.env.PATH}` }
  assert.match(box.run('signal-event outer', { env }).stderr, 'killed by SIGKILL')
  // By its environment: what the killed one has started may still come to it.
  const lasting = { ...env, LASTS: 'yes' }
  for (let time = 1; time <= 2; time++) assert.is(box.run('signal-event nothing', { env: lasting }).status, 0)
  const log = box.read('/bin/supervisorctl.log').trimEnd().split('\n').sort()
  assert.equal(log, ['signal HUP mail', 'signal HUP web'])
  box.remove()
})

joined.run()

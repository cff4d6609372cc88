import { suite } from 'uvu'
import { Daemons } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must } from '../support/sandbox.ts'
import { type Supervisor, testServiceManager } from '../support/service-manager.ts'
import { startSupervisord } from '../support/supervisord.ts'

// supervisorctl reads /etc/supervisor/supervisord.conf: in the namespace it is ours.
const reason = needsCommands('supervisord', 'supervisorctl') ?? enterNamespace('supervised')

const supervisord = suite('supervisord')
const daemons = new Daemons()

const supervisor: Supervisor = {
  name: 'supervisord',
  async start(commands) {
    const lines = Object.entries(commands).map(([name, command]) => [name, command.join(' ')])
    await startSupervisord(daemons, Object.fromEntries(lines), 'autostart=false\nstartsecs=0\nautorestart=false\n')
  },
  up: service => must(['supervisorctl', 'start', service]),
  kill: service => must(['supervisorctl', 'signal', 'KILL', service]),
}

testServiceManager(supervisord, supervisor, reason)
supervisord.after(() => daemons.stopAll())
supervisord.run()

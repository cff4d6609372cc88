import { writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import { Daemons } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must, run } from '../support/sandbox.ts'
import { type Supervisor, testServiceManager } from '../support/service-manager.ts'

// supervisorctl reads /etc/supervisor/supervisord.conf: in the namespace it is ours.
const reason = needsCommands('supervisord', 'supervisorctl') ?? enterNamespace('supervised')

const supervisord = suite('supervisord')
const daemons = new Daemons()
const FILE = '/etc/supervisor/supervisord.conf'
const HEAD = `[supervisord]
logfile=/run/supervisord.log
pidfile=/run/supervisord.pid
[unix_http_server]
file=/run/supervisor.sock
[supervisorctl]
serverurl=unix:///run/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
`

const supervisor: Supervisor = {
  name: 'supervisord',
  async start(commands) {
    const programs = Object.entries(commands).map(
      ([name, command]) =>
        `[program:${name}]\ncommand=${command.join(' ')}\nautostart=false\nstartsecs=0\nautorestart=false\n`,
    )
    writeFileSync(FILE, HEAD + programs.join(''))
    const answers = () => run(['supervisorctl', 'pid']).status === 0
    await daemons.start('supervisord', ['supervisord', '-n', '-c', FILE], answers)
  },
  up: service => must(['supervisorctl', 'start', service]),
  kill: service => must(['supervisorctl', 'signal', 'KILL', service]),
}

testServiceManager(supervisord, supervisor, reason)
supervisord.after(() => daemons.stopAll())
supervisord.run()

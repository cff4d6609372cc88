import { writeFileSync } from 'node:fs'
import type { Daemons } from './daemons.ts'
import { run } from './sandbox.ts'

// supervisorctl reads this file: in a private namespace it is ours.
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

/**
 * Starts supervisord, which knows these programs.
 * @param commands by name of the program
 * @param options further lines for each of them, such as `autostart=false`
 */
export async function startSupervisord(
  daemons: Daemons,
  commands: Readonly<Record<string, string>>,
  options: string,
): Promise<void> {
  const programs = Object.entries(commands).map(
    ([name, command]) => `[program:${name}]\ncommand=${command}\n${options}`,
  )
  writeFileSync(FILE, HEAD + programs.join(''))
  const answers = () => run(['supervisorctl', 'pid']).status === 0
  await daemons.start('supervisord', ['supervisord', '-n', '-c', FILE], answers)
}

// What systemd does against the records: units that do not run, a socket in front of sshd, drop-ins that change a command.
// systemd itself cannot run in a test: a stand-in answers as systemctl(1) of systemd 252 does.
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { write } from '../support/real-root.ts'
import { BIN, must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'

const scenario = suite('what systemd does')
const step = stepsOf(scenario, needsCommands('sshd', 'bash') ?? enterNamespace('units'))

/** Prints a line of the file /run/units/UNIT for each property that is asked for: `ActiveState=active`. */
const SYSTEMCTL = `#!/bin/sh
of() { sed -n "s/^$1=//p" "/run/units/$2" 2>/dev/null; }
case $1 in
  is-active) shift 2; for unit; do state=$(of ActiveState "$unit"); echo "\${state:-inactive}"; done ;;
  is-enabled) echo enabled ;;
  show)
    property=\${2#--property=}
    [ "$3" != --value ] || { of "$property" "$5"; exit; }
    [ -e "/run/units/$4" ] || { printf 'LoadState=not-found\\nActiveState=inactive\\n'; exit; }
    grep -E "^($(echo "$property" | tr , '|'))=" "/run/units/$4" ;;
esac
`
const env = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'systemd', PATH: `/run/stand-in:${BIN}:${process.env.PATH}` }
const unit = (name: string, ...properties: string[]) => write(`/run/units/${name}`, `${properties.join('\n')}\n`)
const RUNS = ['LoadState=loaded', 'ActiveState=active', 'Result=success']

/** `gabarit verify --effective` says exactly this. */
function says(...expected: string[]): void {
  const { stdout } = run(words('gabarit verify --effective'), { env })
  assert.equal(
    stdout.trimEnd().split('\n'),
    expected.length === 0 ? ['everything matches the databases and templates'] : expected,
  )
}

step('a server with sshd', () => {
  mkdirSync('/run/systemd/system', { recursive: true })
  mkdirSync('/run/sshd', { recursive: true })
  must(['ssh-keygen', '-A'])
  write('/run/stand-in/systemctl', SYSTEMCTL, 0o755)
  write('/run/stand-in/journalctl', '#!/bin/sh\necho "bind: Address already in use"\n', 0o755)
  for (const line of ['config set DomainName example.org', 'config set httpd service status disabled'])
    must(words(line))
  must(words('signal-event post-install'), { env: { ...env, GABARIT_SERVICE_MANAGER: 'none' } })
  unit('ssh.service', ...RUNS)
  says()
})

step('a unit that does not run is told with its state and the way out; one that systemd does not have is not', () => {
  const stopped = ['LoadState=loaded', 'ActiveState=inactive', 'Result=success']
  unit('ssh.service', ...stopped)
  says('sshd does not run: ssh.service is stopped. To start it: systemctl start ssh.service')
  unit('ssh.service', 'LoadState=masked', 'ActiveState=inactive', 'Result=success')
  says(
    'sshd does not run: ssh.service is masked. To start it: systemctl unmask ssh.service && systemctl start ssh.service',
  )
  unit('ssh.service', 'LoadState=loaded', 'ActiveState=failed', 'Result=exit-code')
  says(
    'sshd does not run: ssh.service has failed (exit-code); its journal ends with',
    '  bind: Address already in use. To see more: systemctl status ssh.service',
  )
  rmSync('/run/units/ssh.service')
  says()
  unit('ssh.service', ...stopped)
  unit('ssh.socket', 'ActiveState=active', 'Listen=[::]:22 (Stream)')
  says()
})

step('a port that the socket of systemd does not have is refused: nobody would get in', () => {
  must(words('config setprop sshd TCPPort 2222'))
  const refused = run(words('signal-event remoteaccess-update'), { env })
  assert.is(refused.status, 3, refused.stderr)
  assert.match(
    refused.stderr,
    'sshd TCPPort: 2222 is wanted, but 22 would hold: ssh.socket decides. To have sshd listen itself: systemctl disable --now ssh.socket; systemctl enable --now ssh.service',
  )
  unit('ssh.socket', 'ActiveState=active', 'Listen=0.0.0.0:2222 (Stream)', 'Listen=[::]:2222 (Stream)')
  assert.is(run(words('signal-event remoteaccess-update'), { env }).status, 0)
  says()
})

step('a service that was enabled after the last event is started by its event, not by hand', () => {
  const stopped = ['LoadState=loaded', 'ActiveState=inactive', 'Result=success']
  for (const name of ['nginx.service', 'apache2.service']) unit(name, ...stopped)
  must(words('config setprop nginx status enabled'))
  must(words('config setprop httpd status enabled'))
  const { stdout } = run(words('gabarit status'), { env })
  assert.match(stdout, 'nginx does not run: nginx.service is stopped. To start it: signal-event nginx-update\n')
  assert.match(stdout, 'httpd does not run: apache2.service is stopped. To start it: signal-event console-save\n')
  must(words('gabarit discard'))
  says()
})

step('a drop-in that gives the daemon another file is named', () => {
  const daemon = spawn('bash', ['-c', 'exec -a "sshd: /usr/sbin/sshd -D -f /etc/other" sleep 600'])
  const dropIn = '/etc/systemd/system/ssh.service.d/override.conf'
  unit('ssh.service', ...RUNS, `MainPID=${daemon.pid}`, `DropInPaths=${dropIn}`)
  says(
    `sshd: /etc/ssh/sshd_config is wanted, but /etc/other holds: ${dropIn} decides. See its command (systemctl cat ssh.service), correct that, then: systemctl restart ssh.service`,
  )
  daemon.kill()
})

scenario.run()

// A unit that is not there, as systemctl(1) of systemd 252 answers. systemd itself cannot run in a test.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BIN, Sandbox } from '../support/sandbox.ts'

const units = suite('units of systemd')

const SYSTEMCTL = `#!/bin/sh
echo "$*" >>"$GABARIT_ROOT/said"
for unit in "$@"; do :; done
case $1:$unit in
  show:web.service) printf 'LoadState=loaded\\nActiveState=inactive\\n' ;;
  show:*) printf 'LoadState=not-found\\nActiveState=inactive\\n' ;;
  *:web.service) ;;
  is-active:*) echo inactive; exit 3 ;;
  *) echo "Failed to $2 $unit: Unit $unit not loaded." >&2; exit 5 ;;
esac
`

function server(status: string): Sandbox {
  const box = new Sandbox()
  box.write('/bin/systemctl', SYSTEMCTL, 0o755)
  for (const [service, unit] of [
    ['httpd', 'apache2'],
    ['web', 'web'],
  ]) {
    box.write(`/etc/gabarit/events/both/services2adjust/${service}`, 'restart\n')
    box.must(`config set ${service} service status ${status} ServiceName ${unit}`)
  }
  return box
}

const signal = (box: Sandbox, ...options: string[]) =>
  box.run(['signal-event', ...options, 'both'], {
    env: { GABARIT_SERVICE_MANAGER: 'systemd', PATH: `${box.path('/bin')}:${BIN}:${process.env.PATH}` },
  })

units('to stop one that is not there is done: nothing is said, and nothing remembered', () => {
  const box = server('disabled')
  for (const option of [['--dry-run'], []]) {
    const { status, stdout, stderr } = signal(box, ...option)
    assert.is(status, 0, stderr)
    assert.not.match(stdout + stderr, 'httpd')
    assert.match(stdout, 'stop -- web.service')
  }
  assert.not(box.exists('/var/lib/gabarit/pending.json'))
  box.remove()
})

units('a service whose unit is not there is skipped, with a warning: it does not fail every event', () => {
  const box = server('enabled')
  const { status, stdout, stderr } = signal(box)
  assert.match(stderr, 'warning: httpd is skipped: systemd has no service apache2')
  assert.match(stdout, 'restart -- web.service')
  assert.not.match(stdout + stderr, 'httpd does not come up')
  assert.is(status, 1, 'web.service, which is there, does not come up')
  assert.match(stderr, 'web does not come up')
  box.remove()
})

/** A unit as `systemctl show` prints it. @param restart its exit status */
function answering(box: Sandbox, shown: string, restart: number): void {
  const script = `#!/bin/sh
case $1 in
  show) printf '${shown}' ;;
  is-active) echo inactive; exit 3 ;;
  *) [ ${restart} = 0 ] || { echo 'Job for web.service failed.' >&2; exit ${restart}; } ;;
esac
`
  box.write('/bin/systemctl', script, 0o755)
  box.write('/bin/journalctl', '#!/bin/sh\n[ "$6" = web.service ] && printf "bind() failed\\nexiting\\n"\n', 0o755)
}

const FAILED = 'LoadState=loaded\\nActiveState=failed\\nResult=exit-code\\n'
for (const [what, restart] of [
  ['is not restarted', 1],
  ['ends after its restart', 0],
] as const)
  units(`one that ${what} is told with its state and the end of its journal`, () => {
    const box = server('enabled')
    box.must('config delete httpd')
    answering(box, FAILED, restart)
    const { status, stderr } = signal(box)
    assert.is(status, 1, stderr)
    const said =
      'web: web.service has failed (exit-code); its journal ends with\n  bind() failed\n  exiting\nTo see more: systemctl status web.service\n'
    assert.is(stderr.split(said).length, 2, stderr)
    assert.match(box.must('gabarit show 1'), 'bind() failed')
    box.remove()
  })

units('a masked one is told, with the command', () => {
  const box = server('enabled')
  box.must('config delete httpd')
  answering(box, 'LoadState=masked\\nActiveState=inactive\\nResult=success\\n', 1)
  const { status, stderr } = signal(box)
  assert.is(status, 1)
  assert.match(
    stderr,
    'web: web.service is masked\nTo start it: systemctl unmask web.service && systemctl start web.service',
  )
  box.remove()
})

units.run()

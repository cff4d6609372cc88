// The guard where systemd runs and cron does not: a unit that is started again when it is killed. A stand-in for
// systemd-run(1), since systemd itself cannot run in a test.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { ON_ROOT, template, write } from '../support/real-root.ts'
import { BIN, must } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { waitFor } from '../support/wait.ts'

const reason = enterNamespace('gate')
const unit = suite('the guard as a unit of systemd')
const step = (name: string, body: () => Promise<void>) => testIf(unit, reason, name, body)
const env = { ...ON_ROOT, GABARIT_WALL: 'true', NOTED: 'secret', PATH: `/run/stand-in:${BIN}:${process.env.PATH}` }

/** Like systemd with Restart=on-abnormal: what was killed is started again. */
const SYSTEMD_RUN = `#!/bin/sh
echo "$*" > /run/said
while [ "$1" != -- ]; do shift; done
shift
( "$@"; while [ $? -gt 128 ]; do "$@"; done ) > /dev/null 2>&1 &
`

const guard = (): Promise<number> =>
  waitFor('the guard', () => JSON.parse(must(['gabarit', 'confirm', 'status', '--json'], { env }))?.guard ?? undefined)

function arm(word: string): void {
  must(['config', 'set', 'word', word], { env })
  must(['signal-event', 'change', '--confirm-within', '4s'], { env })
}

const wentBack = (): Promise<true> =>
  waitFor('the rollback', () => (existsSync('/var/lib/gabarit/confirmation.json') ? undefined : true))

step('killed, it is started again, and rolls back when the time is over', async () => {
  mkdirSync('/run/systemd/system', { recursive: true })
  write('/run/stand-in/systemd-run', SYSTEMD_RUN, 0o755)
  template('/etc/x', '<%= config.word %>\n')
  write('/etc/gabarit/events/change/templates2expand/etc/x', '')
  must(['config', 'set', 'DomainName', 'example.org'], { env })
  must(['config', 'set', 'word', '1'], { env })
  must(['signal-event', 'change'], { env })
  arm('2')
  const first = await guard()
  process.kill(first, 'SIGKILL')
  assert.is.not(await waitFor('another guard', () => guard().then(pid => (pid === first ? undefined : pid))), first)
  await wentBack()
  assert.is(readFileSync('/etc/x', 'utf8'), '1\n')
})

step('its unit shows nothing of the environment but what it needs', async () => {
  const said = readFileSync('/run/said', 'utf8')
  assert.match(said, /^--quiet --collect --property=Restart=on-abnormal .*--setenv=GABARIT_ROOT\b.* -- .*confirm guard/)
  assert.match(said, '--setenv=PATH')
  assert.not.match(said, /NOTED|secret/)
})

step('if systemd does not answer, it is an ordinary process', async () => {
  write('/run/stand-in/systemd-run', '#!/bin/sh\nexit 1\n', 0o755)
  arm('3')
  await guard()
  await wentBack()
  assert.is(readFileSync('/etc/x', 'utf8'), '1\n')
  rmSync('/run/systemd', { recursive: true })
})

unit.run()

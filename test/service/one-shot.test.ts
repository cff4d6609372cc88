// Services without a process, whose programs gabarit calls itself. On `/`, in private namespaces, and below a root.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { must, type Outcome, run, Sandbox, words } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const reason = enterNamespace('oneshot')
const oneShot = suite('one-shot services')
const env = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'none' }
const server = (line: string): string => must(words(line), { env })
const signal = (): Outcome => run(['signal-event', 'light'], { env })

/** It writes down what it is called with, keeps what is in force, and fails when its file says so. */
const PROGRAM = `#!/bin/sh
echo "$*" >> /run/said
case $1 in
  status) cmp -s /etc/lamp /run/lamp ;;
  stop) rm -f /run/lamp ;;
  *) if grep -q broken /etc/lamp; then echo "it is broken" >&2; exit 1; fi; cp /etc/lamp /run/lamp ;;
esac
`
const said = (): string[] => {
  const lines = existsSync('/run/said') ? readFileSync('/run/said', 'utf8').trim().split('\n') : []
  rmSync('/run/said', { force: true })
  return lines.filter(line => line !== 'status')
}

testIf(oneShot, reason, 'it is called with reload, start and stop, whatever the service manager is', () => {
  outputFileSync('/etc/gabarit/services/lamp', PROGRAM, { mode: 0o755 })
  outputFileSync('/etc/gabarit/templates/etc/lamp', 'lamp <%= config.lamp.Colour %>\n')
  outputFileSync('/etc/gabarit/templates/etc/lamp.template.json', '{"notify": ["lamp:reload"]}')
  outputFileSync('/etc/gabarit/events/light/templates2expand/etc/lamp', '')
  server('config set lamp service status enabled Colour red')
  assert.match(signal().stdout, 'adjusted lamp: /etc/gabarit/services/lamp reload')
  assert.equal(said(), ['reload'])
  assert.is(readFileSync('/run/lamp', 'utf8'), 'lamp red\n')
  server('config setprop lamp Colour green')
  const systemd = run(['signal-event', 'light'], { env: { ...env, GABARIT_SERVICE_MANAGER: 'supervisord' } })
  assert.match(systemd.stdout, 'adjusted lamp: /etc/gabarit/services/lamp reload')
  assert.equal(said(), ['reload'])
  outputFileSync('/etc/gabarit/events/light/services2adjust/lamp', 'start\n')
  assert.is(signal().status, 0)
  assert.equal(said(), ['start'])
  server('config setprop lamp status disabled')
  assert.is(signal().status, 0)
  assert.equal(said(), ['stop'])
  server('config setprop lamp status enabled')
  assert.is(signal().status, 0)
})

testIf(oneShot, reason, 'one that has nothing to stop is not stopped, and its warnings are those of the event', () => {
  outputFileSync(
    '/etc/gabarit/services/lamp',
    PROGRAM.replace('status) ', 'status) [ -e /run/lamp ] || exit 4; echo "warning: unheard"; ').replace(
      'stop) ',
      'stop) echo "warning: it is dark"; echo quiet; ',
    ),
  )
  server('config setprop lamp status disabled')
  const { stdout, stderr } = signal()
  assert.match(stdout, 'adjusted lamp: /etc/gabarit/services/lamp stop')
  assert.is(stderr, 'warning: it is dark\n')
  assert.equal(said(), ['start', 'stop'])
  for (const event of ['light', '--dry-run light'])
    assert.not.match(must(words(`signal-event ${event}`), { env }), 'adjust', event)
  assert.equal(said(), [])
  outputFileSync('/etc/gabarit/services/lamp', PROGRAM)
  server('config setprop lamp status enabled')
  assert.is(signal().status, 0)
})

testIf(oneShot, reason, 'when it fails, files and databases go back, and it is called again with them', () => {
  said()
  for (const colour of ['broken', 'broken again']) {
    must(['config', 'setprop', 'lamp', 'Colour', colour], { env })
    const { status, stderr } = signal()
    assert.is(status, 4, stderr)
    assert.match(stderr, 'it is broken')
    assert.match(stderr, 'lamp could not be applied')
    assert.not.match(stderr, 'remembered')
    assert.match(stderr, 'Files, databases and services were rolled back')
    assert.is(readFileSync('/etc/lamp', 'utf8'), 'lamp green\n')
    assert.is(readFileSync('/run/lamp', 'utf8'), 'lamp green\n')
    assert.is(server('config getprop lamp Colour'), 'green\n')
    assert.not(existsSync('/var/lib/gabarit/pending.json'))
  }
})

testIf(oneShot, reason, 'the first time too, when it was not in force before', () => {
  rmSync('/run/lamp')
  server('config setprop lamp Colour broken')
  assert.is(signal().status, 4)
  assert.is(readFileSync('/etc/lamp', 'utf8'), 'lamp green\n')
})

testIf(oneShot, reason, 'a failure without a changed file is remembered, and nothing goes back', () => {
  outputFileSync('/etc/gabarit/services/lamp', '#!/bin/sh\n[ "$1" = status ] || { echo no power; exit 7; }\n', {
    mode: 0o755,
  })
  const { status, stderr } = signal()
  assert.is(status, 1)
  assert.match(stderr, 'adjusting lamp failed: /etc/gabarit/services/lamp start: exit status 7: no power')
  assert.match(stderr, 'The next event will try again: lamp')
  assert.match(readFileSync('/var/lib/gabarit/pending.json', 'utf8'), '"lamp"')
})

testIf(oneShot, reason, 'what it cannot do is said; a name leads nowhere else', () => {
  outputFileSync('/etc/gabarit/services/lamp', PROGRAM, { mode: 0o755 })
  outputFileSync('/etc/gabarit/events/light/services2adjust/lamp', 'sigquit\n')
  assert.match(signal().stderr, /\/etc\/gabarit\/services\/lamp cannot signal:QUIT/)
  outputFileSync('/etc/gabarit/events/light/services2adjust/lamp', 'start\n')
  outputFileSync('/etc/gabarit/evil', '#!/bin/sh\ntouch /run/evil\n', { mode: 0o755 })
  for (const name of ['../evil', '.', '..', '']) {
    must(['config', 'set', 'evil', 'service', 'status', 'enabled', 'ServiceName', name], { env })
    outputFileSync('/etc/gabarit/events/light/services2adjust/evil', 'start\n')
    signal()
    assert.not(existsSync('/run/evil'), name)
  }
})

oneShot('below a root it is not called, and that is said', () => {
  const box = new Sandbox()
  const program = box.write('/etc/gabarit/services/lamp', '#!/bin/sh\ntouch "$0.called"\n', 0o755)
  box.write('/etc/gabarit/events/light/services2adjust/lamp', 'start\n')
  box.must('config set lamp service status enabled')
  for (const manager of ['none', 'systemd']) {
    const { stdout } = box.run('signal-event light', { env: { GABARIT_SERVICE_MANAGER: manager } })
    assert.match(stdout, `lamp: would ${program} start (not below ${box.root})`)
  }
  assert.not(existsSync(join(`${program}.called`)))
  box.remove()
})

oneShot.run()

import { symlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeRecord } from '../../src/db/record.ts'
import { parseAction, resolveActions } from '../../src/system/service/actions.ts'
import { collectAdjustments } from '../../src/transaction/adjust.ts'
import { adjusted } from '../support/adjusted.ts'
import { Sandbox } from '../support/sandbox.ts'

const services = suite('services of events')

/** What is done to a service of which this is asked. */
const resolved = (enabled: boolean, ...words: string[]) => resolveActions(words.map(parseAction), enabled).join(' ')

const ENABLED: readonly (readonly [asked: string, done: string])[] = [
  ['', 'start'],
  ['start', 'start'],
  ['up', 'start'],
  ['u', 'start'],
  ['once', 'start'],
  ['o', 'start'],
  ['stop', 'stop'],
  ['down', 'stop'],
  ['d', 'stop'],
  ['restart', 'restart'],
  ['sigterm', 'restart'],
  ['reload', 'reload'],
  ['reload-or-restart', 'reload-or-restart'],
  ['adjust', 'reload-or-restart'],
  ['graceful', 'reload-or-restart'],
  ['sighup', 'reload-or-restart'],
  ['sigusr1', 'reload-or-restart'],
  ['sigusr2', 'reload-or-restart'],
  ['sigwinch', 'start signal:WINCH'],
  ['enable', 'start enable'],
  ['try-restart', 'start try-restart'],
  ['reload-or-try-restart', 'start reload-or-try-restart'],
  ['reload restart', 'restart'],
  ['restart sigwinch', 'restart signal:WINCH'],
  ['reload reload-or-restart', 'reload-or-restart'],
]
for (const [asked, done] of ENABLED)
  services(`enabled, asked "${asked}": ${done}`, () => {
    assert.is(resolved(true, ...asked.split(' ').filter(word => word !== '')), done)
  })

services('a service that is not enabled is stopped, whatever is asked', () => {
  for (const word of ['start', 'restart', 'reload', 'stop', 'sighup', 'enable'])
    assert.is(resolved(false, word), 'stop')
  assert.is(resolved(false), 'stop')
})

services('unknown words are errors, with the nearest', () => {
  assert.throws(() => parseAction('relaod'), /unknown service action "relaod"; did you mean "reload"/)
  for (const word of ['', 'try', 'RELOAD', 'constructor', 'sig', 'siguser', 'sig;id', 'reload now'])
    assert.throws(() => parseAction(word), /unknown service action/)
})

const record = (key: string, ...properties: [string, string][]): [string, ReturnType<typeof makeRecord>] => [
  key,
  makeRecord(key, 'service', properties),
]
const configuration = new Map([
  record('web', ['status', 'enabled'], ['ServiceName', 'apache2'], ['ReloadSignal', 'SIGUSR1']),
  record('off', ['status', 'disabled']),
  record('none'),
  record('on', ['status', 'on']),
])
const collect = (...words: string[]) => {
  const requests = words.map(entry => {
    const [service = '', word = ''] = entry.split(':')
    return { service, word, source: 'FILE' }
  })
  return collectAdjustments(requests, configuration)
}

services(
  'one adjustment per service, under the name of its unit; enabled is exactly "enabled"; stops come first',
  () => {
    const { adjustments } = collect('web:reload', 'off:restart', 'none:start', 'on:start', 'web:restart', 'web:reload')
    assert.equal(
      adjustments.map(({ service, unit, actions }) => [service, unit.name, unit.reloadSignal, ...actions]),
      [
        ['off', 'off', 'HUP', 'stop'],
        ['none', 'none', 'HUP', 'stop'],
        ['on', 'on', 'HUP', 'stop'],
        ['web', 'apache2', 'USR1', 'restart'],
      ],
    )
  },
)

services('no record: skipped with a warning; an unknown word: a problem; the others get their turn', () => {
  const { adjustments, warnings, problems } = collect('wb:reload', 'web:relaod', 'off:start', 'ghost:nonsense')
  assert.equal(
    adjustments.map(({ service }) => service),
    ['off'],
  )
  assert.is(warnings.length, 2)
  assert.match(warnings[0] ?? '', 'FILE: skipped service "wb", which has no record')
  assert.match(warnings[0] ?? '', 'did you mean "web"?')
  assert.is(problems.length, 1)
  assert.match(problems[0] ?? '', 'FILE: unknown service action "relaod"; did you mean "reload"?')
})

/** A server with the services `web` and `mail`, and an event `probe` that lists files of services2adjust. */
function server(files: Readonly<Record<string, string>>): Sandbox {
  const box = new Sandbox()
  for (const [name, text] of Object.entries(files)) box.write(`/etc/gabarit/events/probe/services2adjust/${name}`, text)
  for (const name of ['web', 'mail']) box.must(`config set ${name} service status enabled`)
  return box
}

services('a link has its action in its target; a file has one on a line, whole; an empty one starts', () => {
  const box = server({ '.dot': 'restart\n', mail: '\n  reload-or-restart \n\n' })
  symlinkSync('restart', box.path('/etc/gabarit/events/probe/services2adjust/web'))
  assert.equal(adjusted(box.must('signal-event probe')), ['mail: reload-or-restart', 'web: restart'])
  box.write('/etc/gabarit/events/probe/services2adjust/mail', '')
  assert.equal(adjusted(box.must('signal-event probe')), ['mail: start', 'web: restart'])
  box.must('config setprop web status disabled')
  assert.equal(adjusted(box.must('signal-event probe')), ['web: stop', 'mail: start'])
  assert.equal(adjusted(box.must('signal-event probe')), ['mail: start'], 'it is off since the last event')
  box.remove()
})

services('an unknown word makes the event fail, the other services are adjusted', () => {
  const box = server({ mail: 'reload\n', web: 'relaod\n', ghost: 'restart\n' })
  const { status, stdout, stderr } = box.run('signal-event probe')
  assert.is(status, 1)
  assert.equal(adjusted(stdout), ['mail: reload'])
  assert.match(stderr, 'unknown service action "relaod"')
  assert.match(stderr, 'skipped service "ghost", which has no record')
  box.remove()
})

services('what stops a run when its files are in place is no refusal: exit 1, and the history says failed', () => {
  const box = new Sandbox()
  box.write('/etc/gabarit/templates/etc/x', 'x <%= config.word %>\n')
  box.write('/etc/gabarit/events/change/templates2expand/etc/x', '')
  const damage = '#!/bin/sh\necho damaged > "$GABARIT_ROOT/var/lib/gabarit/pending.json"\n'
  box.write('/etc/gabarit/events/change/S50damage', damage, 0o755)
  box.must('config set word 1')
  const { status, stderr } = box.run('signal-event change')
  assert.match(stderr, 'pending service adjustments is damaged')
  assert.equal([status, box.read('/etc/x')], [1, 'x 1\n'])
  assert.is(JSON.parse(box.must('gabarit history --json'))[0].outcome, 'failed')
  box.remove()
})

for (const event of ['post-upgrade', 'bootstrap-console-save'])
  services(`${event} touches no service`, () => {
    const box = new Sandbox()
    box.write(`/etc/gabarit/events/${event}/services2adjust/web`, 'restart\n')
    box.must('config set DomainName example.org')
    box.must('config set web service status enabled')
    assert.not.match(box.must(`signal-event ${event} --dry-run`), 'would adjust')
    const { stdout } = box.run(`signal-event ${event}`)
    assert.equal(adjusted(stdout), [])
    assert.not(box.exists('/var/lib/gabarit/pending.json'))
    box.remove()
  })

services.run()

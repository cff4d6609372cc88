import { type ChildProcess, spawn } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { adjusted } from '../support/adjusted.ts'
import { BIN, Sandbox } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

const together = suite('events together')

/** A server with a template /etc/x that notifies `web`, and services `web` and `mail`. */
function server(): Sandbox {
  const box = new Sandbox()
  box.write('/etc/gabarit/templates/etc/x', 'x <%= config.word %>\n')
  box.write('/etc/gabarit/templates/etc/x.template.json', '{"notify": ["web:reload"]}')
  box.must('config set word 1')
  for (const name of ['web', 'mail']) box.must(`config set ${name} service status enabled`)
  return box
}

const event = (box: Sandbox, name: string, files: Readonly<Record<string, string>>) => {
  for (const [path, text] of Object.entries(files))
    box.write(`/etc/gabarit/events/${name}/${path}`, text, path.startsWith('S') ? 0o755 : 0o644)
}

together(
  'an event that an action signals joins: no deadlock, and its adjustments are made once, by the outer one',
  () => {
    const box = server()
    event(box, 'inner', {
      'templates2expand/etc/x': '',
      'services2adjust/web': 'restart\n',
      'services2adjust/mail': 'reload\n',
    })
    event(box, 'outer', {
      S10: '#!/bin/sh\nsignal-event inner\nsignal-event inner\n',
      'services2adjust/mail': 'restart\n',
    })
    const { status, stdout, stderr } = box.run('signal-event outer', { env: { GABARIT_LOCK_WAIT: '5' } })
    assert.is(status, 0, stderr)
    assert.is(box.read('/etc/x'), 'x 1\n')
    assert.match(stderr, 'S10: created /etc/x')
    assert.not.match(stderr, /S10: .*(adjusted|would)/)
    assert.equal(adjusted(stdout).sort(), ['mail: restart', 'web: restart'])
    assert.equal(
      adjusted(box.must('signal-event outer')).sort(),
      ['mail: restart', 'web: restart'],
      'nothing is left over',
    )
    box.remove()
  },
)

together('one that an action behind S90 signals has its turn too, and leaves nothing behind', () => {
  const box = server()
  event(box, 'inner', { 'templates2expand/etc/x': '', 'services2adjust/mail': 'reload\n' })
  event(box, 'outer', { S95: '#!/bin/sh\nsignal-event inner\n', 'services2adjust/mail': 'restart\n' })
  assert.equal(adjusted(box.must('signal-event outer')), ['mail: restart', 'web: reload', 'mail: reload'])
  assert.not(box.exists('/var/lib/gabarit/pending.json'))
  assert.not(box.exists('/var/lib/gabarit/joined-requests'))
  event(box, 'nothing', { S10: '#!/bin/sh\n' })
  assert.equal(adjusted(box.must('signal-event nothing')), [])
  box.remove()
})

together('one within an event that touches no services leaves nothing behind', () => {
  const box = server()
  event(box, 'inner', { 'templates2expand/etc/x': '', 'services2adjust/mail': 'reload\n' })
  event(box, 'post-upgrade', {
    S97: '#!/bin/sh\nsignal-event inner\n',
  })
  event(box, 'nothing', { S10: '#!/bin/sh\n' })
  assert.equal(adjusted(box.run('signal-event post-upgrade').stdout), [])
  assert.equal(
    adjusted(box.must('signal-event nothing')).filter(word => /web|mail/.test(word)),
    [],
  )
  box.remove()
})

together('expand-template in an action does not wait for its own event', () => {
  const box = server()
  event(box, 'outer', { S10: '#!/bin/sh\nexpand-template /etc/x\n' })
  assert.is(box.run('signal-event outer', { env: { GABARIT_LOCK_WAIT: '2' } }).status, 0)
  assert.is(box.read('/etc/x'), 'x 1\n')
  box.remove()
})

together('a failing inner event fails the action that signalled it', () => {
  const box = server()
  event(box, 'inner', { S10: '#!/bin/sh\nexit 1\n' })
  event(box, 'outer', { S10: '#!/bin/sh\nsignal-event inner\n', S20: '#!/bin/sh\ntouch "$GABARIT_ROOT/late"\n' })
  assert.is(box.run('signal-event outer').status, 1)
  assert.ok(box.exists('/late'))
  box.remove()
})

/** Starts an event that stays in its action until /go exists. */
async function startSlow(box: Sandbox): Promise<ChildProcess> {
  event(box, 'slow', {
    S10: '#!/bin/sh\ntouch "$GABARIT_ROOT/started"\nwhile [ ! -e "$GABARIT_ROOT/go" ]; do sleep 0.05; done\n',
  })
  const child = spawn(`${BIN}/signal-event`, ['slow'], {
    env: { ...process.env, GABARIT_ROOT: box.root },
    stdio: 'ignore',
  })
  await waitFor('the slow event', () => box.exists('/started'))
  return child
}

together('one at a time: another one waits, and says for whom when it waits too long', async () => {
  const box = server()
  const child = await startSlow(box)
  event(box, 'other', { 'templates2expand/etc/x': '' })
  for (const command of ['signal-event other', 'expand-template /etc/x']) {
    const { status, stderr } = box.run(command, { env: { GABARIT_LOCK_WAIT: '0.2' } })
    assert.is.not(status, 0)
    assert.match(stderr, /the right to change configuration files is locked by .*signal-event slow/)
    assert.match(stderr, String(child.pid))
  }
  assert.not(box.exists('/etc/x'))
  for (const command of [
    'signal-event other --dry-run',
    'expand-template --diff /etc/x',
    'expand-template --stdout /etc/x',
  ])
    assert.is(box.run(command, { env: { GABARIT_LOCK_WAIT: '0' } }).status, 0, command)
  const waiting = spawn(`${BIN}/signal-event`, ['other'], {
    env: { ...process.env, GABARIT_ROOT: box.root },
    stdio: 'ignore',
  })
  box.write('/go', '')
  const status = await new Promise(resolve => waiting.on('exit', resolve))
  assert.is(status, 0)
  assert.is(box.read('/etc/x'), 'x 1\n')
  box.remove()
})

together('an event that was killed does not keep the next one waiting', async () => {
  const box = server()
  const child = await startSlow(box)
  child.kill('SIGKILL')
  await new Promise(resolve => child.on('exit', resolve))
  assert.is(box.run('expand-template /etc/x', { env: { GABARIT_LOCK_WAIT: '1' } }).status, 0)
  box.write('/go', '')
  box.remove()
})

together('an adjustment that failed is tried again by the next event, and only until it works', () => {
  const box = server()
  box.write(
    '/bin/supervisorctl',
    '#!/bin/sh\ncase $1 in status) echo "$2 RUNNING" ;; maintail) ;; *) echo "$*" >> "$0.log"; [ ! -e "$0.broken" ] ;; esac\n',
    0o755,
  )
  box.write('/bin/supervisorctl.broken', '')
  const env = { GABARIT_SERVICE_MANAGER: 'supervisord', PATH: `${box.path('/bin')}:${BIN}:${process.env.PATH}` }
  event(box, 'change', { 'templates2expand/etc/x': '', 'services2adjust/mail': 'restart\n' })
  event(box, 'nothing', { S10: '#!/bin/sh\n' })
  const { status, stderr } = box.run(`${BIN}/signal-event change`, { env })
  assert.is(status, 1)
  assert.match(stderr, 'adjusting web failed: supervisorctl signal HUP web: exit status 1')
  assert.match(stderr, 'The next event will try again')
  assert.is(box.read('/etc/x'), 'x 1\n')
  box.must(['rm', box.path('/bin/supervisorctl.broken'), box.path('/bin/supervisorctl.log')])
  assert.match(box.must(`${BIN}/signal-event nothing --dry-run`, { env }), 'would adjust web')
  assert.equal(adjusted(box.must(`${BIN}/signal-event nothing`, { env })).length, 2)
  assert.equal(box.read('/bin/supervisorctl.log').split('\n').sort(), ['', 'restart mail', 'signal HUP web'])
  assert.equal(adjusted(box.must(`${BIN}/signal-event nothing`, { env })), [])
  box.remove()
})

together.run()

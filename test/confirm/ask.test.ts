import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { converse } from '../support/converse.ts'
import { type Outcome, Sandbox } from '../support/sandbox.ts'
import { Server } from './server.ts'

const ask = suite('ask before, and advise')
const box = new Server()
ask.after(() => box.remove())

/** Runs a command at a terminal of its own (script(1)) and types an answer. */
function atTerminal(command: string, answer: string): Outcome {
  return box.run(['script', '--quiet', '--return', '--command', command, '/dev/null'], { input: answer })
}

ask('--confirm shows the plan and asks: anything but yes changes nothing', () => {
  box.must('config set word 2')
  for (const answer of ['n\n', '\n', 'perhaps\n', '\u0004']) {
    const { status, stdout } = atTerminal('signal-event change --confirm', answer)
    assert.is(status, 1, JSON.stringify(answer))
    assert.match(stdout, '+x 2')
    assert.match(stdout, 'Do it? [y/N]')
    assert.match(stdout, 'nothing was changed')
    assert.is(box.read('/etc/x'), 'x 1\n')
  }
})

ask('yes does it; with a window besides', () => {
  const { status, stdout } = atTerminal('signal-event change --confirm --confirm-within 60s', 'y\n')
  assert.is(status, 0, stdout)
  assert.match(stdout, 'changed /etc/x')
  assert.is(box.read('/etc/x'), 'x 2\n')
  box.must('gabarit confirm')
  assert.is(atTerminal('gabarit rollback --confirm', 'yes\n').status, 0)
  assert.is(box.read('/etc/x'), 'x 1\n')
})

const yes = () => 'y\n'
const no = () => 'n\n'

ask('what an action changes behind the answer is shown and asked about: nothing else is ever written', async () => {
  const fragment = 'x <%= config.word %> <%= config.extra ?? "" %>\n'
  box.write('/etc/gabarit/templates/etc/x', fragment)
  box.write('/etc/gabarit/templates/etc/y', 'y <%= config.word %>\n')
  box.event('grown', { 'templates2expand/etc/x': '', 'templates2expand/etc/y': '' })
  box.must('config set word 5')
  box.must('signal-event grown')
  box.must('config set word 6')
  box.event('grown', { S02extra: '#!/bin/sh\nconfig set extra more$(config getprop count Number)\n' })
  const said = await converse(box, 'signal-event grown --confirm', [yes, no])
  assert.is(said.status, 1, said.stdout)
  const [first = '', second = ''] = said.stdout.split('the plan has changed since you saw it')
  assert.match(first, '+x 6 ')
  assert.match(first, '+y 6')
  assert.match(second, '+x 6 more')
  assert.not.match(second.split('Do it anyway?')[0] ?? '', '/etc/y')
  assert.match(second, 'was not agreed to')
  assert.equal([box.read('/etc/x'), box.read('/etc/y')], ['x 5 \n', 'y 5\n'])
  assert.is(box.must('config get extra'), 'more\n')
  assert.is(box.history()[0]?.outcome, 'refused')

  // Now the action brings nothing new: one question, and one plan.
  const once = await converse(box, 'signal-event grown --confirm', [yes])
  assert.is(once.status, 0, once.stdout)
  assert.not.match(once.stdout, 'the plan has changed')
  assert.equal([box.read('/etc/x'), box.read('/etc/y')], ['x 6 more\n', 'y 6\n'])

  box.must('config set count record Number 2')
  box.must('config set word 7')
  box.write('/etc/y', 'edited\n')
  const twice = await converse(box, 'signal-event grown --confirm', [yes, yes])
  assert.is(twice.status, 0, twice.stdout)
  assert.equal([box.read('/etc/x'), box.read('/etc/y')], ['x 7 more2\n', 'y 7\n'])
})

ask('a file that is edited while somebody thinks is asked about once more', async () => {
  box.event('slow', {
    'templates2expand/etc/x': '',
    S02extra: '#!/bin/sh\nconfig set extra later\n',
  })
  box.must('config set word 8')
  const edits = () => {
    box.write('/etc/x', 'edited meanwhile\n')
    return yes()
  }
  const { status, stdout } = await converse(box, 'signal-event slow --confirm', [yes, edits, no])
  assert.is(status, 1, stdout)
  assert.match(stdout, /-x 7 more2.*-x 7 more2.*-edited meanwhile/s)
  assert.is(box.read('/etc/x'), 'edited meanwhile\n')
})

ask('the question stays on the screen: no progress is drawn over it', async () => {
  box.must('config set word 9')
  const slowly = () => {
    execFileSync('sleep', ['2'])
    return no()
  }
  const { stdout } = await converse(box, 'signal-event change --confirm', [slowly])
  const [before = '', after = ''] = stdout.split('Do it? [y/N]')
  assert.match(before, '…')
  assert.not.match(after, '…')
})

ask('a signal that comes while somebody thinks stops the event as anywhere else before its files', async () => {
  box.event('slow', { S02extra: '#!/bin/sh\necho $PPID > "$GABARIT_ROOT/asker"\nconfig set extra signalled\n' })
  const ends = () => {
    process.kill(Number(box.read('/asker')), 'SIGTERM')
    return ''
  }
  const before = box.read('/etc/x')
  const { status, stdout } = await converse(box, 'signal-event slow --confirm', [yes, ends])
  assert.is(status, 128 + 15, stdout)
  assert.match(stdout, 'interrupted by SIGTERM')
  assert.is(box.read('/etc/x'), before)
  assert.is(box.history()[0]?.outcome, 'refused')
})

ask('a rollback is held to the properties that were shown, too', async () => {
  const meanwhile = () => {
    box.must('config set unseen 1')
    return yes()
  }
  const { status, stdout } = await converse(box, 'gabarit rollback 1 --confirm', [meanwhile])
  assert.is(status, 3, stdout)
  assert.match(stdout, /plan \S+ is out of date/)
  assert.is(box.must('config get unseen'), '1\n')
})

ask('without a terminal it is a wrong command line, and so it is with --json and --dry-run', () => {
  for (const options of ['', ' --json', ' --dry-run']) {
    const { status, stderr } = box.run(`signal-event change --confirm${options}`)
    assert.is(status, 2)
    assert.match(stderr, options === '' ? 'there is none' : `cannot be combined with${options}`)
  }
})

ask(
  'a plan that may cut off a remote shell: one line of advice, unless there is a window or the shell is a local one',
  () => {
    box.write('/etc/gabarit/templates/etc/ssh/sshd_config', 'Port <%= config.word %>\n')
    box.event('sshd', { 'templates2expand/etc/ssh/sshd_config': '' })
    const env = { SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' }
    const advice = /^warning: \/etc\/ssh\/sshd_config may cut off this remote shell; with --confirm-within 10m/m
    box.must('config set word 22')
    assert.match(box.run('signal-event sshd --dry-run', { env }).stderr, advice)
    assert.not.match(box.run('signal-event sshd --dry-run').stderr, advice)
    assert.not.match(box.run('signal-event sshd --dry-run --confirm-within 10m', { env }).stderr, advice)
    assert.match(box.run('signal-event sshd', { env }).stderr, advice)
    assert.not.match(box.run('signal-event sshd', { env }).stderr, advice)
  },
)

ask('what only makes certificates and profiles cannot cut off a tunnel', () => {
  const paths = ['easy-rsa/own', 'profiles/own.ovpn', 'server/own.conf'].map(name => `/etc/openvpn/${name}`)
  for (const path of paths) {
    box.write(`/etc/gabarit/templates${path}`, 'word <%= config.word %>\n')
    box.write(`/etc/gabarit/templates${path}.template.json`, '{"comment": "none"}')
  }
  box.event('tunnel', Object.fromEntries(paths.map(path => [`templates2expand${path}`, ''])))
  const env = { SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' }
  const { stdout, stderr } = box.run('signal-event tunnel --dry-run', { env })
  assert.match(stderr, /^warning: \/etc\/openvpn\/server\/own.conf may cut off/m, stdout + stderr)
})

ask('an event that brings a window along waits when a remote shell signals it, and only then', () => {
  const env = { ...box.env, SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' }
  box.event('risky', { 'templates2expand/etc/x': '', 'confirm-within': '1h\n' })
  const waits = (word: string, command: string, environment = env) => {
    box.must(['config', 'set', 'word', word])
    const { status, stderr } = box.run(command, { env: environment })
    assert.is(status, 0, stderr)
    const window = box.isPending ? JSON.parse(box.read('/var/lib/gabarit/confirmation.json')).within : undefined
    if (box.isPending) box.must('gabarit confirm')
    return window
  }
  assert.is(waits('30', 'signal-event risky'), 3600)
  assert.is(waits('31', 'signal-event risky --confirm-within 90s'), 90)
  assert.is(waits('32', 'signal-event risky --confirm-within no'), undefined)
  assert.is(waits('33', 'signal-event risky', { ...box.env, SSH_CONNECTION: '' }), undefined)
  assert.is(waits('34', 'signal-event risky --dry-run'), undefined)
  box.event('outer', { S01inner: '#!/bin/sh\nsignal-event risky\n' })
  assert.is(waits('35', 'signal-event outer'), undefined, 'an event that an action signals belongs to another one')
  box.event('risky', { 'confirm-within': 'no\n' })
  assert.is(waits('36', 'signal-event risky'), undefined)
})

ask('whatever adjusts a service whose description asks for a window waits, from a remote shell', () => {
  const box = new Server()
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  const env = { ...box.env, SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' }
  box.write('/etc/gabarit/db/configuration/web.json', '{ "confirmWithin": "30m" }')
  const tried = (word: string, command: string) => {
    box.must(['config', 'set', 'word', word])
    const { status, stdout, stderr } = box.run(command, { env })
    assert.is(status, 0, stderr)
    const window = box.isPending ? JSON.parse(box.read('/var/lib/gabarit/confirmation.json')) : undefined
    return { stdout, window }
  }
  const before = box.history()[0]?.id
  // An action signals an event of its own first: it goes back too.
  box.event('inner', { 'templates2expand/etc/y': '' })
  box.write('/etc/gabarit/templates/etc/y', 'y <%= config.word %>\n')
  box.event('all', { S01inner: '#!/bin/sh\nsignal-event inner\n', 'templates2expand/etc/x': '' })
  const { window } = tried('41', 'signal-event all')
  assert.equal([window?.within, window?.base], [1800, before])
  box.must('gabarit confirm cancel')
  assert.equal([box.word, box.exists('/etc/y')], ['1', false])
  assert.match(tried('42', 'signal-event all --dry-run').stdout, 'would roll back automatically after 30 min')
  for (const command of ['signal-event change', 'gabarit apply']) {
    assert.is(tried(command.length.toString(), command).window?.within, 1800, command)
    box.must('gabarit confirm')
    assert.is(tried('43', `${command} --confirm-within no`).window, undefined, command)
  }
  // The same event, while nothing of that service has changed, and while the event itself says no.
  assert.is(tried('43', 'signal-event change').window, undefined)
  box.event('change', { 'confirm-within': 'no\n' })
  assert.is(tried('44', 'signal-event change').window, undefined)
  rmSync(box.path('/etc/gabarit/events/change/confirm-within'))
  box.write('/etc/gabarit/db/configuration/web.json', '{ "confirmWithin": "no" }')
  assert.is(tried('45', 'signal-event change').window, undefined)
  box.write('/etc/gabarit/db/configuration/web.json', '{ "confirmWithin": "soon" }')
  box.must('config set word 46')
  assert.match(box.run('signal-event change', { env }).stderr, 'confirmWithin: must be a duration as a string, or "no"')
  box.remove()
})

ask('a window that is none is refused with its file, and found by lint', () => {
  box.event('risky', { 'confirm-within': 'soon\n' })
  const { status, stderr } = box.run('signal-event risky', { env: { SSH_CONNECTION: 'x' } })
  assert.is(status, 3)
  assert.match(stderr, /risky\/confirm-within.*"soon" is not a duration/)
  assert.match(box.run('gabarit lint').stdout, /risky\/confirm-within.*"soon" is not a duration/)
  box.event('risky', { 'confirm-within': '10m\n' })
})

ask('the first event brings no window along: there is nothing to go back to', () => {
  const fresh = new Sandbox()
  fresh.must('config set word 1')
  fresh.write('/etc/gabarit/templates/etc/x', 'x <%= config.word %>\n')
  fresh.write('/etc/gabarit/events/risky/templates2expand/etc/x', '')
  fresh.write('/etc/gabarit/events/risky/confirm-within', '10m')
  fresh.must('signal-event risky', { env: { SSH_CONNECTION: 'x' } })
  assert.not(fresh.exists('/var/lib/gabarit/confirmation.json'))
  fresh.remove()
})

ask.run()

// A lost connection, Ctrl-C and a request to end: nothing has changed, or all is done. Real signals, real terminals (script(1)).
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { shell } from '../../src/base/quote.ts'
import { Server } from '../confirm/server.ts'
import { BIN } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

const signals = suite('signals')
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly said: string
}

/** A command that runs, and how it ends. */
class Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  said = ''

  constructor(box: Server, command: string, env: Record<string, string> = {}) {
    const [program = '', ...args] = command.split(' ')
    this.child = spawn(program, args, {
      env: { ...process.env, ...box.ownEnv, ...box.env, ...env },
      cwd: '/',
      detached: true,
    })
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text
      })
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject)
      this.child.on('close', (status, signal) => resolve({ status, signal, said: this.said }))
    })
  }
}

/** A program that tells that it runs, and waits for leave to go on. */
const waiting = (name: string) =>
  `#!/bin/sh\necho $$ > "$GABARIT_ROOT/${name}.runs"\nuntil [ -e "$GABARIT_ROOT/${name}.go" ]; do sleep 0.1; done\n`

const runs = (box: Server, name: string) => waitFor(`${name} to run`, () => box.exists(`/${name}.runs`))
const isOver = (box: Server, name: string) =>
  waitFor(`${name} to end`, () => box.run(['kill', '-0', box.read(`/${name}.runs`).trim()]).status !== 0)

/** A server on which the word waits to become 2, by an event with an action in front of its files and one behind. */
function waitingServer(): Server {
  const box = new Server()
  box.must('config set word 2')
  return box
}

signals('before the files are in place: nothing has changed, nothing goes on, the next event runs', async () => {
  for (const signal of SIGNALS) {
    const box = waitingServer()
    box.event('change', { S02early: waiting('early') })
    const event = new Running(box, 'signal-event change')
    await runs(box, 'early')
    event.child.kill(signal)
    const ended = await event.ended
    assert.is(ended.signal, signal, ended.said)
    assert.match(ended.said, `interrupted by ${signal}\n  No file was changed.`)
    await isOver(box, 'early')
    assert.is(box.read('/etc/x'), 'x 1\n')
    const [entry] = box.history()
    assert.equal([entry?.outcome, entry?.paths], ['refused', []])
    box.write('/early.go', '')
    const next = box.run('signal-event change')
    assert.equal([next.status, next.stderr, box.read('/etc/x')], [0, '', 'x 2\n'])
    box.remove()
  }
})

signals('an action that does not obey, and a child of one that does, are killed after a grace', async () => {
  const deaf = (name: string) => `trap '' TERM INT HUP\n${waiting(name).split('\n').slice(1).join('\n')}`
  const child = `#!/bin/sh\nsh -c ${shell(deaf('early'))} > /dev/null 2>&1 &\nwait\n`
  for (const action of [`#!/bin/sh\n${deaf('early')}`, child]) {
    const box = waitingServer()
    box.event('change', { S02early: action })
    const event = new Running(box, 'signal-event change')
    await runs(box, 'early')
    event.child.kill('SIGTERM')
    const ended = await event.ended
    assert.is(ended.signal, 'SIGTERM', ended.said)
    await isOver(box, 'early')
    box.remove()
  }
})

signals('an endless fragment: a signal ends the event at once, and the next one runs', async () => {
  for (const signal of SIGNALS) {
    const box = waitingServer()
    const fragment = '/etc/gabarit/templates/etc/x'
    box.write(fragment, '<% warn("begun")\n for (;;); %>\n')
    const event = new Running(box, 'signal-event change')
    await waitFor('the fragment to run', () => event.said.includes('begun'))
    event.child.kill(signal)
    const ended = await event.ended
    assert.is(ended.signal, signal, ended.said)
    // Ctrl-C is what a person types. Of the others, the next event tells.
    if (signal === 'SIGINT')
      assert.match(ended.said, `${box.path(fragment)}:1: interrupted by SIGINT\n  No file was changed.`)
    const killed = /^signal-event change \(process \d+, begun .*\) was killed before its files were in place: no file/
    box.write(fragment, 'x <%= config.word %>\n')
    const next = box.run('signal-event change')
    assert.equal([next.status, box.read('/etc/x')], [0, 'x 2\n'])
    assert.match(next.stderr, signal === 'SIGINT' ? /^$/ : killed)
    const [last, refused] = box.history()
    assert.equal([last?.outcome, refused?.outcome, refused?.paths], ['done', 'refused', []])
    assert.equal([refused?.args, refused?.user], [last?.args, last?.user])
    assert.is(box.run('signal-event change').stderr, '')
    box.remove()
  }
})

signals('while a check is asked: the same for an event, an apply and a rollback', async () => {
  const box = new Server()
  box.must('config set word 2')
  box.must('signal-event change')
  box.write('/etc/gabarit/checks.d/slow', waiting('check'), 0o755)
  for (const command of ['signal-event change', 'expand-template /etc/x', 'gabarit rollback 1']) {
    box.must('config set word 3')
    rmSync(box.path('/check.runs'), { force: true })
    const run = new Running(box, command)
    await runs(box, 'check')
    run.child.kill('SIGTERM')
    const { signal, said } = await run.ended
    assert.is(signal, 'SIGTERM', said)
    assert.match(said, 'interrupted by SIGTERM')
    assert.not.match(said, 'refuses')
    assert.equal([box.read('/etc/x'), box.word], ['x 2\n', '3'], command)
    await isOver(box, 'check')
  }
  box.remove()
})

signals('behind the commit: it is done to the end, and says so', async () => {
  for (const signal of SIGNALS) {
    const box = waitingServer()
    box.event('change', { S50late: waiting('late') })
    const event = new Running(box, 'signal-event change')
    await runs(box, 'late')
    event.child.kill(signal)
    await waitFor('the word', () => event.said.includes(`${signal}: the files are in place`))
    box.write('/late.go', '')
    const ended = await event.ended
    assert.equal([ended.status, ended.signal], [0, null], ended.said)
    assert.match(ended.said, 'web: would reload web')
    assert.is(box.read('/etc/x'), 'x 2\n')
    assert.is(box.history()[0]?.outcome, 'done')
    box.remove()
  }
})

signals('once more: the step under way ends, and the rest is done', async () => {
  const box = waitingServer()
  box.event('change', { S50late: waiting('late') })
  const event = new Running(box, 'signal-event change')
  await runs(box, 'late')
  event.child.kill('SIGINT')
  await waitFor('the word', () => event.said.includes('SIGINT: the files are in place'))
  event.child.kill('SIGINT')
  const ended = await event.ended
  assert.is(ended.status, 1, ended.said)
  assert.match(ended.said, 'S50late failed: was killed by SIGTERM')
  assert.match(ended.said, 'web: would reload web')
  await isOver(box, 'late')
  assert.equal([box.read('/etc/x'), box.history()[0]?.outcome], ['x 2\n', 'failed'])
  box.remove()
})

/** A manager whose reload waits, and services that are always well. */
const MANAGER = `#!/bin/sh
[ "$1" = status ] && { echo "$2 RUNNING"; exit; }
[ ! -e "$GABARIT_ROOT/hold" ] && exit
${waiting('reload').split('\n').slice(1).join('\n')}`

signals('while a service is asked: an apply and a rollback are done to the end, files and databases', async () => {
  const box = waitingServer()
  box.write('/bin/supervisorctl', MANAGER, 0o755)
  const env = { GABARIT_SERVICE_MANAGER: 'supervisord', PATH: `${box.path('/bin')}:${BIN}:${process.env.PATH}` }
  box.write('/hold', '')
  for (const [command, word] of [
    ['expand-template /etc/x', '2'],
    ['signal-event change', '2'],
    ['gabarit rollback 1', '1'],
  ] as const) {
    for (const name of ['reload.runs', 'reload.go']) rmSync(box.path(`/${name}`), { force: true })
    const run = new Running(box, command, env)
    if (!command.startsWith('expand')) {
      await runs(box, 'reload')
      run.child.kill('SIGHUP')
      await waitFor('the word', () => run.said.includes('SIGHUP: the files are in place'))
      box.write('/reload.go', '')
    }
    const { status, said } = await run.ended
    assert.is(status, 0, said)
    assert.equal([box.read('/etc/x'), box.word], [`x ${word}\n`, word], said)
  }
  box.remove()
})

signals('a connection that is lost (the terminal is gone): finished, and with a window it goes back', async () => {
  for (const window of ['', ' --confirm-within 2s']) {
    const box = waitingServer()
    box.event('change', { S50late: `${waiting('late')}seq 20000\n` })
    const command = ['--quiet', '--return', '--command', `signal-event change${window}`, '/dev/null']
    const env = { ...process.env, ...box.ownEnv, ...box.env }
    const terminal = spawn('script', command, { env, cwd: '/', stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    await runs(box, 'late')
    // The end of the terminal, from which nobody reads any more.
    terminal.kill('SIGKILL')
    box.write('/late.go', '')
    const last = () => box.history().find(({ id, command }) => id > 1 && command === 'signal-event')
    const entry = await waitFor('the entry', last)
    assert.equal([entry.outcome, entry.adjustments.map(({ service }) => service)], ['done', ['web']])
    if (window === '') {
      assert.equal([box.read('/etc/x'), box.isPending], ['x 2\n', false])
      assert.not.match(box.run('signal-event change').stderr, 'cut off')
    } else {
      await box.wentBack()
      assert.equal([box.read('/etc/x'), box.word], ['x 1\n', '1'])
    }
    box.remove()
  }
})

signals.run()

// Commands that share a process with others end as in one of their own.
import { mkdirSync, statSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Outcome, type RunOptions, Sandbox } from './sandbox.ts'

const hosted = suite('commands in one process')

/** The same in a process of its own. */
function apart(box: Sandbox, line: string, options: RunOptions = {}): Outcome {
  process.env.GABARIT_TEST_PROCESSES = '1'
  try {
    return box.run(line, options)
  } finally {
    delete process.env.GABARIT_TEST_PROCESSES
  }
}

hosted('status and words are the same', () => {
  const box = new Sandbox()
  box.must('config set note record text one')
  const lines = [
    'config show',
    'config getprop note nothing',
    'db',
    'gabarit status',
    'gabarit nonsense',
    'signal-event no',
  ]
  const outcomes = lines.map(line => box.run(line))
  assert.equal(
    lines.map(line => apart(box, line)),
    outcomes,
  )
  assert.is(new Set(outcomes.map(({ status }) => status)).size > 1, true)
  box.remove()
})

hosted('each has its own environment, folder and umask, and remembers nothing', () => {
  const boxes = [new Sandbox(), new Sandbox()]
  for (const [index, box] of boxes.entries()) box.must(`config set number n${index}`)
  assert.equal(
    boxes.map(box => box.must('config gettype number')),
    ['n0\n', 'n1\n'],
  )
  const [box = new Sandbox()] = boxes
  for (const name of ['a', 'b']) {
    mkdirSync(box.path(`/${name}`))
    box.must(`db here set ${name} thing`, { env: { DBPATH: '.' }, cwd: box.path(`/${name}`) })
  }
  assert.is(box.must('db here keys', { env: { DBPATH: '.' }, cwd: box.path('/b') }), 'b\n')
  const before = process.umask(0o077)
  box.must('db secret set a thing')
  process.umask(before)
  box.must('db usual set a thing')
  const modes = ['secret', 'usual'].map(name => statSync(box.path(`/var/lib/gabarit/db/${name}.json`)).mode & 0o777)
  assert.equal(modes, [0o600, 0o640 & ~before])
  for (const each of boxes) each.remove()
})

hosted('one that is killed, or takes too long, is said to be; the next one runs', () => {
  const box = new Sandbox()
  box.write('/etc/gabarit/events/long/S50sleep', '#!/bin/sh\nexec sleep 20\n', 0o755)
  box.write('/etc/gabarit/events/killed/S40kill', '#!/bin/sh\nkill -KILL $PPID\n', 0o755)
  const killed = { status: 128, said: 'killed by SIGKILL\n' }
  for (const [event, timeoutSeconds] of [
    ['killed', 60],
    ['long', 2],
  ] as const) {
    const { status, stderr } = box.run(`signal-event ${event}`, { timeoutSeconds })
    assert.equal({ status, said: stderr.split('\n').slice(-2).join('\n') }, killed, event)
    assert.is(box.must('config set after record'), '')
  }
  box.remove()
})

hosted.run()

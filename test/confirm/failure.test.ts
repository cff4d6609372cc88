import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { applyPlan } from '../../src/commit/barrier.ts'
import { recover } from '../../src/commit/journal.ts'
import { CONFIRMATION } from '../../src/state/confirmation.ts'
import { Engine } from '../support/engine.ts'
import { WatchedSystem } from '../support/faults.ts'
import { BIN } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'
import { Server } from './server.ts'

const failure = suite('confirmation and failures')

failure('base missing: everybody is told, nothing is touched, the confirmation stays open', async () => {
  const box = new Server()
  box.arm('2', '60s')
  const guard = await box.guard()
  rmSync(box.path('/var/lib/gabarit/history/000001.json'))
  box.letExpire()
  const problem = await waitFor('the problem', () => box.status()?.problem ?? undefined)
  assert.match(problem, 'the history has no entry 1')
  assert.equal([box.read('/etc/x'), box.word], ['x 2\n', '2'])
  await waitFor('the announcement', () => box.announced.includes('ROLLBACK FAILED'))
  await waitFor('the guard to give up', () => box.status()?.guard === null)
  assert.ok(guard > 0)
  assert.match(box.must('gabarit status'), 'ROLLBACK FAILED (gabarit confirm keeps the change)')
  for (const command of ['signal-event change', 'gabarit confirm cancel']) {
    const { status, stderr } = box.run(command)
    assert.is(status, 3, command)
    assert.match(stderr, 'To keep it: gabarit confirm.')
  }
  box.must('gabarit confirm')
  assert.equal([box.read('/etc/x'), box.run('signal-event change').status], ['x 2\n', 0])
  box.remove()
})

failure('a commit that fails leaves nothing armed: refused by a check', () => {
  const box = new Server()
  box.must('config set word 2')
  const no = box.write('/etc/gabarit/checks.d/no', '#!/bin/sh\necho no\nexit 1\n', 0o755)
  assert.is(box.run('signal-event change --confirm-within 60s').status, 3)
  assert.equal([box.read('/etc/x'), box.isPending], ['x 1\n', false])
  rmSync(no)
  assert.is(box.run('signal-event change').status, 0)
  box.remove()
})

failure('a service that does not come up: it goes back at once, and nothing is armed', () => {
  const box = new Server()
  const program =
    '#!/bin/sh\ncase $1 in status) [ ! -e "$0.ill" ] && echo "$2 RUNNING" || echo "$2 EXITED" ;; maintail) ;; *) [ -e "$0.well" ] || touch "$0.ill" ;; esac\n'
  box.write('/bin/supervisorctl', program, 0o755)
  const env = { GABARIT_SERVICE_MANAGER: 'supervisord', PATH: `${box.path('/bin')}:${BIN}:${process.env.PATH}` }
  box.must('config set word 2')
  assert.is(box.run('signal-event change --confirm-within 60s', { env }).status, 4)
  assert.equal([box.read('/etc/x'), box.word, box.isPending], ['x 1\n', '1', false])
  box.remove()
})

failure('services that an event adjusts whatever changed are adjusted again when it goes back', async () => {
  const box = new Server()
  box.write(
    '/bin/supervisorctl',
    '#!/bin/sh\ncase $1 in status) echo "$2 RUNNING" ;; maintail) ;; *) echo "$*" >> "$0.log" ;; esac\n',
    0o755,
  )
  const env = { GABARIT_SERVICE_MANAGER: 'supervisord', PATH: `${box.path('/bin')}:${BIN}:${process.env.PATH}` }
  box.event('both', { 'templates2expand/etc/x': '', 'services2adjust/mail': 'restart\n' })
  box.must('config set word 2')
  box.must('signal-event both --confirm-within 1s', { env })
  await box.wentBack()
  assert.is(box.read('/etc/x'), 'x 1\n')
  const log = box.read('/bin/supervisorctl.log').trimEnd().split('\n').sort()
  assert.equal(log, ['restart mail', 'restart mail', 'signal HUP web', 'signal HUP web'])
  box.remove()
})

failure(
  'a secret set meanwhile is no obstacle; one that has changed before is refused: the file could not go back',
  () => {
    const box = new Server()
    box.write(
      '/etc/gabarit/db/configuration/vault.json',
      '{"type": "vault", "properties": {"Password": {"secret": true}}}',
    )
    box.write('/etc/gabarit/templates/etc/x', 'x <%= config.word %> <%= config.vault.Password %>\n')
    box.must('config set vault vault Password first-secret')
    box.must('signal-event change')
    box.arm('2', '60s')
    box.must('config setprop vault Password second-secret')
    assert.not.match(box.must('gabarit confirm status --json'), 'secret')
    box.must('gabarit confirm cancel')
    assert.equal([box.read('/etc/x'), box.word], ['x 1 first-secret\n', '1'])
    assert.is(box.must('config getprop vault Password'), 'second-secret\n')
    assert.is(box.run(['grep', '-r', 'first-secret', box.path('/var/lib/gabarit')]).stdout, '')
    const { status, stderr } = box.run('signal-event change --confirm-within 60s')
    assert.is(status, 3)
    assert.match(stderr, '/etc/x could not be rolled back: it contains a secret that has changed since')
    assert.equal([box.read('/etc/x'), box.isPending], ['x 1 first-secret\n', false])
    box.remove()
  },
)

failure(
  'damaged: what only looks shows everything else, says what is wrong and what to do; the guard tells everybody',
  async () => {
    const box = new Server()
    box.arm('2', '60s')
    await box.guard()
    box.must('config set word 3')
    box.write('/var/lib/gabarit/confirmation.json', '{"token": "1"}')
    await waitFor('the announcement', () => box.announced.includes('NO AUTOMATIC ROLLBACK'))
    const way = 'confirmation.json.damaged'
    for (const [command, shown] of [
      ['gabarit status', /the pending confirmation is damaged.*~ configuration word/s],
      ['gabarit status --json', /"word".*"confirmation": {\s*"problem": ".*damaged/s],
      ['gabarit confirm status', /the pending confirmation is damaged/],
      ['gabarit confirm status --json', /"problem": ".*damaged/],
    ] as const) {
      const { status, stdout, stderr } = box.run(command)
      assert.equal([status, stderr], [1, ''], command)
      assert.match(stdout, shown)
      assert.match(stdout, way)
    }
    for (const command of ['diff', 'history', 'show 1', 'log configuration']) box.must(`gabarit ${command}`)
    assert.match(box.must('gabarit diff'), '+x 3')
    const refused = ['signal-event change', 'gabarit confirm', 'gabarit confirm cancel', 'gabarit rollback 1']
    for (const command of [...refused, 'gabarit rollback 1 --dry-run', 'signal-event change --dry-run']) {
      const { status, stderr } = box.run(command)
      assert.is(status, 3, command)
      assert.match(stderr, way)
    }
    box.must(/mv .*/.exec(box.run('gabarit status').stdout)?.[0] ?? 'false')
    box.must('gabarit rollback 1')
    assert.equal([box.read('/etc/x'), box.word], ['x 1\n', '1'])
    box.remove()
  },
)

failure('damaged pending adjustments: the same', () => {
  const box = new Server()
  box.must('config set word 2')
  box.write('/var/lib/gabarit/pending.json', '{}')
  const { status, stdout } = box.run('gabarit status')
  assert.is(status, 1)
  assert.match(stdout, /pending service adjustments is damaged.*~ configuration word/s)
  assert.match(box.must('gabarit diff'), /pending service adjustments is damaged.*\+x 2/s)
  assert.is(box.run('signal-event change').status, 3)
  box.remove()
})

failure('what fails when it has gone back is no reason to tell everybody that it stays', async () => {
  const box = new Server()
  // How it ended cannot be noted.
  mkdirSync(box.path('/var/lib/gabarit/confirmation-last.json'))
  box.arm('2', '3s')
  const guard = await box.guard()
  await waitFor('the guard to end', () => box.run(['kill', '-0', String(guard)]).status !== 0)
  assert.equal([box.read('/etc/x'), box.word, box.isPending], ['x 1\n', '1', false])
  assert.not.match(box.announced, /ROLLBACK/)
  box.remove()
})

failure('the base is not pruned as long as it may be needed', () => {
  const box = new Server()
  box.arm('2', '60s')
  box.must('gabarit prune --keep 1')
  box.must('gabarit confirm cancel')
  assert.is(box.read('/etc/x'), 'x 1\n')
  box.remove()
})

failure('cut off at any step of the commit: files and confirmation are both there or both not', async () => {
  let armed = 0
  for (let step = 1; ; step++) {
    const engine = new Engine({ configuration: { word: ['2'] } })
    engine.template('etc/x', { '10x': 'x <%= config.word %>\n' })
    engine.write('/etc/x', 'x 1\n')
    const file = CONFIRMATION.path(engine.places)
    const system = new WatchedSystem(engine.places.root, number => {
      if (number >= step) throw new Error('dead')
    })
    const ended = await applyPlan(engine.context(system), engine.plan('etc/x'), [{ real: file, text: '{}' }]).then(
      () => true,
      () => false,
    )
    recover(engine.places)
    assert.is(existsSync(file), engine.read('/etc/x').includes('x 2'), `step ${step}`)
    if (existsSync(file)) armed++
    engine.remove()
    if (ended && armed > 1) break
    assert.ok(step < 100)
  }
})

failure.run()

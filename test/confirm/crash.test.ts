import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { preloading, run } from '../support/sandbox.ts'
import { needsRoot, testIf } from '../support/skip.ts'
import { pause, waitFor } from '../support/wait.ts'
import { Server } from './server.ts'

const crash = suite('confirmation and accidents')

/** An event whose action never ends; killed, with its whole session, when its files are in place. */
async function killedBehindCommit(box: Server, window: string): Promise<void> {
  box.event('hang', {
    'templates2expand/etc/x': '',
    S50: '#!/bin/sh\necho $$ > "$GABARIT_ROOT/action"\nexec sleep 60\n',
  })
  box.must('config set word 2')
  const child = box.start(['sh', '-c', `signal-event hang --confirm-within ${window}; true`])
  await waitFor('the action', () => box.exists('/action') && box.read('/action').endsWith('\n'))
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await once(child, 'exit')
  process.kill(Number(box.read('/action')), 'SIGKILL')
}

crash('the caller killed -9 with its session: it goes back all the same, and the history has both', async () => {
  const box = new Server()
  await killedBehindCommit(box, '2s')
  assert.is(box.read('/etc/x'), 'x 2\n')
  await box.wentBack()
  assert.equal([box.read('/etc/x'), box.word], ['x 1\n', '1'])
  const [back, cutOff] = box.history()
  assert.equal([back?.via, back?.outcome, back?.paths], ['confirmation', 'done', ['/etc/x']])
  assert.equal([cutOff?.command, cutOff?.args, cutOff?.outcome], ['signal-event', ['hang'], 'failed'])
  assert.match(cutOff?.problems[0] ?? '', 'it was interrupted')
  assert.equal(
    back?.adjustments.map(({ service }) => service),
    ['web'],
  )
  box.remove()
})

crash('killed, and confirmed from another shell: it stays, and can be rolled back by hand', async () => {
  const box = new Server()
  await killedBehindCommit(box, '60s')
  box.must('gabarit confirm')
  assert.is(box.read('/etc/x'), 'x 2\n')
  box.must('gabarit rollback 1')
  assert.is(box.read('/etc/x'), 'x 1\n')
  box.remove()
})

crash('the guard killed: the next command that changes files goes back first, or starts another guard', async () => {
  const box = new Server()
  box.arm('2', '60s')
  await box.killGuard()
  assert.is(box.run('gabarit confirm expired').status, 0)
  assert.is(box.read('/etc/x'), 'x 2\n')
  await box.killGuard()
  box.letExpire()
  const { status, stderr } = box.run('signal-event change')
  assert.is(status, 0)
  assert.match(stderr, 'was not confirmed in time and was rolled back. Everything is as it was after entry 1')
  assert.equal([box.read('/etc/x'), box.isPending], ['x 1\n', false])
  box.remove()
})

crash('another boot id: it goes back at once, however much time is left', async () => {
  const box = new Server()
  box.arm('2', '1h')
  await box.killGuard()
  box.change(pending => ({ ...pending, window: { ...pending.window, boot: 'the-boot-before' } }))
  assert.match(box.must('gabarit status'), 'expired; the next command that changes files rolls it back')
  assert.is(box.run('gabarit confirm').status, 1)
  assert.equal([box.read('/etc/x'), box.isPending], ['x 1\n', false])
  box.remove()
})

const noNamespace = needsRoot() ?? (run(['unshare', '--mount', 'true']).status === 0 ? undefined : 'no mount namespace')
testIf(
  crash,
  noNamespace,
  'the machine started anew on the same disk, in a namespace with its own boot id',
  async () => {
    const box = new Server()
    box.arm('2', '1h')
    await box.killGuard()
    box.write('/boot-id', '00000000-0000-4000-8000-000000000000\n')
    const start = `mount --bind ${box.path('/boot-id')} /proc/sys/kernel/random/boot_id && gabarit confirm expired`
    const { status, stderr } = box.run(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', start])
    assert.is(status, 0, stderr)
    assert.match(stderr, 'was rolled back')
    assert.equal([box.read('/etc/x'), box.word, box.isPending], ['x 1\n', '1', false])
    box.remove()
  },
)

/** A clock that jumps by as many milliseconds as a file says, in every process of a server. */
function jumpingClock(box: Server): { env: Record<string, string>; jump: (days: number) => void } {
  const file = box.path('/clock')
  const script = box.write(
    '/clock.cjs',
    `const { readFileSync } = require('node:fs')
    const Real = Date
    const now = () => { try { return Real.now() + Number(readFileSync('${file}', 'utf8')) } catch { return Real.now() } }
    globalThis.Date = class extends Real {
      constructor(...args) { args.length === 0 ? super(now()) : super(...args) }
      static now() { return now() }
    }\n`,
  )
  const jump = (days: number) => writeFileSync(file, String(days * 86_400_000))
  return { env: preloading(script), jump }
}

crash('a clock that jumps ahead or back fires neither early nor late', async () => {
  const box = new Server()
  const { env, jump } = jumpingClock(box)
  jump(0)
  box.must('config set word 2')
  box.must('signal-event change --confirm-within 60s', { env })
  const guard = await box.guard()
  jump(400)
  box.must('gabarit confirm expired', { env })
  // Two looks of the guard.
  await pause(1200)
  assert.equal([box.read('/etc/x'), await box.guard()], ['x 2\n', guard])
  jump(-400)
  box.must('gabarit confirm extend 1s', { env })
  jump(-800)
  await box.wentBack()
  assert.is(box.read('/etc/x'), 'x 1\n')
  box.remove()
})

crash.run()

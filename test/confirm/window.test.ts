import { userInfo } from 'node:os'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { waitFor } from '../support/wait.ts'
import { Server } from './server.ts'

const window = suite('confirm within a window')

window('unconfirmed it goes back: files, databases, services, as an entry of the history', async () => {
  const box = new Server()
  assert.match(box.arm('2', '60s'), 'unless you confirm: gabarit confirm')
  assert.is(box.read('/etc/x'), 'x 2\n')
  const warning = `signal-event change by ${userInfo().username}, else back to entry 1`
  await waitFor('the warning', () => box.announced.includes(warning))
  box.letExpire()
  await box.wentBack()
  assert.is(box.read('/etc/x'), 'x 1\n')
  assert.is(box.word, '1')
  const [back] = box.history()
  assert.equal([back?.command, back?.args, back?.via, back?.outcome], ['rollback', ['1'], 'confirmation', 'done'])
  assert.match(back?.comment ?? '', 'was not confirmed in time')
  assert.equal(back?.adjustments, [
    { service: 'web', command: 'reload web (there is no service manager)', problem: null },
  ])
  await waitFor('the announcement', () => box.announced.includes('Everything is as it was after entry 1'))
  const late = box.run('gabarit confirm')
  assert.equal(
    [late.status, late.stderr.split('\n')[0]?.replace(/at .*/, '')],
    [1, 'too late: signal-event change was rolled back '],
  )
  assert.is(box.run('signal-event change').status, 0)
  box.remove()
})

window('an edit by hand that the unconfirmed event replaced comes back', () => {
  const box = new Server()
  box.write('/etc/x', 'x that lets me in\n')
  box.arm('2', '60s')
  box.must('gabarit confirm cancel')
  assert.is(box.read('/etc/x'), 'x that lets me in\n')
  box.remove()
})

window('times are those of the zone with its offset, in JSON those of UTC', () => {
  const box = new Server()
  box.arm('2', '60s')
  // Kathmandu is ahead by 5:45 the whole year. With input a command is a process of its own, which reads TZ.
  const inZone = (command: string) => box.must(command, { input: '\n', env: { TZ: 'Asia/Kathmandu' } })
  const local = (time: unknown) =>
    `${new Date(Date.parse(String(time)) + 345 * 60_000).toISOString().slice(0, 19).replace('T', ' ')} +0545`
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
  const until: unknown = JSON.parse(inZone('gabarit confirm status --json')).until
  assert.match(String(until), iso)
  assert.match(inZone('gabarit confirm status'), `until ${local(until)}, `)
  const [{ time }] = JSON.parse(inZone('gabarit history --json'))
  assert.match(time, iso)
  assert.match(inZone('gabarit history'), local(time))
  box.must('gabarit confirm')
  box.remove()
})

window('confirmed it stays, and its guard ends', async () => {
  const box = new Server()
  box.arm('2', '60s')
  const guard = await box.guard()
  const waits = box.run('gabarit status').stdout
  assert.match(waits, /waiting for confirmation: signal-event change by \S+, else back to entry 1: until/)
  assert.not.match(waits, /^nothing to do$/m)
  assert.match(box.must('gabarit confirm'), 'confirmed: signal-event change')
  await waitFor('the guard to end', () => !box.exists(`/proc/${guard}`) && !isAlive(guard))
  assert.equal([box.read('/etc/x'), box.word, box.status()], ['x 2\n', '2', null])
  assert.not.match(box.must('gabarit status'), 'waiting for confirmation')
  assert.is(box.run('signal-event change').status, 0)
  box.remove()
})

window(
  'a second event is refused, in the databases everything goes on, and what is set there meanwhile stays',
  async () => {
    const box = new Server()
    box.arm('2', '60s')
    box.must('config set other thing')
    const commands = ['signal-event change', 'gabarit apply', 'gabarit rollback 1', 'expand-template /etc/x']
    commands.push('signal-event --dry-run change', 'gabarit apply --check', 'expand-template --diff /etc/x')
    for (const command of [...commands, 'signal-event change --confirm-within 5s']) {
      const { status, stderr } = box.run(command)
      assert.is(status, 3, command)
      assert.match(stderr, 'a change is waiting for confirmation')
    }
    assert.is(box.status()?.base, 1)
    assert.match(box.must('gabarit confirm cancel'), 'rolled back. Everything is as it was after entry 1')
    assert.equal([box.read('/etc/x'), box.word, box.must('config get other')], ['x 1\n', '1', 'thing\n'])
    box.remove()
  },
)

window('two confirms at once: one wins, the other says so', async () => {
  for (let round = 0; round < 3; round++) {
    const box = new Server()
    box.arm('2', '60s')
    const ended = await Promise.all(
      [1, 2].map(async () => {
        const child = box.start(['gabarit', 'confirm'])
        let said = ''
        child.stderr?.on('data', chunk => {
          said += chunk
        })
        const status = await new Promise(resolve => child.on('close', resolve))
        return `${status} ${said.replace(/:.*/s, '')}`
      }),
    )
    assert.equal(ended.sort(), ['0 ', '1 already confirmed'])
    assert.is(box.read('/etc/x'), 'x 2\n')
    box.remove()
  }
})

window('extend: the window opens anew; the guard waits for the new end', async () => {
  const box = new Server()
  box.arm('2', '60s')
  const guard = await box.guard()
  assert.match(box.must('gabarit confirm extend 2h'), 'rolls back automatically at')
  assert.ok((box.status()?.left ?? 0) > 7000)
  assert.is(await box.guard(), guard)
  box.must('gabarit confirm extend 1s')
  await box.wentBack()
  assert.is(box.read('/etc/x'), 'x 1\n')
  box.remove()
})

window('events that an action signals belong to the change', async () => {
  const box = new Server()
  box.write('/etc/gabarit/templates/etc/y', 'y <%= config.word %>\n')
  box.event('inner', { 'templates2expand/etc/y': '' })
  box.event('outer', {
    S04: '#!/bin/sh\nsignal-event inner\n',
    'templates2expand/etc/x': '',
    S06: '#!/bin/sh\nconfig set word 3\nsignal-event inner\n! signal-event inner --confirm-within 5s\n',
  })
  box.arm('2', '60s', 'outer')
  assert.equal([box.read('/etc/x'), box.read('/etc/y')], ['x 2\n', 'y 3\n'])
  assert.is(box.status()?.base, 1)
  box.must('gabarit confirm cancel')
  assert.is(box.read('/etc/x'), 'x 1\n')
  assert.not(box.exists('/etc/y'))
  box.remove()
})

window('apply and rollback have it too; what changes nothing waits for nothing', async () => {
  const box = new Server()
  // Without an event to name, everything has to be in order.
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  box.must('config set word 2')
  box.must('gabarit apply --confirm-within 60s')
  assert.equal([box.read('/etc/x'), box.status()?.base], ['x 2\n', 2])
  box.must('gabarit confirm')
  box.must('gabarit rollback --confirm-within 1s')
  assert.equal([box.read('/etc/x'), box.word], ['x 1\n', '1'])
  await box.wentBack()
  assert.equal([box.read('/etc/x'), box.word], ['x 2\n', '2'])
  assert.match(box.must('signal-event change --confirm-within 60s'), 'nothing changes, so there is nothing to confirm')
  assert.not(box.isPending)
  box.remove()
})

window('words and durations that do not fit are refused, and so is a first event', () => {
  const box = new Server()
  for (const command of [
    'gabarit confirm maybe',
    'gabarit confirm extend',
    'gabarit confirm extend soon',
    'gabarit confirm cancel now',
    'signal-event change --confirm-within 0',
    'signal-event change --confirm-within 8d',
    'gabarit apply --confirm-within ten',
  ])
    assert.is(box.run(command).status, 2, command)
  const nothing = box.run('gabarit confirm')
  assert.equal([nothing.status, nothing.stderr], [1, 'no change is waiting for confirmation\n'])
  assert.is(box.must('gabarit confirm status'), 'no change is waiting for confirmation\n')
  box.must(['rm', '-r', box.path('/var/lib/gabarit/history')])
  box.must('config set word 2')
  const first = box.run('signal-event change --confirm-within 60s')
  assert.is(first.status, 3)
  assert.match(first.stderr, 'there is no state to roll back to')
  assert.is(box.read('/etc/x'), 'x 1\n')
  box.remove()
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

window.run()

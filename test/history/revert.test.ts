import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeServer, newestEntry } from '../support/change-server.ts'

const revert = suite('revert')

revert('undoes one entry and keeps what came later', () => {
  const box = changeServer(true)
  box.must('db sites set a.org site status enabled title First')
  box.must('signal-event change')
  box.must('config setprop note text two')
  box.must('db sites set b.org site status enabled title Second')
  box.must('signal-event change --comment yesterday')
  const { id } = newestEntry(box)
  box.must('db sites setprop a.org title Today')
  box.must('signal-event change')

  const plan = box.must(['gabarit', 'revert', String(id), '--dry-run'])
  for (const part of ['"yesterday"', '~ configuration note text: "two" -> "one"', '- sites b.org', '+++ /etc/note'])
    assert.match(plan, part)
  assert.not.match(plan, 'a.org')
  const data = JSON.parse(box.must(['gabarit', 'revert', String(id), '--dry-run', '--json']))
  assert.equal([data.status, data.properties[0].new], [0, 'one'])
  box.must(['gabarit', 'revert', String(id), '--comment', 'not that'])
  assert.is(box.read('/etc/note'), 'text one\n')
  assert.is(box.read('/etc/sites/a.org.conf'), 'site a.org: Today\n')
  assert.not(box.exists('/etc/sites/b.org.conf'))
  assert.not(box.exists('/etc/sites-enabled/b.org.conf'))
  assert.is(box.run('db sites get b.org').status, 1)
  const entry = newestEntry(box)
  assert.equal([entry.command, entry.args, entry.comment], ['revert', [String(id)], 'not that'])
  assert.match(box.must(['gabarit', 'revert', String(id)]), 'its properties have their previous values already')
  box.remove()
})

revert('makes files from templates: no edit by hand comes back, and one that it replaces is said and kept', () => {
  const box = changeServer(true)
  box.must('config setprop note text two')
  box.must('signal-event change')
  const { id } = newestEntry(box)
  box.write('/etc/note', 'text by hand\n')
  box.must('db sites set a.org site status enabled title First')
  box.must('signal-event change')
  box.write('/etc/note', 'text by hand again\n')
  assert.match(box.must(['gabarit', 'revert', String(id)]), 'changed /etc/note (was edited by hand')
  assert.is(box.read('/etc/note'), 'text one\n')
  assert.is(box.must('db sites getprop a.org title'), 'First\n')
  box.remove()
})

revert('is refused where something depends on the entry, and names it', () => {
  const box = changeServer(true)
  box.must('signal-event change')
  box.must('db sites set a.org site status enabled title First')
  box.must('config setprop note text two')
  box.must('signal-event change')
  const { id } = newestEntry(box)
  box.must('db sites setprop a.org comment added')
  box.must('signal-event change')
  box.must('config setprop note text three')
  const before = [box.must('gabarit status --json'), box.must('db sites show'), box.read('/etc/note')]
  const { status, stderr } = box.run(['gabarit', 'revert', String(id)])
  assert.is(status, 3, stderr)
  assert.match(stderr, `entry ${id + 1} (signal-event change): sites a.org comment\n`)
  assert.match(stderr, 'a change that no event has applied yet: configuration note text')
  assert.equal([box.must('gabarit status --json'), box.must('db sites show'), box.read('/etc/note')], before)
  box.remove()
})

revert('puts a secret back if it is known, and is refused if not', () => {
  const box = changeServer(true)
  box.must('signal-event change')
  box.must('config setprop vault Password changed-since')
  box.must('signal-event change')
  const { id } = newestEntry(box)
  const { status, stderr } = box.run(['gabarit', 'revert', String(id)])
  assert.is(status, 3, stderr)
  assert.match(stderr, 'configuration vault Password contained a secret that has changed since')
  box.must('config setprop vault Hint opensesame')
  box.must('config set spare service Password opensesame')
  box.write(
    '/etc/gabarit/db/configuration/spare.json',
    '{"type": "service", "properties": {"Password": {"secret": true}}}',
  )
  const shown = box.must(['gabarit', 'revert', String(id)])
  assert.not.match(shown, 'opensesame')
  assert.is(box.read('/etc/vault'), 'password opensesame\n')
  box.remove()
})

revert('an entry without properties, or one that was refused, is refused', () => {
  const box = changeServer(true)
  box.must('signal-event change')
  box.must('signal-event change --comment nothing')
  const { id } = newestEntry(box)
  assert.match(box.run(['gabarit', 'revert', String(id)]).stderr, 'changed no property')
  box.must('config setprop note text two')
  box.write('/etc/gabarit/checks.d/no', '#!/bin/sh\nexit 1\n', 0o755)
  box.run('signal-event change')
  const { status, stderr } = box.run(['gabarit', 'revert', String(id + 1)])
  assert.is(status, 3, stderr)
  assert.match(stderr, 'was refused, so there is nothing to revert')
  box.remove()
})

revert('the history names what changed, and shows the entries of a time', () => {
  const box = changeServer(true)
  box.must('config setprop note text two')
  box.must('db sites set a.org site status enabled title First')
  box.must('signal-event change')
  assert.match(box.must('gabarit history --limit 1'), /done: note text, sites a\.org; \/etc\/note, /)
  const { time } = newestEntry(box)
  const ids = (...options: string[]) =>
    JSON.parse(box.must(['gabarit', 'history', '--json', ...options])).map(({ id }: { id: number }) => id)
  const day = new Date(String(time)).toLocaleDateString('sv')
  assert.equal(ids('--since', '7d').length, 2)
  assert.equal(ids('--since', String(time)), [ids()[0]])
  assert.equal(ids('--until', day).length, 2, 'the day belongs to it')
  assert.equal(ids('--since', `${day} 00:00`, '--until', '2000-02-29 00:00:00 +0100'), [])
  for (const bad of ['yesterday', '2026-02-30', '2026-13-01', '14:05', '2026-11-28 25:00']) {
    const { status, stderr } = box.run(['gabarit', 'history', '--since', bad])
    assert.is(status, 2, bad)
    assert.match(stderr, '--since takes a day, a time or how long ago')
  }
  box.remove()
})

revert.run()

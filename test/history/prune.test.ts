import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeServer, newestEntry } from '../support/change-server.ts'
import type { Sandbox } from '../support/sandbox.ts'

const prune = suite('pruning the history')

const FOLDER = '/var/lib/gabarit/history'
const ids = (box: Sandbox) =>
  readdirSync(box.path(FOLDER))
    .sort()
    .map(name => Number.parseInt(name, 10))
const contents = (box: Sandbox) =>
  readdirSync(box.path('/var/lib/gabarit/objects'), { recursive: true, encoding: 'utf8' }).filter(
    name => name.length > 60,
  )

function change(box: Sandbox, times: number): void {
  for (let count = 0; count < times; count++) {
    box.must(`config setprop note text ${count}-${ids(box).at(-1)}`)
    box.must('signal-event change')
  }
}

/** Makes an entry look as if it had been written days ago. */
function age(box: Sandbox, id: number, days: number): void {
  const then = Date.now() / 1000 - days * 86400
  utimesSync(box.path(`${FOLDER}/${String(id).padStart(6, '0')}.json`), then, then)
}

prune('by number and by age; contents that nobody needs go too; going back to what is left still works', () => {
  const box = changeServer()
  box.must('signal-event change')
  change(box, 5)
  assert.equal(ids(box), [1, 2, 3, 4, 5, 6])
  for (const id of [1, 2, 3]) age(box, id, 100)
  assert.is(box.must('gabarit prune --older-than 90d --dry-run'), 'would remove 3 of 6 entries\n')
  const before = contents(box).length
  assert.match(box.must('gabarit prune --older-than 90d'), /^removed 3 entries, [1-9]\d* contents\n$/)
  assert.equal(ids(box), [4, 5, 6])
  assert.ok(contents(box).length < before)
  assert.equal(JSON.parse(box.must('gabarit prune --keep 2 --json')).entries, 1)
  const wanted = box.must('gabarit show 5')
  assert.match(wanted, 'text')
  box.must('gabarit rollback 5')
  assert.match(box.read('/etc/note'), 'text 3-4')
  box.remove()
})

prune('a clock that is years ahead for an event or two makes nothing old', () => {
  const box = changeServer()
  box.must('signal-event change')
  change(box, 3)
  // To a clock that is ahead, all entries are old.
  for (const id of [1, 2, 3, 4]) age(box, id, 800)
  change(box, 2)
  // Right again, it sees two from the future.
  for (const id of [1, 2, 3, 4]) age(box, id, 0)
  for (const id of [5, 6]) age(box, id, -800)
  change(box, 1)
  box.must('gabarit prune')
  assert.equal(ids(box), [1, 2, 3, 4, 5, 6, 7])
  box.remove()
})

prune('never the newest entry whose changes stand: status and discard need it', () => {
  const box = changeServer()
  box.must('signal-event change')
  box.write('/etc/gabarit/checks.d/no', '#!/bin/sh\nexit 1\n', 0o755)
  for (const text of ['a', 'b', 'c']) {
    box.must(`config setprop note text ${text}`)
    assert.is(box.run('signal-event change').status, 3)
  }
  box.must('gabarit prune --keep 1')
  assert.equal(ids(box), [1, 4])
  box.must('gabarit prune --keep 0')
  assert.equal(ids(box), [1])
  assert.match(box.must('gabarit status'), '"one" -> "c"')
  box.must('gabarit discard')
  assert.is(box.must('config getprop note text'), 'one\n')
  box.remove()
})

prune('by itself after each entry, as the record gabarit says', () => {
  const box = changeServer()
  box.must('config set gabarit settings HistoryKeep 3')
  box.must('signal-event change')
  change(box, 5)
  assert.equal(ids(box), [4, 5, 6])
  box.must('config setprop gabarit HistoryKeep 100 HistoryAge 30d')
  age(box, 4, 31)
  change(box, 1)
  assert.equal(ids(box), [5, 6, 7])
  // A damaged entry of the past does not keep the present from going on.
  writeFileSync(box.path(`${FOLDER}/000005.json`), '{')
  age(box, 5, 31)
  change(box, 1)
  assert.equal(ids(box), [6, 7, 8])
  assert.match(box.run('config setprop gabarit HistoryAge 3h').stderr, 'HistoryAge')
  box.remove()
})

prune('a damaged entry is named, the others are shown; it costs no event its good end', () => {
  const box = changeServer()
  box.must('config set gabarit settings HistoryKeep 45')
  box.must('signal-event change')
  const first = JSON.parse(box.read(`${FOLDER}/000001.json`))
  for (let id = 4; id <= 48; id++)
    box.write(`${FOLDER}/${String(id).padStart(6, '0')}.json`, JSON.stringify({ ...first, id }))
  rmSync(box.path(`${FOLDER}/000001.json`))
  const file = box.path(`${FOLDER}/000040.json`)
  for (const text of ['{', '{"id": 40}']) {
    writeFileSync(file, text)
    const { status, stdout, stderr } = box.run('gabarit history --limit 100')
    assert.is(status, 1)
    assert.is(stdout.trimEnd().split('\n').length, 44)
    assert.match(stderr, /000040\.json: this entry of the history is damaged: .*\n {2}To continue without it: mv /)
    assert.not.match(stderr, 'bug in gabarit')
  }
  // At entry 50 the contents are looked through.
  change(box, 2)
  assert.is(newestEntry(box).id, 50)
  assert.is(newestEntry(box).outcome, 'done')
  box.must(/mv .*/.exec(box.run('gabarit history --limit 100').stderr)?.[0] ?? 'false')
  box.must('gabarit history --limit 100')
  box.must('gabarit log configuration')
  const note = box.write('/var/lib/gabarit/unfinished-000099.json', '{"id": 99}')
  const refused = box.run('signal-event change')
  assert.is(refused.status, 3)
  assert.match(refused.stderr, `${note}: the note of an interrupted run is damaged: "user" is missing`)
  box.remove()
})

prune('a thousand entries: the list, the log and the next event go on', () => {
  const box = changeServer()
  box.must('signal-event change')
  const first = JSON.parse(readFileSync(box.path(`${FOLDER}/000001.json`), 'utf8'))
  for (let id = 2; id <= 1000; id++)
    writeFileSync(box.path(`${FOLDER}/${String(id).padStart(6, '0')}.json`), JSON.stringify({ ...first, id }))
  assert.is(JSON.parse(box.must('gabarit history --json')).length, 20)
  assert.is(JSON.parse(box.must('gabarit history --limit 5000 --json')).length, 1000)
  change(box, 1)
  assert.is(newestEntry(box).id, 1001)
  assert.is(ids(box).length, 1000, 'HistoryKeep is 1000 when nothing else is said')
  box.remove()
})

prune('what cannot be meant is refused', () => {
  const box = changeServer()
  assert.is(box.run('gabarit prune --keep some').status, 2)
  assert.is(box.run('gabarit prune --older-than soon').status, 2)
  box.remove()
})

prune.run()

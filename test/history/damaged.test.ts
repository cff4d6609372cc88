// The history cannot stop configuration, and what nobody has checked does not count as checked later.
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { wrong } from '../support/doctor.ts'
import type { Sandbox } from '../support/sandbox.ts'
import { shopSite } from '../support/shop.ts'

const damaged = suite('a damaged history')
const UNCHECKED = { env: { GABARIT_VALIDATE: 'off' } }
const HISTORY = '/var/lib/gabarit/history'

/** It has an event that makes a file, which has run, and one that makes nothing. */
function site(): Sandbox {
  const box = shopSite()
  box.write('/etc/gabarit/events/nightly/S10look', '#!/bin/sh\n', 0o755)
  box.must('config set gabarit settings')
  box.must('config set shop service port 80 word geheimnis')
  box.must('signal-event shop-update')
  return box
}

function lastEntry(box: Sandbox) {
  const name = readdirSync(box.path(HISTORY)).sort().at(-1) ?? ''
  return { file: box.path(`${HISTORY}/${name}`), entry: JSON.parse(box.read(`${HISTORY}/${name}`)) }
}

function objectOf(box: Sandbox, hash: string): string {
  return box.path(`/var/lib/gabarit/objects/${hash.slice(0, 2)}/${hash}`)
}

const HARMS: Readonly<Record<string, (box: Sandbox) => void>> = {
  'the entry itself': box => writeFileSync(lastEntry(box).file, '{"id":'),
  'a lost database': box => rmSync(objectOf(box, lastEntry(box).entry.databases.configuration)),
  'a changed database': box => writeFileSync(objectOf(box, lastEntry(box).entry.databases.configuration), '{}'),
}

for (const [name, harm] of Object.entries(HARMS)) {
  damaged(`${name}: doctor tells, status and events go on with a warning, and the next event heals it`, () => {
    const box = site()
    harm(box)
    assert.match(JSON.stringify(wrong(box).found), /"id":"history","level":"error".*"command":"gabarit apply"/)
    assert.is(box.run('gabarit status').status, 0)
    const { status, stderr } = box.run('signal-event shop-update')
    assert.is(status, 0, stderr)
    assert.match(stderr, /the last state in the history is unknown/)
    const left = wrong(box)
    assert.is(left.status, 0)
    // An entry that is damaged itself stays, until somebody moves it away.
    const moves = left.found.map(({ message }) => /: mv (\S+) (\S+)$/.exec(message)?.slice(1) ?? [])
    assert.is(moves.length, name === 'the entry itself' ? 1 : 0)
    for (const [from = '', to = ''] of moves) renameSync(from, to)
    assert.equal(wrong(box).found, [])
    box.must('config setprop shop port 81')
    assert.is(box.run('signal-event shop-update').stderr, '')
    assert.is(box.read('/etc/shop'), 'port 81\nword geheimnis\n')
    box.remove()
  })

  damaged(`${name}: every value is checked, unless validation is off, which still makes the entry`, () => {
    const box = site()
    box.must('config setprop shop port eighty', UNCHECKED)
    harm(box)
    const { status, stderr } = box.run('signal-event shop-update')
    assert.is(status, 3)
    assert.match(stderr, '"eighty" is not a port')
    const before = readdirSync(box.path(HISTORY)).length
    box.must('signal-event shop-update', UNCHECKED)
    assert.is(box.read('/etc/shop'), 'port eighty\nword geheimnis\n')
    assert.is(readdirSync(box.path(HISTORY)).length, before + 1)
    box.remove()
  })
}

for (const name of ['history', 'objects'])
  damaged(`a file in the place of the folder ${name}: doctor tells, and the next event moves it aside`, () => {
    const box = site()
    rmSync(box.path(`/var/lib/gabarit/${name}`), { recursive: true })
    box.write(`/var/lib/gabarit/${name}`, 'mine')
    assert.match(JSON.stringify(wrong(box).found), /is a file, not a folder/)
    box.must('config setprop shop port 81')
    box.must('signal-event shop-update')
    assert.is(box.read('/etc/shop'), 'port 81\nword geheimnis\n')
    assert.is(box.read(`/var/lib/gabarit/${name}.damaged`), 'mine')
    assert.equal(wrong(box).found, [])
    box.remove()
  })

for (const [what, make] of [
  ['a folder', (path: string) => mkdirSync(path)],
  ['a link to nothing', (path: string) => symlinkSync('nothing', path)],
  ['a link to itself', (path: string) => symlinkSync('masking-key', path)],
] as const)
  damaged(`a masking key that is ${what} is made again`, () => {
    const box = site()
    const key = box.path('/var/lib/gabarit/masking-key')
    rmSync(key)
    make(key)
    box.must('config setprop shop port 81')
    assert.is(box.run('gabarit status').status, 0)
    box.must('signal-event shop-update')
    assert.is(box.read('/etc/shop'), 'port 81\nword geheimnis\n')
    assert.is(lstatSync(key).size, 32)
    box.remove()
  })

damaged('the list of files, or a masked file, that is lost does not stop an event either', () => {
  const box = site()
  for (const name of readdirSync(box.path('/var/lib/gabarit/objects')))
    rmSync(box.path(`/var/lib/gabarit/objects/${name}`), { recursive: true })
  box.must('config setprop shop port 81')
  box.must('signal-event shop-update')
  assert.is(box.read('/etc/shop'), 'port 81\nword geheimnis\n')
  box.remove()
})

damaged('discard refuses to return to a state that cannot be read', () => {
  const box = site()
  box.must('config setprop shop port 81')
  HARMS['a lost database']?.(box)
  const { status, stderr } = box.run('gabarit discard')
  assert.is.not(status, 0)
  assert.match(stderr, /has been pruned, or is lost/)
  assert.is(box.must('config getprop shop port'), '81\n')
  box.remove()
})

damaged('discard says what status says after an event that concerns nothing of a change', () => {
  const box = site()
  box.must('config setprop shop port 81')
  box.must('signal-event nightly')
  assert.match(box.must('gabarit status'), /^ {2}\w+ .etc.shop$/m)
  assert.match(box.must('gabarit discard'), /no property has changed .*\nnote: files still differ/)
  box.remove()
})

damaged('an event that expands nothing does not bring an unchecked value to life', () => {
  const box = site()
  for (const [property, event] of [
    ['port', 'nightly'],
    ['port', 'nightly nightly'],
  ] as const) {
    box.must(`config setprop shop ${property} 1$(id)`, UNCHECKED)
    for (const name of event.split(' ')) box.must(`signal-event ${name}`)
    const { status, stderr } = box.run('signal-event shop-update')
    assert.is(status, 3)
    assert.match(stderr, '"1$(id)" is not a port')
    box.must('config setprop shop port 82')
    box.must('signal-event shop-update')
  }
  box.remove()
})

damaged('a rollback does not either, nor the restore of one file', () => {
  const box = site()
  box.must('config setprop shop port 1$(id)', UNCHECKED)
  box.must('signal-event nightly')
  box.must('config setprop shop port 83')
  box.must('signal-event shop-update')
  box.must('gabarit rollback 2')
  assert.is(box.run('signal-event shop-update').status, 3)
  box.write('/etc/shop', 'by hand\n')
  box.run('gabarit restore /etc/shop')
  assert.is(box.run('signal-event shop-update').status, 3)
  box.remove()
})

damaged.run()

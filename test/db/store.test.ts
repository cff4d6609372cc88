import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readDatabase, writeTransaction } from '../../src/db/store.ts'
import { Fixture, failureOf } from './fixture.ts'

const test = suite<{ fixture: Fixture; file: string }>('store')

test.before.each(context => {
  context.fixture = new Fixture()
  context.file = context.fixture.write('x.json', '{}\n')
  fs.rmSync(context.file)
})
test.after.each(({ fixture }) => fixture.remove())

const options = { command: 'test' }
const names = (file: string) => fs.readdirSync(join(file, '..')).sort()

test('a missing database is undefined; the first write makes it', ({ file }) => {
  assert.is(readDatabase(file), undefined)
  writeTransaction(file, options, draft => draft.set('a', 't', { p: 'v' }))
  assert.is(readDatabase(file)?.get('a')?.properties.get('p'), 'v')
  assert.equal(names(file), ['.x.json.last-good', 'x.json'])
})

test('the file is made for its owner and group only, and keeps the mode it is given', ({ file }) => {
  writeTransaction(file, options, draft => draft.set('a', 't'))
  assert.is(fs.statSync(file).mode & 0o007, 0)
  fs.chmodSync(file, 0o600)
  writeTransaction(file, options, draft => draft.set('b', 't'))
  assert.is(fs.statSync(file).mode & 0o777, 0o600)
})

test('nothing is written when nothing changed', ({ file }) => {
  writeTransaction(file, options, draft => draft.set('a', 't', { p: 'v' }))
  const before = fs.statSync(file).ino
  writeTransaction(file, options, draft => draft.setprop('a', 'p', 'v'))
  writeTransaction(file, options, draft => draft.delprop('a', 'absent'))
  assert.is(fs.statSync(file).ino, before)
})

test('a change that throws leaves the database and no lock', ({ file }) => {
  writeTransaction(file, options, draft => draft.set('a', 't'))
  const before = fs.readFileSync(file, 'utf8')
  const failure = failureOf(() =>
    writeTransaction(file, options, draft => {
      draft.set('b', 't')
      draft.setprop('absent', 'p', 'v')
    }),
  )
  assert.match(failure.message, 'there is no record "absent"')
  assert.is(fs.readFileSync(file, 'utf8'), before)
  assert.equal(names(file), ['.x.json.last-good', 'x.json'])
})

test('a damaged database stops with line and last good copy, and is not replaced', ({ file }) => {
  writeTransaction(file, options, draft => draft.set('a', 't', { p: 'v' }))
  const damaged = fs.readFileSync(file, 'utf8').slice(0, 30)
  fs.writeFileSync(file, damaged)
  const failure = failureOf(() => readDatabase(file))
  assert.match(failure.where ?? '', /x\.json:\d+:\d+$/)
  const cp = failure.hint?.split('\n').at(-1) ?? ''
  assert.match(cp, /^cp \S+\.last-good \S+$/)
  assert.throws(() => writeTransaction(file, options, draft => draft.set('b', 't')))
  assert.is(fs.readFileSync(file, 'utf8'), damaged)
  execFileSync('sh', ['-c', cp])
  assert.is(readDatabase(file)?.get('a')?.properties.get('p'), 'v')
})

test('without a good copy none is named', ({ fixture }) => {
  const file = fixture.write('y.json', 'nonsense')
  assert.match(failureOf(() => readDatabase(file)).hint ?? '', 'no good copy')
})

test('bytes that are not UTF-8 are damage', ({ fixture }) => {
  const file = fixture.write('y.json', Buffer.from('{"a": {\n"type": "caf\xe9"}}', 'latin1'))
  const failure = failureOf(() => readDatabase(file))
  assert.match(failure.where ?? '', /:2:13$/)
  assert.match(failure.message, 'not valid UTF-8')
})

test('a flat file of SME Server in its place is recognised', ({ fixture }) => {
  const file = fixture.write('hosts.json', '# DO NOT MODIFY\nwww.example.org=host|HostType|Self\n')
  assert.match(failureOf(() => readDatabase(file)).hint ?? '', 'db hosts import FILE')
})

test('a folder, a pipe and a dangling link are no databases', ({ fixture }) => {
  const folder = join(fixture.folder, 'folder.json')
  fs.mkdirSync(folder)
  assert.match(failureOf(() => readDatabase(folder)).message, 'this is a folder')
  const pipe = join(fixture.folder, 'pipe.json')
  execFileSync('mkfifo', [pipe])
  assert.match(failureOf(() => readDatabase(pipe)).message, 'not a regular file')
  const link = join(fixture.folder, 'link.json')
  fs.symlinkSync('nowhere.json', link)
  assert.match(failureOf(() => readDatabase(link)).message, 'a symbolic link to "nowhere.json"')
  assert.throws(() => writeTransaction(link, options, draft => draft.set('a', 't')))
})

test('a symbolic link is followed and stays a link', ({ fixture, file }) => {
  const link = join(fixture.folder, 'link.json')
  writeTransaction(file, options, draft => draft.set('a', 't'))
  fs.symlinkSync(file, link)
  writeTransaction(link, options, draft => draft.set('b', 't'))
  assert.ok(fs.lstatSync(link).isSymbolicLink())
  assert.equal([...(readDatabase(file)?.keys() ?? [])], ['a', 'b'])
})

test('a folder is made only when asked', ({ fixture }) => {
  const file = join(fixture.folder, 'new/folder/x.json')
  assert.match(failureOf(() => writeTransaction(file, options, draft => draft.set('a', 't'))).message, 'does not exist')
  writeTransaction(file, { ...options, makeFolder: true }, draft => draft.set('a', 't'))
  assert.is(fs.statSync(join(file, '..')).mode & 0o777, 0o750)
})

test('a temporary file that a killed writer left is replaced', ({ fixture, file }) => {
  fixture.write('.x.json.new', 'half of a datab')
  writeTransaction(file, options, draft => draft.set('a', 't'))
  assert.equal(names(file), ['.x.json.last-good', 'x.json'])
})

test.run()

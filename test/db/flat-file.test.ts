import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { flatLine, rawForm, readFlatFile } from '../../src/db/flat-file.ts'
import { exportFlat, importFlatFile, importTree } from '../../src/db/import.ts'
import { makeRecord } from '../../src/db/record.ts'
import { readDatabase } from '../../src/db/store.ts'
import { databaseFile } from '../../src/system/places.ts'
import { Fixture, failureOf, HOSTILE } from './fixture.ts'

const test = suite<{ fixture: Fixture }>('flat file')

test.before.each(context => {
  context.fixture = new Fixture()
})
test.after.each(({ fixture }) => fixture.remove())

const read = (text: string) => readFlatFile(Buffer.from(text))
const notes = (text: string) => read(text).notes.map(({ line, message }) => `${line}: ${message}`)

test('reads records, skips comments and blank lines', () => {
  const { records } = read('# DO NOT MODIFY\n\n  # x\nsshd=service|TCPPort|22|status|enabled\nDomainName=example.org')
  assert.equal([...records.keys()], ['DomainName', 'sshd'])
  assert.equal(
    records.get('sshd'),
    makeRecord('sshd', 'service', [
      ['TCPPort', '22'],
      ['status', 'enabled'],
    ]),
  )
})

test('splits at the first "=" and at bars without a backslash', () => {
  const { records } = read('a=t|p|x=y|q|a\\|b|r|line\\nline|s|')
  const expected = [
    ['p', 'x=y'],
    ['q', 'a|b'],
    ['r', 'line\nline'],
    ['s', ''],
  ]
  assert.equal([...(records.get('a')?.properties ?? [])], expected)
})

test('tells what is odd, by line', () => {
  assert.equal(notes('nothing\na=1\na=2\nb=t|p\n=x\nc=t||x|p|1\nd=1\r\n'), [
    '1: skipped: it contains no "="',
    '3: record "a" occurs again; this line wins',
    '4: record "b": property p has no value; it becomes empty',
    '5: skipped: no key before the "="',
    '6: record "c": a property without a name was skipped',
    '7: ends with a carriage return, which becomes part of the value',
  ])
  assert.is(read('a=1\na=2').records.get('a')?.type, '2')
})

test('drops what an editor on Windows adds to a whole file, and nothing else', () => {
  const text = '\ufeffa=t|p|x\r\n\r\n# note\r\nb=y\r\nc=z\r'
  assert.equal(notes(text), ['1: made on Windows: its line ends and byte order mark were dropped'])
  assert.equal([...read(text).records.values()].map(rawForm), ['t|p|x', 'y', 'z'])
  for (const other of ['a=t\r', '\na=t\r\n', '#\na=t\r\nb=u\r\n'])
    assert.is(read(other).records.get('a')?.type, 't\r', JSON.stringify(other))
})

test('writes only what would be read back exactly', () => {
  for (const text of HOSTILE) {
    const record = makeRecord('k', 't', [['p', text]])
    const line = flatLine(record)
    if (line !== undefined) assert.equal(read(line).records.get('k'), record)
  }
  assert.is(flatLine(makeRecord('k', 't', [['p', 'a|b\nc']])), 'k=t|p|a\\|b\\nc')
  const impossible = [
    makeRecord('a=b', 't'),
    makeRecord('#a', 't'),
    makeRecord(' a', 't'),
    makeRecord('a\nb', 't'),
    makeRecord('a', '', [['p', 'v']]),
    makeRecord('a', 't', [
      ['p', 'ends\\'],
      ['q', 'v'],
    ]),
    makeRecord('a', 't', [['p', 'literal \\n']]),
    makeRecord('a', 't', [['p', 'blank ']]),
  ]
  for (const record of impossible)
    assert.is(flatLine(record), undefined, JSON.stringify([...record.properties, record.key]))
})

test('an export that the format cannot hold is refused as a whole', () => {
  const records = new Map([makeRecord('a', 't'), makeRecord('b=', 't')].map(record => [record.key, record]))
  assert.match(failureOf(() => exportFlat('x', records)).message, 'cannot represent "b="')
  records.delete('b=')
  assert.is(exportFlat('x', records), '# database x, exported by gabarit\na=t\n')
})

test('an import replaces records of the same key, keeps the others, reports what a description refuses', ({
  fixture,
}) => {
  fixture.write('shipped/db/hosts/@host.json', { properties: { HostType: { enum: ['Self', 'Local'] } } })
  const first = fixture.write('old/hosts', 'www=host|HostType|Self|x|1\nftp=host|HostType|Local\n')
  importFlatFile(fixture.places, 'hosts', first, 'test')
  const report = importFlatFile(fixture.places, 'hosts', fixture.write('old/h2', 'www=host|HostType|Slef\n'), 'test')
  assert.is(report.records, 1)
  assert.match(report.notes.join(), 'hosts: imported, but www: property HostType: "Slef" is not one of Self, Local')
  const records = readDatabase(databaseFile(fixture.places, 'hosts'))
  assert.equal([...(records?.get('www')?.properties ?? [])], [['HostType', 'Slef']])
  assert.ok(records?.has('ftp'))
})

test('bytes that are not UTF-8 stop the import, with their lines', ({ fixture }) => {
  const file = fixture.write('old/hosts', Buffer.from('a=1\nb=caf\xe9\nc=\xe9\n', 'latin1'))
  const failure = failureOf(() => importFlatFile(fixture.places, 'hosts', file, 'test'))
  assert.match(failure.describe(), 'hosts:2: 2 lines, from here on, are not valid UTF-8')
  assert.is(readDatabase(databaseFile(fixture.places, 'hosts')), undefined)
})

test('a tree is read as a whole before anything is written', ({ fixture }) => {
  fixture.write('old/a', 'x=1\n')
  const bad = fixture.write('old/b', Buffer.from([0x78, 0x3d, 0xff]))
  assert.throws(() => importTree(fixture.places, `${fixture.folder}/old`, 'test'))
  assert.is(readDatabase(databaseFile(fixture.places, 'a')), undefined)
  fixture.write('old/b', 'y=2\n')
  fixture.write('old/folder/x', '')
  const reports = importTree(fixture.places, `${fixture.folder}/old`, 'test')
  assert.equal(
    reports.map(({ database, records }) => [database, records]),
    [
      ['a', 1],
      ['b', 1],
    ],
  )
  assert.match(reports[0]?.notes.join() ?? '', 'folder: skipped')
  assert.match(failureOf(() => importTree(fixture.places, bad, 'test')).message, 'not a folder')
  assert.throws(() => importTree(fixture.places, `${fixture.folder}/none`, 'test'))
})

test.run()

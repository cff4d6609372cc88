import * as fs from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { initializeDatabases } from '../../src/db/initialize.ts'
import { readDatabase, writeTransaction } from '../../src/db/store.ts'
import { OverlayFiles } from '../../src/system/overlay-files.ts'
import { databaseFile, placesOn } from '../../src/system/places.ts'
import { RealFiles } from '../../src/system/real-files.ts'
import { Fixture } from './fixture.ts'

const test = suite<{ fixture: Fixture }>('initialize')

test.before.each(context => {
  context.fixture = new Fixture()
  context.fixture.write('shipped/db/c/sshd.json', {
    type: 'service',
    properties: {
      status: { default: 'disabled' },
      port: { default: '22' },
      folder: {
        default: '/a',
        detect: [
          { exists: '/no/such', value: '/b' },
          { exists: '/shipped', value: '/c' },
        ],
      },
      always: { forced: 'x' },
      none: {},
    },
  })
  context.fixture.write('shipped/db/c/Domain.json', { scalar: { default: 'example.org' } })
  context.fixture.write('shipped/db/c/@service.json', { properties: { access: { default: 'private' } } })
})
test.after.each(({ fixture }) => fixture.remove())

const initialize = ({ places }: Fixture) => initializeDatabases(places)
const read = ({ places }: Fixture, name = 'c') => readDatabase(databaseFile(places, name))
const properties = (fixture: Fixture, key: string) => Object.fromEntries(read(fixture)?.get(key)?.properties ?? [])

function put({ places }: Fixture, key: string, type: string, values: Record<string, string> = {}): void {
  const options = { command: 'test', makeFolder: true }
  writeTransaction(databaseFile(places, 'c'), options, draft => draft.set(key, type, values))
}

test('makes described records with default, detected and forced values', ({ fixture }) => {
  const [done] = initialize(fixture)
  assert.equal(done?.changed, ['Domain', 'sshd'])
  assert.is(done?.before, undefined)
  assert.is(read(fixture)?.get('Domain')?.type, 'example.org')
  const expected = { access: 'private', always: 'x', folder: '/c', port: '22', status: 'disabled' }
  assert.equal(properties(fixture, 'sshd'), expected)
})

test('a described database without records is made empty', ({ fixture }) => {
  fixture.write('shipped/db/hosts/@host.json', {})
  initialize(fixture)
  assert.is(read(fixture, 'hosts')?.size, 0)
})

test('forced wins over existing, existing (even empty) over default', ({ fixture }) => {
  put(fixture, 'sshd', 'service', { port: '', status: 'enabled', always: 'y', own: 'z' })
  put(fixture, 'other', 'service', { access: 'public' })
  put(fixture, 'third', 'service')
  initialize(fixture)
  const expected = { access: 'private', always: 'x', folder: '/c', own: 'z', port: '', status: 'enabled' }
  assert.equal(properties(fixture, 'sshd'), expected)
  assert.equal(properties(fixture, 'other'), { access: 'public' })
  assert.equal(properties(fixture, 'third'), { access: 'private' })
})

test('{key} in a default stands for the key of the record', ({ fixture }) => {
  fixture.write('shipped/db/c/vpn*.json', { properties: { unit: { default: 'vpn@{key}' } } })
  put(fixture, 'vpn-$&', 'service')
  initialize(fixture)
  assert.is(properties(fixture, 'vpn-$&').unit, 'vpn@vpn-$&')
})

test('a second time changes nothing', ({ fixture }) => {
  initialize(fixture)
  const { path: file } = databaseFile(fixture.places, 'c')
  const { ino } = fs.statSync(file)
  assert.equal(initialize(fixture)[0]?.changed, [])
  assert.is(fs.statSync(file).ino, ino)
})

test('a dry run returns what it would do and writes nothing', ({ fixture }) => {
  const [would] = initializeDatabases(placesOn(fixture.places, new OverlayFiles(new RealFiles())))
  assert.is(would?.after.get('Domain')?.type, 'example.org')
  assert.not.ok(fs.existsSync(fixture.places.stateFolder))
})

test('migrations run first, in byte order; one of the site replaces a shipped one', ({ fixture }) => {
  const step = (letter: string) =>
    `module.exports = database => {
      if (!database.has('log')) database.set('log', '')
      database.settype('log', database.get('log').type + '${letter}')
    }`
  fixture.write('shipped/db/c/migrate/10-a.cjs', step('a'))
  fixture.write('shipped/db/c/migrate/9-b.cjs', step('b'))
  fixture.write('etc/gabarit/db/c/migrate/20-c.cjs', step('c'))
  fixture.write('etc/gabarit/db/c/migrate/9-b.cjs', step('B'))
  fixture.write('etc/gabarit/db/c/migrate/README.md', 'nothing to run')
  const [done] = initialize(fixture)
  assert.is(done?.failure, undefined)
  assert.is(read(fixture)?.get('log')?.type, 'acB')
})

test('a migration renames, warns, and its result gets the defaults', ({ fixture }) => {
  put(fixture, 'ssh', 'service', { port: '2222' })
  fixture.write(
    'shipped/db/c/migrate/10-rename.cjs',
    `module.exports = (database, { warn }) => {
      if (!database.has('ssh')) return
      database.rename('ssh', 'sshd')
      warn('ssh is sshd now')
    }`,
  )
  const [done] = initialize(fixture)
  assert.match(done?.warnings.join() ?? '', '10-rename.cjs: ssh is sshd now')
  assert.equal(done?.changed, ['Domain', 'ssh', 'sshd'])
  assert.is(properties(fixture, 'sshd').port, '2222')
})

test('a failing migration leaves its database, names file and line, and the others go on', ({ fixture }) => {
  put(fixture, 'x', 't')
  fixture.write('shipped/db/a/x.json', { type: 't' })
  fixture.write('shipped/db/z/x.json', { type: 't' })
  const failing: readonly (readonly [string, RegExp])[] = [
    ["module.exports = database => {\n  database.set('y', 't')\n  database.nothing()\n}", /10-x\.cjs:3:12$/],
    ['module.exports = database => {\n  database.set("y", 22) }', /10-x\.cjs:2:12$/],
    ['module.exports = {', /10-x\.cjs:\d+$/],
    ['module.exports = 1', /10-x\.cjs$/],
    ['module.exports = async () => {}', /10-x\.cjs$/],
    ['module.exports = () => {\n  process.exit(0) }', /10-x\.cjs:2:11$/],
  ]
  for (const [code, where] of failing) {
    fixture.write('shipped/db/c/migrate/10-x.cjs', code)
    const done = initialize(fixture)
    assert.equal(
      done.map(({ name, failure }) => [name, failure !== undefined]),
      [
        ['a', false],
        ['c', true],
        ['z', false],
      ],
    )
    assert.match(done[1]?.failure?.where ?? '', where)
    assert.equal([...(read(fixture)?.keys() ?? [])], ['x'])
  }
  assert.is(read(fixture, 'z')?.size, 1)
})

test('a damaged database is reported and left alone', ({ fixture }) => {
  const file = fixture.write('var/lib/gabarit/db/c.json', '{')
  const [done] = initialize(fixture)
  assert.match(done?.failure?.message ?? '', 'damaged')
  assert.is(fs.readFileSync(file, 'utf8'), '{')
})

test('values that do not fit are reported, not refused', ({ fixture }) => {
  fixture.write('shipped/db/c/x.json', { type: 't', properties: { port: { format: 'port', default: 'none' } } })
  assert.equal(initialize(fixture)[0]?.warnings, ['c: x: property port: "none" is not a port number (1 to 65535)'])
})

test.run()

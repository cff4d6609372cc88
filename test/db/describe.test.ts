import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Descriptions, describeDatabase, describedDatabases } from '../../src/db/describe.ts'
import { Fixture, failureOf } from './fixture.ts'

const test = suite<{ fixture: Fixture }>('description')

test.before.each(context => {
  context.fixture = new Fixture()
})
test.after.each(({ fixture }) => fixture.remove())

test('databases are the folders of the package and of the site', ({ fixture }) => {
  fixture.write('shipped/db/hosts/@host.json', {})
  fixture.write('etc/gabarit/db/vpn/migrate/10-x.cjs', '')
  fixture.write('shipped/db/README', '')
  fixture.write('shipped/db/.git/x', '')
  assert.equal(describedDatabases(fixture.places), ['hosts', 'vpn'])
  assert.is(describeDatabase(fixture.places, 'other'), undefined)
  assert.is(describeDatabase(fixture.places, '../hosts'), undefined)
})

test('records and types come in the byte order of their keys, not of their files', ({ fixture }) => {
  for (const name of ['x', 'x-y', 'x.z', '@t', '@t-u']) fixture.write(`shipped/db/c/${name}.json`, {})
  const database = describeDatabase(fixture.places, 'c')
  assert.equal([...(database?.records.keys() ?? [])], ['x', 'x-y', 'x.z'])
  assert.equal([...(database?.types.keys() ?? [])], ['t', 't-u'])
})

test('the file of the site lies over the shipped one, keyword by keyword', ({ fixture }) => {
  fixture.write('shipped/db/c/x.json', {
    type: 'service',
    description: { en: 'shipped', fr: 'livré' },
    properties: { status: { enum: ['a', 'b'], default: 'a' }, other: { default: '1' } },
    rules: [{ unique: 'status' }],
  })
  fixture.write('etc/gabarit/db/c/x.json', {
    description: { en: 'site' },
    properties: { status: { default: 'b' }, mine: { format: 'port' } },
    rules: [],
  })
  const record = describeDatabase(fixture.places, 'c')?.records.get('x')
  assert.is(record?.type, 'service')
  assert.equal(record?.description, { en: 'site' })
  assert.equal(record?.rules, [])
  assert.equal(record?.properties.get('status'), { enum: ['a', 'b'], default: 'b' })
  assert.equal([...(record?.properties.keys() ?? [])].sort(), ['mine', 'other', 'status'])
})

test('a description by the beginning of a key stands between the type and the record', ({ fixture }) => {
  fixture.write('shipped/db/c/@service.json', { properties: { a: { default: 'type' }, b: { default: 'type' } } })
  fixture.write('shipped/db/c/vpn*.json', { type: 'service', properties: { b: { default: '1' }, c: { default: '1' } } })
  fixture.write('shipped/db/c/vpn.json', { properties: { c: { default: '2' } } })
  const defaults = (key: string, type = 'service') => {
    const properties = new Descriptions(fixture.places).of('c', key, type)?.properties ?? new Map()
    return ['a', 'b', 'c'].map(name => properties.get(name)?.default)
  }
  assert.equal(defaults('vpn-two'), ['type', '1', '1'])
  assert.equal(defaults('vpn'), ['type', '1', '2'])
  assert.equal(defaults('other'), ['type', 'type', undefined])
  assert.equal(defaults('vpn-two', 'other'), [undefined, '1', '1'])
  const database = describeDatabase(fixture.places, 'c')
  assert.equal([...(database?.records.keys() ?? [])], ['vpn'])
  assert.is(database?.records.get('vpn')?.type, 'service')
  assert.equal([...(database?.families.keys() ?? [])], ['vpn'])
})

test('of two beginnings the longer one counts, and a star in a key is no beginning', ({ fixture }) => {
  fixture.write('shipped/db/c/vpn*.json', { properties: { p: { default: 'short' } } })
  fixture.write('shipped/db/c/vpn-x*.json', { properties: { p: { default: 'long' } } })
  fixture.write('shipped/db/c/vpn-y%2A.json', { properties: { p: { default: 'star' } } })
  const of = (key: string) => new Descriptions(fixture.places).of('c', key, 't')?.properties.get('p')?.default
  assert.equal(['vpn-x1', 'vpn-y', 'vpn-y*', 'vpn-y*z'].map(of), ['long', 'short', 'star', 'short'])
})

test('a record has what its type says, its own description over it', ({ fixture }) => {
  fixture.write('shipped/db/c/@service.json', { properties: { status: { format: 'enabled' }, p: { default: '1' } } })
  fixture.write('shipped/db/c/x.json', { type: 'service', properties: { p: { default: '2' } } })
  const descriptions = new Descriptions(fixture.places)
  const own = descriptions.of('c', 'x', 'service')
  assert.equal(own?.properties.get('p'), { default: '2' })
  assert.equal(own?.properties.get('status'), { format: 'enabled' })
  assert.equal(descriptions.of('c', 'y', 'service')?.properties.get('p'), { default: '1' })
  assert.is(descriptions.of('c', 'y', 'other'), undefined)
})

test('the rules of a type hold for a record unless its own description has rules', ({ fixture }) => {
  const rulesOf = (own: object) => {
    fixture.write('shipped/db/c/@service.json', { rules: [{ unique: 'port' }] })
    fixture.write('shipped/db/c/x.json', { type: 'service', ...own })
    return new Descriptions(fixture.places).of('c', 'x', 'service')?.rules
  }
  assert.equal(rulesOf({ properties: { port: { format: 'port' } } }), [{ unique: 'port' }])
  assert.equal(rulesOf({ rules: [{ unique: 'name' }] }), [{ unique: 'name' }])
  assert.equal(rulesOf({ rules: [] }), [])
  assert.equal(new Descriptions(fixture.places).of('c', 'y', 'service')?.rules, [{ unique: 'port' }])
})

test('what is said of a key is merged keyword by keyword', ({ fixture }) => {
  fixture.write('shipped/db/c/@host.json', { key: { format: 'hostname', description: { en: 'shipped' } } })
  fixture.write('etc/gabarit/db/c/@host.json', { key: { description: { en: 'site' } } })
  const key = new Descriptions(fixture.places).of('c', 'x', 'host')?.key
  assert.equal(key, { format: 'hostname', description: { en: 'site' } })
})

test('keys that are no file names are percent-encoded', ({ fixture }) => {
  fixture.write('shipped/db/c/a%2Fb.json', { type: 'slash' })
  fixture.write('shipped/db/c/%40x.json', { type: 'at' })
  const database = describeDatabase(fixture.places, 'c')
  assert.equal([...(database?.records.keys() ?? [])], ['@x', 'a/b'])
  const descriptions = new Descriptions(fixture.places)
  assert.is(descriptions.ofRecord('c', 'a/b')?.type, 'slash')
  assert.is(descriptions.ofRecord('c', '@x')?.type, 'at')
  assert.is(descriptions.ofRecord('c', '../c/a%2Fb'), undefined)
})

const MALFORMED: readonly (readonly [content: string | object, message: string])[] = [
  [
    '{"type": "x",\n "properties": {,}}',
    'x.json:2:17: this is not valid JSON: the name of a member must be text in double quotes',
  ],
  ['{"type": "x"', 'x.json:1:13: this is not valid JSON: "," or "}" was expected, but the file is truncated here'],
  ['{"a": tru}', 'x.json:1:7: this is not valid JSON: a value was expected'],
  ['[1 2]', 'x.json:1:4: this is not valid JSON: "," or "]" was expected'],
  [[], 'a description is an object'],
  [{ propertys: {} }, 'unknown keyword "propertys"; did you mean "properties"?'],
  [{ properties: { p: { enumm: ['a'] } } }, 'properties.p: "enumm" is not a keyword; did you mean "enum"?'],
  [{ properties: { p: { enum: [] } } }, 'properties.p.enum: must be a list of strings'],
  [{ properties: { p: { default: 22 } } }, 'properties.p.default: must be a string'],
  [{ properties: { p: { format: 'hostnam' } } }, 'did you mean "hostname"?'],
  [{ properties: { p: { pattern: '(' } } }, 'properties.p.pattern: must be a regular expression ('],
  [{ properties: { p: { minimum: '1' } } }, 'properties.p.minimum: must be a number'],
  [{ properties: { p: { reference: 'accounts' } } }, 'properties.p.reference: must be {"database"'],
  [{ properties: { p: { detect: [{ exists: '/x' }] } } }, 'properties.p.detect: must be a list'],
  [{ properties: { p: 'x' } }, 'properties.p: must be an object'],
  [{ scalar: { secret: 'yes' } }, 'scalar.secret: must be true or false'],
  [{ description: 'x' }, 'description: must be a text per language'],
  [{ key: { default: 'x' } }, 'key: "default" is not a keyword for a key'],
  [{ key: { fromat: 'ip' } }, 'key: "fromat" is not a keyword; did you mean "format"?'],
  [{ rules: [{ unique: 'a' }, { uniq: 'a' }] }, 'rules[1]: must be'],
  [{ rules: [{ unique: [] }] }, 'rules[0]: must be'],
]

test('a malformed one names file, place and nearest word', ({ fixture }) => {
  for (const [content, message] of MALFORMED) {
    fixture.write('etc/gabarit/db/c/x.json', content)
    assert.ok(
      failureOf(() => describeDatabase(fixture.places, 'c'))
        .describe()
        .includes(message),
      message,
    )
  }
})

test.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lintDatabases } from '../../src/db/lint.ts'
import { Fixture } from './fixture.ts'

const test = suite<{ fixture: Fixture }>('lint of databases')

test.before.each(context => {
  context.fixture = new Fixture()
})
test.after.each(({ fixture }) => fixture.remove())

test('one malformed description, or a damaged database, does not hide what else is wrong', ({ fixture }) => {
  fixture.write('shipped/db/a/@bad.json', '{')
  fixture.write('shipped/db/a/worse.json', { propertys: {} })
  fixture.write('shipped/db/a/@good.json', { properties: { port: { format: 'port' } } })
  fixture.write('shipped/db/b/x.json', { scalar: { format: 'ip' } })
  fixture.write('var/lib/gabarit/db/a.json', {
    one: { type: 'bad', properties: { p: '1' } },
    two: { type: 'good', properties: { port: 'x' } },
  })
  fixture.write('var/lib/gabarit/db/b.json', '{')
  fixture.write('var/lib/gabarit/db/undescribed.json', 'x')
  const found = lintDatabases(fixture.places)
  const expected = [
    '@bad.json:1:2: this is not',
    'worse.json: unknown keyword "propertys"',
    'a: two: property port',
    'b.json:1',
    'undescribed.json:1',
  ]
  assert.is(found.length, expected.length, JSON.stringify(found, null, 2))
  for (const [index, part] of expected.entries()) {
    assert.is(found[index]?.level, 'error')
    assert.ok(found[index]?.message.includes(part), `${part}: ${found[index]?.message}`)
  }
})

test('a name that looks like a slip is a warning, a name of its own is nothing', ({ fixture }) => {
  fixture.write('shipped/db/c/@service.json', { properties: { email: {}, TCPPort: {} } })
  fixture.write('var/lib/gabarit/db/c.json', {
    x: { type: 'service', properties: { emial: '', other: '', UDPPort: '', email: '' } },
    y: { type: 'nobody described this', properties: { emial: '' } },
  })
  assert.equal(lintDatabases(fixture.places), [
    { level: 'warning', message: 'c: x has no described property "emial"; did you mean "email"?' },
  ])
})

test.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { orUndefined } from '../../src/base/failure.ts'
import { parse, parseLike, serialize, serializeStored } from '../../src/db/json.ts'
import { SyntaxProblem } from '../../src/db/json-reader.ts'
import { makeRecord, type Records, sortedMap } from '../../src/db/record.ts'
import { Chooser } from '../support/random.ts'
import { HOSTILE } from './fixture.ts'

const test = suite('json')

function database(...records: ReturnType<typeof makeRecord>[]): Records {
  return sortedMap(records.map(record => [record.key, record]))
}

function problemOf(text: string): string {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof SyntaxProblem) return `${error.line}:${error.column} ${error.message}`
    throw error
  }
  return 'no problem'
}

test('is pretty-printed, one property a line', () => {
  const records = database(
    makeRecord('b', 'service', [
      ['z', '1'],
      ['a', '"q"'],
    ]),
    makeRecord('A', 'x'),
  )
  const expected = [
    '{',
    '  "A": {',
    '    "type": "x"',
    '  },',
    '  "b": {',
    '    "type": "service",',
    '    "properties": {',
    '      "a": "\\"q\\"",',
    '      "z": "1"',
    '    }',
    '  }',
    '}',
    '',
  ]
  assert.is(serialize(records), expected.join('\n'))
  assert.is(serialize(new Map()), '{}\n')
})

test('keeps every hostile text exactly', () => {
  const properties = HOSTILE.map((text, index) => [text, HOSTILE[(index + 1) % HOSTILE.length] ?? ''] as const)
  const records = database(...HOSTILE.map(key => makeRecord(key, key, properties)))
  const back = parse(serialize(records))
  assert.equal([...back.keys()], [...records.keys()])
  for (const [key, record] of records) assert.equal(back.get(key), record)
  assert.is(serialize(back), serialize(records))
})

test('keeps byte order where JavaScript has its own', () => {
  const keys = ['😀', '\ue000', '9', '10', 'a', 'B']
  const back = parse(
    serialize(
      database(
        ...keys.map(key =>
          makeRecord(
            key,
            't',
            keys.map(name => [name, 'v']),
          ),
        ),
      ),
    ),
  )
  assert.equal([...back.keys()], ['10', '9', 'B', 'a', '\ue000', '😀'])
  assert.equal([...(back.get('a')?.properties.keys() ?? [])], ['10', '9', 'B', 'a', '\ue000', '😀'])
})

test('reads a file that a person wrote in another layout and order', () => {
  const back = parse('{"b":{"properties":{"y":"2","x":"1"},"type":"t"}, "a":{"type":""}}')
  assert.equal([...back.keys()], ['a', 'b'])
  assert.equal(
    [...(back.get('b')?.properties ?? [])],
    [
      ['x', '1'],
      ['y', '2'],
    ],
  )
  assert.is(parse('{}').size, 0)
})

test('says where the text is wrong', () => {
  assert.is(problemOf(''), '1:1 the file is empty')
  assert.is(problemOf('[]'), '1:1 an object ("{") was expected')
  assert.is(problemOf('{\n  "a": {"type": "x"}\n'), '3:1 "," or "}" was expected, but the file is truncated here')
  assert.is(problemOf('{"a": {"type": "x'), '1:16 this text has no closing quote: the file is truncated')
  assert.is(problemOf('{"a": {"type": 22}}'), '1:16 the type of a record must be text in double quotes')
  assert.is(problemOf('{\n"a": {}}'), '2:1 record "a" has no "type"')
  assert.is(
    problemOf('{"a": {"type": "x", "props": {}}}'),
    '1:21 a record has only "type" and "properties", not "props"',
  )
  assert.is(problemOf('{} x'), '1:4 unexpected text after the end of the database')
  assert.is(problemOf('{"": {"type": "x"}}'), '1:2 the key of a record must not be empty')
})

test('refuses what would silently lose something', () => {
  assert.is(problemOf('{"a": {"type": "x"},\n "a": {"type": "y"}}'), '2:2 record "a" occurs a second time here')
  const twice = serialize(
    database(
      makeRecord('a', 't', [
        ['p', '1'],
        ['q', '2'],
      ]),
    ),
  ).replace('"q"', '"p"')
  assert.match(problemOf(twice), 'property "p" occurs a second time here')
  assert.match(problemOf('{"a": {"type": "\\ud800"}}'), 'half a surrogate pair')
})

test('never quotes a value in a message', () => {
  const message = problemOf('{"a": {"type": "x", "properties": {"Password": "hunter2\n"}}}')
  assert.match(message, 'property "Password"')
  assert.not.match(message, 'hunter2')
})

const SEALED = `{
  "a": {
    "type": {"sealed": "t"},
    "properties": {
      "p": {"sealed": "1"},
      "q": "plain"
    }
  }
}
`
const open = (sealed: string, key: string, property: string | null) => `opened ${sealed} of ${key} ${property}`

test('encrypted values are opened when they are read, and stored as they are', () => {
  const opened: string[] = []
  const records = parse(SEALED, (...asked) => {
    opened.push(asked[0])
    return open(...asked)
  })
  assert.is(serializeStored(records), SEALED)
  assert.is(records.get('a')?.properties.get('q'), 'plain')
  assert.equal([...(records.get('a')?.properties.keys() ?? [])], ['p', 'q'])
  assert.equal(opened, [])
  assert.is(records.get('a')?.properties.get('p'), 'opened 1 of a p')
  assert.is(records.get('a')?.type, 'opened t of a null')
  assert.match(serialize(records), '"p": "opened 1 of a p"')
  assert.equal(opened, ['1', 't'], 'each once')
  for (const strictly of [SEALED.replace(/\n/g, ' '), SEALED.replace('{"sealed": "1"}', '{"sealed":\n"1"}')])
    assert.is(serializeStored(parse(strictly, open)), SEALED)
  assert.throws(() => parse(SEALED).get('a')?.properties.get('p'), /a p is encrypted/)
})

test('refuses what is not exactly an encrypted value', () => {
  const with1 = (value: string) => problemOf(SEALED.replace('{"sealed": "1"}', value))
  assert.match(with1('{"sealed": "1", "sealed": "2"}'), '"sealed" occurs a second time here')
  assert.match(with1('{"sealed": 1}'), 'an encrypted value must be text in double quotes')
  assert.match(with1('{"sealed": "1", "b": "2"}'), 'the value of property "p" must be text in double quotes, or')
  assert.match(with1('{}'), 'the value of property "p" must be text in double quotes, or')
  assert.match(with1('["1"]'), 'the value of property "p" must be text in double quotes')
})

test('a property may be called sealed', () => {
  const text = serialize(database(makeRecord('sealed', 'sealed', [['sealed', '{"sealed": "x"}']])))
  assert.is(serialize(parse(text)), text)
})

const plain = (records: Records) =>
  [...records].map(([key, record]) => [key, record.key, record.type, [...record.properties]])

test('records taken from another state of a database are those of its text, however it was changed', () => {
  const random = new Chooser()
  const words = ['a', 'b', 'B', 'é', '\u{1f600}', ...HOSTILE].filter(word => word !== '')
  const record = () => makeRecord(random.pick(words), random.pick(words), [[random.pick(words), random.pick(words)]])
  const damages: readonly ((text: string) => string)[] = [
    text => text,
    text => text.replace('  },\n', '},\n'),
    text => text.replace('"type"', '"properties"'),
    text => text.replace(/ {2}"(.*)": \{\n.*/s, found => `${found.slice(0, 9)}x${found.slice(9)}`),
    text => `{\n${text.slice(2, -7).split('\n  },\n').reverse().join('\n  },\n')}\n  }\n}\n`,
    text => text.replace(/^ {2}".*?\n {2}\},\n/ms, found => found + found),
  ]
  let [present, shared] = [database(), 0]
  for (let round = 0; round < 300; round++) {
    const kept = [...present.values()].filter(() => random.chance(0.9))
    const next = database(...kept, ...Array.from({ length: random.pick([0, 1, 2]) }, record))
    const text = `${random.pick(random.chance(0.7) ? damages.slice(0, 1) : damages)(serialize(next))}`
    const found = orUndefined(() => parseLike(text, present))
    // Another text, which is not known yet.
    const expected = orUndefined(() => parse(`${text} `))
    assert.equal(found && plain(found), expected && plain(expected), text)
    if (found !== undefined) for (const one of found.values()) if (present.get(one.key) === one) shared++
    present = found ?? next
  }
  assert.ok(shared > 300, `${shared} shared`)
})

test.run()

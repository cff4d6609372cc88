import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HOSTILE } from '../db/fixture.ts'
import { Sandbox } from '../support/sandbox.ts'

const test = suite<{ sandbox: Sandbox }>('db: writing verbs')

test.before.each(context => {
  context.sandbox = new Sandbox()
})
test.after.each(({ sandbox }) => sandbox.remove())

/** A command that must do its work without a word. */
function quietly({ sandbox }: { sandbox: Sandbox }, command: string | string[]): void {
  assert.equal(sandbox.run(command), { status: 0, stdout: '', stderr: '' })
}

const show = ({ sandbox }: { sandbox: Sandbox }) => sandbox.run('db test print').stdout

test('set replaces the whole record', context => {
  quietly(context, 'db test set k t a 1 b 2')
  quietly(context, 'db test set k u c 3 c 4')
  assert.is(show(context), 'k=u|c|4\n')
  quietly(context, ['db', 'test', 'set', 'empty', ''])
  assert.is(show(context), 'empty=\nk=u|c|4\n')
})

test('setdefault does not touch an existing record', context => {
  quietly(context, 'db test setdefault k t a 1')
  quietly(context, 'db test setdefault k u b 2')
  assert.is(show(context), 'k=t|a|1\n')
})

test('settype keeps the properties; a missing record is an error', context => {
  quietly(context, 'db test set k t a 1')
  quietly(context, 'db test settype k u')
  assert.is(show(context), 'k=u|a|1\n')
  assert.equal(context.sandbox.run('db test settype none u'), {
    status: 1,
    stdout: '',
    stderr: 'db: there is no record "none"\n',
  })
})

test('setprop sets several, the last of a name wins; a missing record is an error with the nearest key', context => {
  quietly(context, 'db test set letsencrypt t')
  quietly(context, ['db', 'test', 'setprop', 'letsencrypt', 'a', '1', 'b', '', 'a', '2'])
  assert.is(show(context), 'letsencrypt=t|a|2|b|\n')
  assert.equal(context.sandbox.run('db test setprop letsencrpt a 1'), {
    status: 1,
    stdout: '',
    stderr: 'db: there is no record "letsencrpt"; did you mean "letsencrypt"?\n',
  })
})

test('delprop and delete', context => {
  quietly(context, 'db test set k t a 1 b 2 c 3')
  quietly(context, 'db test delprop k a none c')
  assert.is(show(context), 'k=t|b|2\n')
  const noted = context.sandbox.run('db test delprop none a')
  assert.equal(noted, { status: 0, stdout: '', stderr: 'db: there is no record "none"\n' })
  quietly(context, 'db test delete k')
  assert.is(show(context), '')
  const missing = context.sandbox.run('db test delete k')
  assert.equal(missing, { status: 1, stdout: '', stderr: 'db: there is no record "k"\n' })
})

test('"0" is a key, a type and a property like any other; a property "type" is none of the type', context => {
  quietly(context, 'db test setdefault 0 0 0 0 type x')
  assert.is(show(context), '0=0|0|0|type|x\n')
  assert.is(context.sandbox.must('db test getprop 0 0'), '0\n')
  assert.is(context.sandbox.must('db test getprop 0 type'), 'x\n')
})

test('hostile keys, types, names and values come back exactly', ({ sandbox }) => {
  for (const text of HOSTILE) {
    sandbox.must(['db', 'test', 'set', text, text, text, text, 'zz', 'v'])
    assert.is(sandbox.must(['db', 'test', 'getprop', text, text]), `${text}\n`)
    assert.is(sandbox.must(['db', 'test', 'gettype', '--', text]), `${text}\n`)
  }
  const all: { name: string; props: Record<string, string> }[] = JSON.parse(sandbox.must('db test printjson'))
  assert.equal(all.map(({ name }) => name).sort(), [...HOSTILE].sort())
  for (const { name, props } of all) assert.is(new Map(Object.entries(props)).get(name), name)
  const shown = sandbox.must('db test print').split('\n')
  assert.is(shown.length, HOSTILE.length + 1)
})

test('setjson replaces a record; null keeps what is there', context => {
  const { sandbox } = context
  quietly(context, [
    'db',
    'test',
    'setjson',
    'k',
    '{"type":"t","props":{"__proto__":"1","10":"x","Password":"hunter2"}}',
  ])
  assert.is(show(context), 'k=t|10|x|Password|hunter2|__proto__|1\n')
  quietly(context, ['db', 'test', 'setjson', 'k', '{"name":"k","type":null,"props":{"Password":null,"a":"b"}}'])
  assert.is(show(context), 'k=t|Password|hunter2|a|b\n')
  const input = sandbox.must('db test getjson k').replace('"b"', '"c"')
  sandbox.must('db test setjson k -', { input })
  assert.is(show(context), 'k=t|Password|hunter2|a|c\n')
})

test('setjson refuses what is no record, without repeating it', ({ sandbox }) => {
  sandbox.must('db test set k t a 1')
  const bad: readonly (readonly [string, string])[] = [
    ['{"type":"hunter2"', 'not valid JSON'],
    ['["hunter2"]', 'must be an object'],
    ['{"props":{"a":5}}', 'property a must be text'],
    ['{"props":{"none":null}}', 'no current value to keep'],
    ['{"name":"hunter2"}', 'not the KEY'],
    ['{"properties":{}}', 'not "properties"'],
    ['{"props":[]}', '"props" must be an object'],
    ['{"type":"\\ud800"}', 'not valid Unicode'],
    ['{"props":{"":"x"}}', 'name of a property must not be empty'],
  ]
  for (const [json, message] of bad) {
    const { status, stderr } = sandbox.run(['db', 'test', 'setjson', 'k', json])
    assert.is(status, 1)
    assert.match(stderr, message)
    assert.not.match(stderr, 'hunter2')
  }
  assert.is(sandbox.must('db test print'), 'k=t|a|1\n')
})

test.run()

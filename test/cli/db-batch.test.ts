import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { splitWords } from '../../src/cli/db/words.ts'
import { Sandbox } from '../support/sandbox.ts'

const test = suite<{ sandbox: Sandbox }>('db: batch')

test.before.each(context => {
  context.sandbox = new Sandbox()
  context.sandbox.must('db test set k t a 1')
})
test.after.each(({ sandbox }) => sandbox.remove())

test('words are quoted as in a shell, or a JSON array', () => {
  assert.equal(splitWords('set a  b\tc\r'), ['set', 'a', 'b', 'c'])
  assert.equal(splitWords(`a 'b c' "d \\"e\\" \\$x \\n" f\\ g h'i'"j" ''`), [
    'a',
    'b c',
    'd "e" $x \\n',
    'f g',
    'hij',
    '',
  ])
  assert.equal(splitWords(`a#b $(id) '\\'`), ['a#b', '$(id)', '\\'])
  assert.equal(splitWords('["a", "b\\nc", ""]'), ['a', 'b\nc', ''])
  assert.equal(splitWords(''), [])
  assert.equal(splitWords('  # comment'), [])
  for (const bad of ['a "b', "a 'b", 'a\\', '["a"', '[1]', '[]']) assert.throws(() => splitWords(bad), undefined, bad)
})

test('many commands are one transaction', ({ sandbox }) => {
  const input = `# comment

set l t
setprop l "a b" 'c d'
["setprop", "l", "line", "1\\n2"]
setdefault k other
setprop k a 2 b 3
delprop k a
settype k u
set gone t
delete gone
setjson m '{"type":"x"}'
`
  assert.equal(sandbox.run('db test batch', { input }), { status: 0, stdout: '', stderr: '' })
  assert.is(sandbox.must('db test print'), 'k=u|b|3\nl=t|a b|c d|line|1\\n2\nm=x\n')
})

test('expectations: nothing is changed unless the record is as it was seen', ({ sandbox }) => {
  const met = 'expectprop k a 1\nexpectprop k b\nexpecttype k t\nexpecttype none\nsetprop k b ""\nexpectprop k b ""\n'
  assert.equal(sandbox.run('db test batch', { input: met }), { status: 0, stdout: '', stderr: '' })
  const refused = {
    'expectprop k a 2': 'k: property a has another value now',
    'expectprop k a': 'k: property a exists now',
    'expectprop k c 1': 'k: property c is absent now',
    'expectprop none c 1': 'none: property c is absent now',
    'expecttype k': 'k exists now',
    'expecttype k u': 'k has another value now',
    'expecttype none t': 'none is absent now',
  }
  for (const [line, message] of Object.entries(refused)) {
    const { status, stderr } = sandbox.run('db test batch', { input: `setprop k c 1\ndelprop k c\n${line}\n` })
    assert.is(status, 3, line)
    assert.match(stderr, `line 3: ${message}, not what this batch expects`)
    assert.match(stderr, 'Nothing was changed.')
  }
  assert.is(sandbox.must('db test print'), 'k=t|a|1|b|\n')
})

const BAD: readonly (readonly [input: string, message: string])[] = [
  ['set l t\nsetprp l a 1', 'line 2: "setprp" is not allowed in a batch; did you mean "setprop"?'],
  ['set l t\ngetprop l a', 'line 2: "getprop" is not allowed in a batch'],
  ['set l t\nsetprop none a 1', 'line 2: there is no record "none"'],
  ['set l t\n\ndelete none', 'line 3: there is no record "none"'],
  ['set l t\nsetprop l a', 'line 2: setprop: VALUE is missing'],
  ['set l t\nsetprop l "a 1', 'line 2: a quote is not closed'],
  ['set l t\nsetjson l {}x', 'line 2: setjson: this is not valid JSON'],
]

for (const [input, message] of BAD)
  test(message, ({ sandbox }) => {
    const { status, stdout, stderr } = sandbox.run('db test batch', { input })
    assert.is.not(status, 0)
    assert.is(stdout, '')
    assert.match(stderr, message)
    assert.match(stderr, 'Nothing was changed.')
    assert.is(sandbox.must('db test print'), 'k=t|a|1\n')
  })

test('values are checked in the final state, and traced to their line', ({ sandbox }) => {
  const description = {
    properties: { port: { format: 'port' }, status: { enum: ['on', 'off'] } },
    rules: [{ allOrNone: ['crt', 'key'] }],
  }
  sandbox.write('/etc/gabarit/db/test/@t.json', JSON.stringify(description))
  sandbox.must('db test batch', { input: 'setprop k port x\nsetprop k port 22\nsetprop k crt a\nsetprop k key b\n' })
  const input = 'setprop k status on\nset l t\nsetprop k status onn\nsetprop l port x\ndelprop k key\n'
  const { status, stderr } = sandbox.run('db test batch', { input })
  assert.is(status, 3)
  assert.match(stderr, 'line 3: k: property status: "onn" is not one of on, off; did you mean "on"?')
  assert.match(stderr, 'line 4: l: property port: "x" is not a port number')
  assert.match(stderr, 'line 5: k: set either all of crt, key or none; missing: key')
  assert.is(sandbox.must('db test getprop k status'.replace('status', 'port')), '22\n')
  assert.is(sandbox.run('db test getprop k status').status, 1)
})

test('input that is not UTF-8 is refused with its line', ({ sandbox }) => {
  const { status, stderr } = sandbox.run(['sh', '-c', `printf 'set a t\\nset b caf\\351\\n' | db test batch`])
  assert.is(status, 1)
  assert.match(stderr, 'standard input, line 2: this is not valid UTF-8')
})

test('ten thousand lines on one record and on as many', ({ sandbox }) => {
  const numbers = Array.from({ length: 10000 }, (_, index) => index)
  sandbox.must('db test batch', { input: numbers.map(number => `setprop k p${number} ${number}`).join('\n') })
  assert.is(sandbox.must('db test getprop k p9999'), '9999\n')
  sandbox.must('db test batch', { input: numbers.map(number => `set r${number} t n ${number}`).join('\n') })
  assert.is(sandbox.must('db test keys').split('\n').length, 10002)
})

test.run()

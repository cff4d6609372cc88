import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const test = suite<{ sandbox: Sandbox }>('db: usage')

test.before(context => {
  context.sandbox = new Sandbox()
  context.sandbox.must('config set sshd service TCPPort 22')
})
test.after(({ sandbox }) => sandbox.remove())

const WRONG: readonly (readonly [command: readonly string[], message: string])[] = [
  [['db'], 'missing database\n  usage: db'],
  [['db', 'configuration'], 'missing verb\n  usage: db'],
  [['config'], 'missing verb\n  usage: config'],
  [['config', 'getprp', 'a', 'b'], 'unknown verb "getprp"; did you mean "getprop"?'],
  [['config', 'Keys'], 'unknown verb "Keys"; did you mean "keys"?'],
  [['config', 'constructor'], 'unknown verb "constructor"'],
  [['config', '--jsn', 'show'], 'unknown option "--jsn"; did you mean "--json"?'],
  [['config', '--root'], '--root needs a folder'],
  [['config', 'get'], 'KEY is missing'],
  [['config', 'get', ''], 'KEY is empty'],
  [['config', 'getprop', 'sshd'], 'PROP is missing'],
  [['config', 'getprop', 'sshd', ''], 'PROP is empty'],
  [['config', 'delete', 'sshd', 'b'], '2 arguments given, at most 1 expected'],
  [['config', 'keys', 'x'], '1 argument given, none expected'],
  [['config', 'show', 'a', 'b'], 'expected'],
  [['config', 'set', 'sshd'], 'TYPE is missing'],
  [['config', 'set', '', 't'], 'KEY is empty'],
  [['config', 'setdefault', 'sshd', ''], 'TYPE is empty'],
  [['config', 'settype', 'sshd', ''], 'TYPE is empty'],
  [['config', 'set', 'sshd', 't', 'a'], 'come in pairs'],
  [['config', 'setprop', 'sshd'], 'PROP is missing'],
  [['config', 'setprop', 'sshd', 'a'], 'VALUE is missing'],
  [['config', 'setprop', 'sshd', 'a', '1', 'b'], 'come in pairs'],
  [['config', 'setprop', 'sshd', 'a', '1', '', '2'], 'PROP is empty'],
  [['config', 'setprop', 'sshd', '', '2'], 'PROP is empty'],
  [['config', 'delprop', 'sshd'], 'PROP is missing'],
  [['config', 'import'], 'FILE is missing'],
  [['config', 'batch', 'x'], 'expected'],
  [['db', '../x', 'keys'], 'is not a valid database name'],
  [['db', 'a/b', 'keys'], 'is not a valid database name'],
  [['db', '', 'keys'], 'is not a valid database name'],
  [['db', 'import', '--tree'], 'takes one folder'],
  [['db', 'import', 'tree', '/tmp'], 'use --tree to import a whole folder'],
  [['db', 'test', 'describe', 'a', 'b', 'c'], '3 arguments given, at most 2 expected'],
]

for (const [command, message] of WRONG)
  test(command.map(word => word || '""').join(' '), ({ sandbox }) => {
    const before = sandbox.read('/var/lib/gabarit/db/configuration.json')
    const { status, stdout, stderr } = sandbox.run(command)
    assert.is(status, 2)
    assert.is(stdout, '')
    assert.match(stderr, message)
    assert.is(sandbox.read('/var/lib/gabarit/db/configuration.json'), before)
  })

test('a message never repeats an argument, which may be a password', ({ sandbox }) => {
  for (const command of [
    'setprop sshd Password hunter2 hunter3',
    'getprop sshd hunter2 hunter3',
    'set a hunter2 hunter3',
  ])
    assert.not.match(sandbox.run(`config ${command}`).stderr, 'hunter')
})

test('help goes to standard output', ({ sandbox }) => {
  assert.match(sandbox.must('config --help'), 'setprop KEY PROP VALUE [PROP VALUE]...')
  assert.match(sandbox.must('db --help setprop'), 'usage: db DATABASE setprop KEY PROP VALUE')
  assert.match(sandbox.must('db --version'), /^db \(gabarit\) \d+\.\d+\.\d+\n$/)
})

test('--root and GABARIT_ROOT, DBPATH and a path choose the file', ({ sandbox }) => {
  const env = { GABARIT_ROOT: undefined }
  assert.is(sandbox.must(['config', '--root', sandbox.root, 'getprop', 'sshd', 'TCPPort'], { env }), '22\n')
  assert.is(sandbox.must(['config', `--root=${sandbox.root}`, '--json', 'keys'], { env }), '["sshd"]\n')
  const file = sandbox.path('var/lib/gabarit/db/configuration.json')
  assert.is(sandbox.must(['db', file, 'keys'], { env }), 'sshd\n')
  const folder = sandbox.path('var/lib/gabarit/db')
  assert.is(sandbox.must('config keys', { env: { DBPATH: folder, GABARIT_ROOT: '/nowhere' } }), 'sshd\n')
})

test('a slip in the name of a database is pointed out, on standard error only', ({ sandbox }) => {
  assert.equal(sandbox.run('db configuratoin keys'), {
    status: 1,
    stdout: '',
    stderr: 'db: there is no database "configuratoin"; did you mean "configuration"?\n',
  })
})

test('a new database whose name looks like a slip is noted when it was made', ({ sandbox }) => {
  const made = sandbox.run('db hostz set a b')
  assert.is(made.stderr, 'note: the database "hostz" is new; did you mean "hosts"?\n')
  assert.is(made.status, 0)
  assert.is(sandbox.run('db hostz set a b').stderr, '')
  assert.match(sandbox.run('db domainz setprop a b c').stderr, 'db: there is no database "domainz"')
})

test('arguments that are not UTF-8 are refused, a real U+FFFD is not', ({ sandbox }) => {
  const bad = sandbox.run(['sh', '-c', `db test set k "$(printf 'caf\\351')"`])
  assert.is(bad.status, 2)
  assert.match(bad.stderr, 'not valid UTF-8')
  assert.is(sandbox.run('db test keys').status, 1)
  sandbox.must(['db', 'test', 'set', 'k', '\ufffd'])
  assert.is(sandbox.must('db test get k'), '\ufffd\n')
})

test.run()

import * as fs from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Outcome, PROJECT, Sandbox } from '../support/sandbox.ts'
import { needsRoot, testIf } from '../support/skip.ts'

const test = suite<{ sandbox: Sandbox }>('db: bad input')

const FILE = '/var/lib/gabarit/db/test.json'
const FOLDER = '/var/lib/gabarit/db'

test.before.each(context => {
  context.sandbox = new Sandbox()
  context.sandbox.must('db test set k t a 1')
})
test.after.each(({ sandbox }) => sandbox.remove())

/** Every verb that reads or writes stops with this message, and leaves the file alone. */
function stops(sandbox: Sandbox, message: string): void {
  const before = fs.lstatSync(sandbox.path(FILE)).isFile() ? sandbox.read(FILE) : ''
  for (const command of ['show', 'keys', 'getprop k a', 'setprop k a 2', 'set l t', 'delete k', 'export', 'batch']) {
    const { status, stdout, stderr } = sandbox.run(`db test ${command}`, { input: 'set m t\n' })
    assert.is(status, 1, command)
    assert.is(stdout, '')
    assert.match(stderr, message)
    assert.not.match(stderr, '    at ')
  }
  if (before !== '') assert.is(sandbox.read(FILE), before)
}

test('a truncated database: line, last good copy, and the command that brings it back', ({ sandbox }) => {
  fs.truncateSync(sandbox.path(FILE), 30)
  stops(sandbox, 'the database is damaged')
  const cp = sandbox.run('db test show').stderr.trimEnd().split('\n').at(-1) ?? ''
  sandbox.must(['sh', '-c', cp])
  assert.is(sandbox.must('db test getprop k a'), '1\n')
})

test('an empty file, and one that is not JSON', ({ sandbox }) => {
  sandbox.write(FILE, '')
  stops(sandbox, 'test.json:1:1: the database is damaged: the file is empty')
  sandbox.write(FILE, '<?xml version="1.0"?>\n')
  stops(sandbox, 'test.json:1:1: the database is damaged')
})

test('a lost file: never read as empty; the copy comes back, or is removed on purpose', ({ sandbox }) => {
  const copy = sandbox.path(`${FOLDER}/.test.json.last-good`)
  const good = fs.readFileSync(copy, 'utf8')
  fs.rmSync(sandbox.path(FILE))
  for (const command of ['show', 'keys', 'getprop k a', 'set l t', 'delete k', 'batch']) {
    const { status, stderr } = sandbox.run(`db test ${command}`, { input: 'set m t\n' })
    assert.is(status, 1, command)
    assert.match(stderr, /test\.json: the database file was lost/)
    assert.match(stderr, /made \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}:\n/)
  }
  assert.is(fs.readFileSync(copy, 'utf8'), good)
  assert.is(sandbox.run('signal-event console-save').status, 3)
  assert.is(fs.readFileSync(copy, 'utf8'), good)
  const lines = sandbox
    .run('db test show')
    .stderr.split('\n')
    .map(line => line.trim())
  sandbox.must(['sh', '-c', lines.find(line => line.startsWith('cp ')) ?? 'false'])
  assert.is(sandbox.must('db test getprop k a'), '1\n')
  fs.rmSync(sandbox.path(FILE))
  sandbox.must(['sh', '-c', lines.find(line => line.startsWith('rm ')) ?? 'false'])
  sandbox.must('db test set l t')
  assert.is(sandbox.must('db test keys'), 'l\n')
})

test('a database whose records were all deleted is there, and empty', ({ sandbox }) => {
  sandbox.must('db test delete k')
  assert.is(sandbox.read(FILE), '{}\n')
  assert.is(sandbox.run('db test show').stderr, '')
  sandbox.must('db test set k t')
})

test('setjson refuses a name that stands twice', ({ sandbox }) => {
  for (const json of ['{"type":"t","type":"u"}', '{"type":"t","props":{"a":"1","\\u0061":"2"}}']) {
    const { status, stderr } = sandbox.run(['db', 'test', 'setjson', 'k', json])
    assert.is(status, 1)
    assert.match(stderr, 'occurs a second time here')
  }
  sandbox.must(['db', 'test', 'setjson', 'k', '{"type":"a","props":{"type":"a","props":"[\\"{"}}'])
})

test('a key with a line break is shown on one line', ({ sandbox }) => {
  assert.match(sandbox.run(['db', 'test', 'setprop', 'a\nb', 'p', 'v']).stderr, '"a\\nb"')
  assert.match(sandbox.run(['db', 'hosts', 'set', 'a\nb', 'host']).stderr, 'a\\nb: the key')
})

test('a folder in its place', ({ sandbox }) => {
  fs.rmSync(sandbox.path(FILE))
  fs.mkdirSync(sandbox.path(FILE))
  stops(sandbox, 'this is a folder, not a database')
})

test('a DBPATH that does not exist', ({ sandbox }) => {
  const env = { DBPATH: sandbox.path('/none') }
  assert.is(sandbox.run('db test show', { env }).status, 1)
  const { status, stderr } = sandbox.run('db test set k t', { env })
  assert.is(status, 1)
  assert.match(stderr, 'none does not exist, and gabarit does not create it')
  assert.is(sandbox.run(`db ${sandbox.path('/none/x.json')} set k t`).status, 1)
})

test('a lock that is held: holder, process, command and age', ({ sandbox }) => {
  const holder = { token: 't', pid: process.pid, command: 'config setprop', since: Date.now() - 3000 }
  fs.symlinkSync(JSON.stringify(holder), sandbox.path(`${FOLDER}/.test.json.lock`))
  const { status, stderr } = sandbox.run('db test setprop k a 2', { env: { GABARIT_LOCK_WAIT: '0.2' } })
  assert.is(status, 1)
  assert.match(stderr, new RegExp(`is locked by process ${process.pid} \\(config setprop\\), for \\d s`))
  assert.is(sandbox.must('db test getprop k a'), '1\n')
})

test('standard output that cannot be written', ({ sandbox }) => {
  if (!fs.existsSync('/dev/full')) return
  const { status, stderr } = sandbox.run(['sh', '-c', 'db test show > /dev/full'])
  assert.is(status, 1)
  assert.match(stderr, 'cannot write to standard output: no space left on device')
})

/** Runs a command as the user nobody. */
function asNobody(sandbox: Sandbox, command: string): Outcome {
  return sandbox.run(`setpriv --reuid 65534 --regid 65534 --clear-groups ${command}`)
}

function needsNobody(): string | undefined {
  const sandbox = new Sandbox()
  try {
    if (needsRoot() !== undefined) return needsRoot()
    fs.chmodSync(sandbox.root, 0o755)
    const { status } = asNobody(sandbox, `node ${join(PROJECT, 'dist/db.cjs')} --version`)
    return status === 0 ? undefined : 'the user nobody cannot run the checkout here (setpriv)'
  } finally {
    sandbox.remove()
  }
}

testIf(test, needsNobody(), 'a database that this user may not read, or not write', ({ sandbox }) => {
  for (const folder of ['/', '/var', '/var/lib', '/var/lib/gabarit', FOLDER]) fs.chmodSync(sandbox.path(folder), 0o755)
  const closed = asNobody(sandbox, 'db test show')
  assert.is(closed.status, 1)
  assert.is(closed.stdout, '')
  assert.match(closed.stderr, 'cannot be read: permission denied')
  fs.chmodSync(sandbox.path(FILE), 0o644)
  assert.is(asNobody(sandbox, 'db test getprop k a').stdout, '1\n')
  const refused = asNobody(sandbox, 'db test setprop k a 2')
  assert.is(refused.status, 1)
  assert.match(refused.stderr, 'permission denied')
  assert.is(asNobody(sandbox, 'db other set k t').status, 1)
  fs.chmodSync(sandbox.path(FOLDER), 0o700)
  assert.match(asNobody(sandbox, 'db test show').stderr, 'permission denied')
  assert.is(sandbox.must('db test getprop k a'), '1\n')
})

function needsTmpfs(): string | undefined {
  if (needsRoot() !== undefined) return needsRoot()
  const sandbox = new Sandbox()
  const { status } = sandbox.run(['unshare', '-m', 'mount', '-t', 'tmpfs', 'tmpfs', sandbox.root])
  sandbox.remove()
  return status === 0 ? undefined : 'no private mounts here (unshare -m)'
}

testIf(test, needsTmpfs(), 'a full disk: an error, the old database, no left-overs', ({ sandbox }) => {
  const script = `set -e
mount -t tmpfs -o size=400k tmpfs "$DBPATH"
long=$(printf '%065536d' 7)
db test set k t value "$long"
cat /dev/zero > "$DBPATH/ballast" 2>/dev/null || true
set +e
db new set k t; echo "no room for a lock: exit $?"
truncate -s -40K "$DBPATH/ballast"
db test setprop k other "$long"; echo "no room for the file: exit $?"
set -e
[ "$(db test getprop k value)" = "$long" ]
db test getprop k other || echo "no other"
ls -A "$DBPATH"
rm "$DBPATH/ballast"
db test setprop k other x
db test getprop k other`
  const outcome = sandbox.run(['unshare', '-m', 'sh', '-c', script], { env: { DBPATH: sandbox.path(FOLDER) } })
  const refused = ['no room for a lock: exit 1', 'no room for the file: exit 1', 'no other']
  const expected = [...refused, '.test.json.last-good', 'ballast', 'test.json', 'x']
  assert.equal(outcome.stdout.trimEnd().split('\n'), expected)
  assert.match(outcome.stderr, 'cannot write the database: no space left on device')
})

testIf(test, needsTmpfs(), 'a read-only file system', ({ sandbox }) => {
  const script = `mount --bind "$DBPATH" "$DBPATH" && mount -o remount,ro,bind "$DBPATH"
db test setprop k a 2; echo "exit $?"; db test getprop k a`
  const outcome = sandbox.run(['unshare', '-m', 'sh', '-c', script], { env: { DBPATH: sandbox.path(FOLDER) } })
  assert.is(outcome.stdout, 'exit 1\n1\n')
  assert.match(outcome.stderr, 'read-only file system')
})

test.run()

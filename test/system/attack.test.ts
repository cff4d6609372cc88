// What others can change is not run, and what we keep is not open to them, whatever the umask.
import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const attack = suite('code and state under attack')
const STATE = '/var/lib/gabarit'

/** A site with one of each kind of what is executed, or decides what is executed. */
function site(): Sandbox {
  const box = new Sandbox()
  box.write('/etc/gabarit/db/configuration/shop.json', '{"properties": {"port": {"format": "port"}}}')
  box.write('/etc/gabarit/db/configuration/migrate/10x.cjs', 'module.exports = () => undefined\n')
  box.write('/etc/gabarit/templates/etc/shop/10x', 'port <%= config.shop.port %>\n')
  box.write('/etc/gabarit/templates/etc/shop/template.json', '{"comment": "none"}')
  box.write('/etc/gabarit/events/shop-update/templates2expand/etc/shop', '')
  box.write('/etc/gabarit/events/shop-update/S10go', '#!/bin/sh\ntouch "$GABARIT_ROOT/went"\n', 0o755)
  box.write('/etc/gabarit/events/shop-update/services2adjust/shop', 'restart\n')
  box.write('/etc/gabarit/checkers/well-known.json', '[]')
  box.write('/etc/gabarit/checks.d/look', '#!/bin/sh\ntouch "$GABARIT_ROOT/looked"\n', 0o755)
  box.must('config set shop service port 80')
  return box
}

for (const [path, command, made] of [
  ['db/configuration/shop.json', 'config setprop shop port 81', undefined],
  ['db/configuration', 'config setprop shop port 81', undefined],
  ['db/configuration/migrate/10x.cjs', 'gabarit initialize-default-databases', undefined],
  ['db/configuration/migrate', 'gabarit initialize-default-databases', undefined],
  ['templates/etc/shop/template.json', 'expand-template /etc/shop', '/etc/shop'],
  ['templates/etc/shop/10x', 'expand-template /etc/shop', '/etc/shop'],
  ['templates/etc/shop', 'expand-template /etc/shop', '/etc/shop'],
  ['events/shop-update/S10go', 'signal-event shop-update', '/went'],
  ['events/shop-update', 'signal-event shop-update', '/went'],
  ['checkers/well-known.json', 'expand-template /etc/shop', '/etc/shop'],
  ['checkers', 'expand-template /etc/shop', '/etc/shop'],
  ['checks.d/look', 'expand-template /etc/shop', '/looked'],
  ['checks.d', 'expand-template /etc/shop', '/looked'],
  ['.', 'expand-template /etc/shop', '/etc/shop'],
] as const)
  attack(`${path} is refused when others can write it, or own it`, () => {
    const box = site()
    const real = box.path(`/etc/gabarit/${path}`)
    const { mode } = statSync(real)
    const refused = (why: RegExp) => {
      const { status, stdout, stderr } = box.run(command)
      assert.is.not(status, 0)
      assert.match(stdout + stderr, why)
      assert.match(stdout + stderr, /chmod go-w/)
      if (made !== undefined) assert.not(box.exists(made))
      assert.is(box.must('config getprop shop port'), '80\n')
    }
    chmodSync(real, mode | 0o002)
    refused(/is writable by everybody/)
    chmodSync(real, mode)
    if (process.getuid?.() === 0) {
      chownSync(real, 4711, 0)
      refused(/belongs to the user with id 4711/)
      chownSync(real, 0, 0)
    }
    box.must(command)
    box.remove()
  })

/** Code that would change the process it runs in, or what the next fragments see. */
const MEDDLING = [
  'Array.prototype.map = () => []',
  'Array.prototype[Symbol.iterator] = function* () {}',
  'JSON.stringify = () => ""',
  'Error.prepareStackTrace = () => "no stack"',
  'Object.prototype.y = 1',
  'globalThis.x = 1',
  'process.on("exit", () => { throw 1 })',
  'process.on("SIGTERM", () => 1)',
  'process.env.X = "1"',
  'process.umask(0)',
  'process.chdir("/")',
  'Function("return (async () => 1)")()',
  'setTimeout(() => { throw 1 }, 1)',
  'Promise.reject(1)',
  'delete config.shop',
  'config.shop.port = "1"',
  'db("configuration").all().push(1)',
  'db("configuration").get = () => 1',
]

attack('a fragment that changes what others use is refused with its line, and nothing is written', () => {
  const box = site()
  for (const code of MEDDLING) {
    box.write('/etc/gabarit/templates/etc/shop/10x', `one\n<% const port = 1\n   ${code}\n   const more = 2 %>\n`)
    const { status, stderr } = box.run('signal-event shop-update')
    assert.is(status, 3, `${code}: ${stderr}`)
    assert.match(stderr, /\/etc\/shop\/10x:3:\d+: /, code)
    assert.not.match(stderr, 'bug')
    assert.not(box.exists('/etc/shop'))
  }
  box.remove()
})

attack('what is tried out may lie in a folder such as /tmp, where nobody can replace it', () => {
  const box = site()
  box.write('/etc/gabarit/templates/etc/note/10x', 'first\nlast\n')
  box.must('expand-template /etc/note')
  box.write('/etc/note', box.read('/etc/note').replace('last', 'by hand'))
  mkdirSync(box.path('/tmp'))
  chmodSync(box.path('/tmp'), 0o1777)
  const env = { TMPDIR: box.path('/tmp') }
  assert.match(box.must('gabarit adopt --dry-run /etc/note', { env }), '+by hand')
  chmodSync(box.path('/tmp'), 0o777)
  assert.match(box.run('gabarit adopt --dry-run /etc/note', { env }).stderr, 'is writable by everybody')
  box.remove()
})

for (const umask of ['000', '077'])
  attack(`folders of our own have fixed modes under umask ${umask}`, () => {
    const box = site()
    const line = `umask ${umask}; config setprop shop port 82; signal-event shop-update; gabarit status`
    box.must(['sh', '-c', line])
    assert.is(statSync(box.path(STATE)).mode & 0o777, 0o755)
    assert.match(box.read('/etc/shop'), 'port 82\n')
    for (const name of ['history', 'objects', 'written'])
      assert.is(statSync(box.path(`${STATE}/${name}`)).mode & 0o777, 0o700, name)
    assert.is(statSync(box.path(`${STATE}/db`)).mode & 0o777, 0o750)
    box.remove()
  })

for (const bytes of ['', 'x', 'x'.repeat(31), 'x'.repeat(33)])
  attack(`a masking key of ${bytes.length} bytes is made anew`, () => {
    const box = site()
    box.write('/etc/gabarit/db/configuration/shop.json', '{"properties": {"word": {"secret": true}}}')
    const key = box.path(`${STATE}/masking-key`)
    mkdirSync(dirname(key), { recursive: true })
    box.write(`${STATE}/masking-key`, bytes, 0o600)
    box.must('config setprop shop word geheimnis')
    box.must('signal-event shop-update')
    const made = readFileSync(key)
    assert.is(made.length, 32)
    box.must('config setprop shop port 83')
    box.must('signal-event shop-update')
    assert.equal(readFileSync(key), made)
    box.remove()
  })

for (const mode of [0o600, 0o640])
  attack(`a link to a file of mode ${mode.toString(8)} becomes a file of that mode and owner`, () => {
    const box = site()
    box.write('/etc/kept', 'secret\n', mode)
    chownSync(box.path('/etc/kept'), process.getuid?.() === 0 ? 4711 : -1, -1)
    symlinkSync('kept', box.path('/etc/shop'))
    box.must('signal-event shop-update')
    const [made, kept] = [lstatSync(box.path('/etc/shop')), statSync(box.path('/etc/kept'))]
    assert.ok(made.isFile())
    assert.equal([made.mode & 0o777, made.uid], [mode, kept.uid])
    assert.is(box.read('/etc/kept'), 'secret\n')
    box.remove()
  })

attack('a link to nothing, or to a folder, becomes an ordinary file', () => {
  for (const target of ['nothing', 'gabarit']) {
    const box = site()
    symlinkSync(target, box.path('/etc/shop'))
    box.must('signal-event shop-update')
    assert.is(lstatSync(box.path('/etc/shop')).mode & 0o777, 0o644)
    box.remove()
  }
})

attack('a database may have the name of a part of every JavaScript object', () => {
  const box = site()
  for (const name of ['__proto__', 'constructor', 'toString']) box.must(`db ${name} set a b`)
  box.must('signal-event shop-update')
  const before = box.must('gabarit history').trim().split('\n').length
  for (const name of ['__proto__', 'constructor', 'toString']) box.must(`db ${name} setprop a x 1`)
  assert.is(box.run('signal-event shop-update').stderr, '')
  assert.is(box.must('gabarit history').trim().split('\n').length, before + 1)
  for (const name of ['__proto__', 'constructor']) box.must(`db ${name} set a c`)
  box.must('gabarit discard')
  for (const name of ['__proto__', 'constructor']) assert.is(box.must(`db ${name} gettype a`), 'b\n')
  box.must('gabarit rollback 1')
  for (const name of ['__proto__', 'toString']) assert.is(box.must(`db ${name} show a`), 'a=b\n')
  box.remove()
})

attack.run()

// Secrets of databases, encrypted for this machine: everything that reads them goes on as before, and nothing shows them.
import { chmodSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { wrong } from '../support/doctor.ts'
import type { Sandbox } from '../support/sandbox.ts'
import { AWKWARD, DATABASE, describeToken, IDENTITY, STATE, serverWithSecrets, stateWith } from './support.ts'

const rest = suite('secrets at rest')

let box: Sandbox
rest.before.each(() => {
  box = serverWithSecrets()
})
rest.after.each(() => box.remove())

const getprop = (key: string, property: string) => box.must(['config', 'getprop', key, property]).replace(/\n$/, '')

rest('one command encrypts them in databases and last good copies; root reads them as before', () => {
  assert.ok(stateWith(box, AWKWARD).length > 0)
  assert.match(box.must('gabarit secrets status'), /^1 secret, stored in clear$/m)
  assert.match(box.must('gabarit secrets encrypt'), /^1 secret encrypted\n {2}configuration vault Password$/m)
  assert.equal(stateWith(box, AWKWARD), [])
  assert.is(lstatSync(box.path(IDENTITY)).mode & 0o777, 0o600)
  assert.is(lstatSync(box.path(`${STATE}/secrets`)).mode & 0o777, 0o700)
  assert.match(box.read(IDENTITY), /^AGE-SECRET-KEY-1[A-Z0-9]+$/m)
  assert.is(getprop('vault', 'Password'), AWKWARD)
  assert.match(box.must('config --reveal show vault'), `Password=${AWKWARD}`)
  assert.match(box.must('config show vault'), 'Password=********')
  assert.is(JSON.parse(box.must('config printjson vault')).props.Password, null)
  const { encrypted, secrets } = JSON.parse(box.must('gabarit secrets status --json'))
  assert.equal([encrypted, secrets], [1, 1])
  assert.equal(wrong(box).found, [])
})

rest('events, diffs, history and the archive in git go on, and none shows one', () => {
  box.must('config set gabarit settings Archive /archive')
  box.must('gabarit secrets encrypt')
  const before = box.read('/etc/vault')
  assert.match(box.must('gabarit diff'), '+ configuration gabarit')
  box.must('signal-event change')
  assert.is(box.read('/etc/vault'), before, 'the daemon still reads it in clear')
  box.must('config setprop vault Password from-birth-on')
  assert.equal(stateWith(box, 'from-birth-on'), [], 'a new value is encrypted from birth')
  const said = ['gabarit diff', 'gabarit diff --json', 'signal-event --dry-run --json change', 'signal-event change']
    .concat('gabarit show 4 --json', 'gabarit show 4', 'gabarit history --json', 'config log vault', 'gabarit status')
    .map(command => Object.values(box.run(command)).join('\n'))
  assert.match(box.read('/etc/vault'), 'from-birth-on')
  for (const secret of [AWKWARD, '$odd', 'from-birth-on']) {
    assert.equal(stateWith(box, secret), [], secret)
    assert.not.match(said.join('\n'), secret, secret)
  }
  const kept = box.must(['git', '--git-dir', box.path('/archive'), 'log', '-p', '--all'])
  assert.match(kept, 'Password')
  assert.not.match(kept, /\$odd|from-birth-on/)
})

rest('what waits for a confirmation, and what an event has written down, hold none in clear', () => {
  box.must('gabarit secrets encrypt')
  box.must('config setprop note text other')
  box.must('signal-event change --confirm-within 1h')
  assert.ok(box.exists(`${STATE}/confirmation.json`))
  assert.equal(stateWith(box, AWKWARD), [])
  assert.is(box.run('gabarit secrets decrypt').status, 3, 'first the change that waits')
  // What was current when the change was made is known as long as it waits.
  box.must('config setprop vault Password after-the-change')
  box.must('gabarit confirm cancel')
  assert.match(box.read('/etc/note'), 'text one')
  assert.is(getprop('vault', 'Password'), 'after-the-change')
})

rest('a description that makes something secret has it encrypted by the next event, in the history too', () => {
  box.must('gabarit secrets encrypt')
  assert.ok(stateWith(box, 'early-token-1').length > 0)
  describeToken(box)
  assert.equal(
    wrong(box).found.map(({ id, command }) => [id, command]),
    [['secrets', 'gabarit secrets encrypt']],
  )
  assert.match(box.run('signal-event change').stderr, 'encrypted the secrets of configuration')
  for (const token of ['early-token-1', 'early-token-2']) {
    assert.equal(stateWith(box, token), [], token)
    const shown = ['gabarit show 1 --json', 'gabarit show 2 --json', 'gabarit diff 1', 'config log note']
    for (const command of shown) assert.not.match(box.must(command), token, command)
  }
  assert.is(getprop('note', 'token'), 'early-token-2')
  assert.equal(wrong(box).found, [])
  assert.match(box.must('gabarit diff'), /^(?!.*token)/s, 'nothing has changed')
  // What the history no longer has, it does not invent.
  box.must('config setprop note text changed')
  box.must('signal-event change')
  box.must('gabarit rollback 2')
  assert.match(box.read('/etc/note'), 'text one\ntoken early-token-2')
})

rest('a change that is described as secret already when it is made is encrypted at once', () => {
  box.must('gabarit secrets encrypt')
  describeToken(box)
  box.must('config setprop note token third-token')
  assert.equal(stateWith(box, 'third-token'), [])
  const batch = 'setprop note token fourth-token\nsetprop vault Password "fifth one"\n'
  box.must('config batch', { input: batch })
  for (const secret of ['fourth-token', 'fifth one']) assert.equal(stateWith(box, secret), [], secret)
  assert.is(getprop('vault', 'Password'), 'fifth one')
})

rest('one command stores them in clear again, and removes the identity', () => {
  const before = box.read(DATABASE)
  box.must('gabarit secrets encrypt')
  assert.match(box.must('gabarit secrets decrypt'), '1 secret stored in clear')
  assert.is(box.read(DATABASE), before)
  assert.is(box.read(`${STATE}/db/.configuration.json.last-good`), before)
  assert.not(box.exists(`${STATE}/secrets`))
  assert.is(box.must('gabarit secrets decrypt'), '0 secrets stored in clear\n')
  assert.equal(wrong(box).found, [])
})

/** The encrypted value of the password, as it stands in the database. */
const sealedPassword = () => /"Password": (\{"sealed": "[^"]+"\})/.exec(box.read(DATABASE))?.[1] ?? ''

const edit = (from: string | RegExp, to: string) =>
  writeFileSync(box.path(DATABASE), box.read(DATABASE).replace(from, to))

rest('an encrypted value that was moved, altered or cut off is refused, with its name; others can be read', () => {
  box.must('gabarit secrets encrypt')
  const sealed = sealedPassword()
  const refused = (key: string, property: string, why: RegExp) => {
    const { status, stdout, stderr } = box.run(['config', 'getprop', key, property])
    assert.is(status, 3, stderr)
    assert.is(stdout, '')
    assert.match(stderr, new RegExp(`configuration ${key} ${property} cannot be opened: ${why.source}`))
    assert.match(stderr, `db configuration setprop ${key} ${property} VALUE`)
  }
  const whole = box.read(DATABASE)
  edit('"text": "one"', `"text": ${sealed}`)
  refused('note', 'text', /its encrypted value is damaged, or was copied from another place/)
  assert.is(getprop('vault', 'Password'), AWKWARD)
  assert.match(
    wrong(box)
      .found.map(({ message }) => message)
      .join('\n'),
    'configuration note text cannot be opened',
  )
  assert.is(box.run('signal-event change').status, 3)
  writeFileSync(box.path(DATABASE), whole)
  for (const [bad, why] of [
    [sealed.replace(/.(.)"\}$/, '$1A"}'), /its encrypted value is damaged/],
    [sealed.replace(/.{12}"\}$/, '"}'), /its encrypted value is damaged/],
    ['{"sealed": ""}', /its encrypted value is damaged/],
    ['{"sealed": "hello"}', /its encrypted value is damaged/],
    [sealed.replace(/": "\w{8}/, '": "00000000'), /it was encrypted with the identity 00000000/],
  ] as const) {
    writeFileSync(box.path(DATABASE), whole.replace(sealed, bad))
    refused('vault', 'Password', why)
    assert.is(getprop('note', 'text'), 'one')
    box.must('config setprop note text one')
    box.must('config setprop vault Hint none')
    box.must('config setprop vault Password again')
    assert.is(getprop('vault', 'Password'), 'again')
  }
  writeFileSync(box.path(DATABASE), whole.replace(sealed, '{"sealed": 1}'))
  assert.match(box.run('config keys').stderr, /configuration.json:\d+:\d+: the database is damaged/)
})

rest('a value of another database of the same key and property is refused, too', () => {
  box.write('/etc/gabarit/db/sites/vault.json', JSON.stringify({ properties: { Password: { secret: true } } }))
  box.must('gabarit secrets encrypt')
  box.must('db sites set vault service Password other')
  const file = box.path(`${STATE}/db/sites.json`)
  writeFileSync(file, readFileSync(file, 'utf8').replace(/\{"sealed": "[^"]+"\}/, sealedPassword()))
  assert.match(box.run('db sites getprop vault Password').stderr, 'sites vault Password cannot be opened')
})

rest('a database edited by hand: a value in clear is read, and encrypted by the next event', () => {
  box.must('gabarit secrets encrypt')
  edit(sealedPassword(), '"typed in by hand"')
  assert.is(getprop('vault', 'Password'), 'typed in by hand')
  assert.match(box.run('gabarit secrets status').stdout, 'still in clear: configuration vault Password')
  box.must('signal-event change')
  assert.equal(stateWith(box, 'typed in by hand'), [])
  edit(/\{"sealed": ("[^"]+")\}/, '{\n "sealed": $1\n}')
  assert.is(getprop('vault', 'Password'), 'typed in by hand', 'laid out in another way')
})

rest('a scalar is one value, and can be a secret, too', () => {
  box.write('/etc/gabarit/db/configuration/Pin.json', JSON.stringify({ scalar: { secret: true } }))
  box.must('config set Pin scalar-secret')
  box.must('gabarit secrets encrypt')
  assert.equal(stateWith(box, 'scalar-secret'), [])
  assert.is(box.must('config get Pin'), 'scalar-secret\n')
  assert.is(box.must('config printtype Pin'), 'Pin=********\n')
  box.must('config set Pin other-scalar')
  box.must('signal-event change')
  for (const secret of ['scalar-secret', 'other-scalar']) assert.equal(stateWith(box, secret), [], secret)
  assert.is(box.must('config gettype Pin'), 'other-scalar\n')
  box.must('gabarit secrets decrypt')
  assert.match(box.read(DATABASE), '"type": "other-scalar"')
})

rest('records are renamed, removed and made again with their secrets', () => {
  box.must('gabarit secrets encrypt')
  box.must(['config', 'setjson', 'vault', '{"type":"service","props":{"Hint":"h","Password":null}}'])
  assert.is(getprop('vault', 'Password'), AWKWARD)
  box.must('config delprop vault Password')
  assert.is(box.run('config getprop vault Password').status, 1)
  box.must('config setprop vault Password again')
  box.must('config delete vault')
  box.must('config set vault service Password anew')
  assert.is(getprop('vault', 'Password'), 'anew')
  assert.equal(stateWith(box, 'anew'), [])
})

rest('without the identity: what needs no secret goes on; what needs one says what to do', () => {
  box.must('gabarit secrets encrypt')
  const kept = box.path('/kept.txt')
  renameSync(box.path(IDENTITY), kept)
  assert.is(getprop('note', 'text'), 'one')
  const works = ['config setprop note text two', 'config setprop vault Hint more', 'config show vault', 'config keys']
    .concat('db sites set a site title A', 'gabarit history', 'gabarit show 2', 'gabarit managed', 'gabarit events')
    .concat('gabarit templates', 'gabarit databases', 'config log vault', 'gabarit overrides', 'gabarit pin')
    .concat('gabarit cat /etc/note', 'gabarit explain /etc/note', 'gabarit impact configuration note')
  for (const command of works) box.must(command)
  const status = Object.values(box.run('gabarit status')).join('\n')
  assert.match(status, '/etc/note')
  assert.match(status, 'the identity that opens the secrets of this machine is missing')
  assert.match(box.run('gabarit diff').stdout, '+text two')
  for (const command of ['config getprop vault Password', 'config setprop vault Password new', 'signal-event change']) {
    const { status, stderr } = box.run(command)
    assert.is(status, 3, `${command}: ${stderr}`)
    assert.match(stderr, `${IDENTITY}: the identity that opens the secrets of this machine is missing`)
    assert.match(stderr, 'gabarit secrets encrypt --new-identity')
  }
  assert.match(box.read('/etc/note'), 'text one')
  assert.equal(wrong(box).found.filter(({ id }) => id === 'secrets').length, 1)
  for (const damaged of ['', 'AGE-SECRET-KEY-1SHORT\n', '\0\0\0']) {
    box.write(IDENTITY, damaged, 0o600)
    assert.match(box.run('config getprop vault Password').stderr, 'is damaged')
    assert.is(box.run('gabarit secrets encrypt').status, 3)
  }
  writeFileSync(box.path(IDENTITY), readFileSync(kept, 'utf8').replace(/.$/m, 'x'))
  renameSync(kept, box.path(IDENTITY))
  box.must('signal-event change')
  assert.match(box.read('/etc/note'), 'text two')
})

rest('a lost identity is replaced, and each secret set again', () => {
  box.must('gabarit secrets encrypt')
  assert.match(box.run('gabarit secrets encrypt --new-identity').stderr, 'it is not lost')
  rmSync(box.path(IDENTITY))
  assert.is(box.run('gabarit secrets encrypt').status, 3)
  const { status, stdout } = box.run('gabarit secrets encrypt --new-identity')
  assert.is(status, 1)
  assert.match(stdout, 'nobody can open this, set it again: configuration vault Password')
  assert.match(
    box.run('config getprop vault Password').stderr,
    /encrypted with the identity \w{8}, but this machine has/,
  )
  box.must('config setprop vault Password set-again')
  assert.is(getprop('vault', 'Password'), 'set-again')
  box.must('signal-event change')
  assert.equal(wrong(box).found, [])
})

rest('doctor says if others can read the identity', () => {
  box.must('gabarit secrets encrypt')
  chmodSync(box.path(IDENTITY), 0o640)
  const [found] = wrong(box).found
  assert.match(found?.message ?? '', /^others can get at .*identity.txt$/)
  box.must(['sh', '-c', found?.command ?? 'false'])
  assert.equal(wrong(box).found, [])
})

rest('no process has one in its arguments while an event runs', () => {
  box.must('gabarit secrets encrypt')
  box.write(
    '/etc/gabarit/checks.d/looks',
    '#!/bin/sh\ncat /proc/[0-9]*/cmdline > "$GABARIT_ROOT/seen" 2> /dev/null\nexit 0\n',
    0o755,
  )
  box.must('config setprop note text other')
  // In a process of its own.
  box.must('signal-event change', { env: { NODE_NO_WARNINGS: '1' } })
  assert.ok(readFileSync(box.path('/seen')).includes('signal-event'))
  assert.not(readFileSync(box.path('/seen')).includes('$odd'))
})

rest('turned on and off many times with events between, nothing is lost, and nothing is left', () => {
  for (const round of [1, 2, 3]) {
    box.must('gabarit secrets encrypt')
    box.must(`config setprop vault Password round-${round}`)
    box.must('signal-event change')
    assert.equal(stateWith(box, `round-${round}`), [])
    box.must('gabarit secrets decrypt')
    box.must('signal-event change')
    assert.is(getprop('vault', 'Password'), `round-${round}`)
  }
  const left = readdirSync(box.path(`${STATE}/db`)).filter(name => /\.(new|lock)$/.test(name))
  assert.equal(left, [])
})

rest.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeDatabase } from '../../src/db/change.ts'
import type { Draft } from '../../src/db/draft.ts'
import { lintDatabases } from '../../src/db/lint.ts'
import { readDatabase } from '../../src/db/store.ts'
import { databaseFile } from '../../src/system/places.ts'
import { Fixture, failureOf } from './fixture.ts'

const test = suite<{ fixture: Fixture }>('validate')

test.before.each(context => {
  context.fixture = new Fixture()
  context.fixture.write('shipped/db/c/@service.json', {
    properties: {
      status: { enum: ['disabled', 'test', 'enabled'] },
      port: { format: 'port', minimum: 1024 },
      keysize: { format: 'integer', minimum: 2048, maximum: 4096, unit: 'bits' },
      wait: { format: 'duration', maximum: 3600 },
      names: { format: 'hostname', list: ',' },
      networks: { format: 'networks', list: ',' },
      code: { pattern: '[A-Z]{2}' },
      place: { pattern: '[^:]+:[0-9]+', form: 'HOST:PORT' },
      word: { secret: true, pattern: '.{8,}' },
      may: { format: 'ip', empty: true },
      Content: { reference: { database: 'accounts', type: 'ibay', or: ['Primary'] } },
      peer: { reference: { database: 'c' } },
      crt: {},
      key: {},
    },
    rules: [
      { allOrNone: ['crt', 'key'] },
      { dependsOn: { property: 'status', values: ['test', 'enabled'], requires: ['names'] } },
      { unique: 'port' },
    ],
  })
  context.fixture.write('shipped/db/c/Domain.json', { scalar: { format: 'hostname' } })
  context.fixture.write('shipped/db/c/sshd.json', { type: 'service' })
  change(context.fixture, draft => draft.set('x', 'service', { names: 'a' }))
})
test.after.each(({ fixture }) => fixture.remove())

function change({ places }: Fixture, run: (draft: Draft) => unknown, name = 'c'): void {
  changeDatabase({ ...places, databases: places.databases }, name, { command: 'test' }, run)
}

/** The message of a refused setting of one property. */
function refused(fixture: Fixture, name: string, value: string): string {
  const failure = failureOf(() => change(fixture, draft => draft.setprop('x', name, value)))
  assert.is(failure.status, 3)
  return failure.message
}

test('refuses with the reason, and the nearest word', ({ fixture }) => {
  const message = (name: string, value: string) => refused(fixture, name, value).replace(`x: property ${name}: `, '')
  assert.is(message('status', 'enable'), '"enable" is not one of disabled, test, enabled; did you mean "enabled"?')
  assert.is(message('port', '70000'), '"70000" is not a port number (1 to 65535)')
  assert.is(message('port', '80'), '"80" is too small; the minimum is 1024')
  assert.is(message('keysize', '8192'), '"8192" is too large; the maximum is 4096 bits')
  assert.is(message('wait', '2h'), '"2h" is too large; the maximum is 3600')
  assert.is(message('code', 'xAB'), '"xAB" does not have the form [A-Z]{2}')
  assert.is(message('place', 'here'), '"here" does not have the form HOST:PORT')
  assert.is(message('code', ''), 'it must not be empty')
  assert.match(message('names', 'a.org,b_c'), '"b_c" is not a host name')
  assert.match(message('names', 'exämple.org'), 'did you mean "xn--exmple-cua.org"?')
  assert.match(message('names', 'a.org,,b.org'), 'empty element')
  for (const value of ['a.org b.org', 'a.org; b.org', 'a.org, b.org c.org'])
    assert.match(message('names', value), `; several are separated by ",": "${value.match(/[a-z.]+/g)?.join(',')}"`)
  assert.not.match(message('names', 'a.org b_c'), 'several')
  assert.not.match(message('networks', '10.0.0.0/8 192.168.0.0/16'), 'did you mean', 'one of the two')
})

test('lets through what fits, and what nobody described', ({ fixture }) => {
  change(fixture, draft =>
    draft.setprop('x', { status: 'test', port: '2222', names: 'a.org, b.org', may: '', wait: '1h', free: '\n|=' }),
  )
  change(fixture, draft => draft.set('y', 'unknown', { status: 'whatever' }))
})

test('tells all problems at once', ({ fixture }) => {
  const failure = failureOf(() => change(fixture, draft => draft.setprop('x', { status: 'no', port: 'x' })))
  assert.is(failure.message.split('\n').length, 2)
})

test('a secret value never stands in a message', ({ fixture }) => {
  const message = refused(fixture, 'word', 'hunter2')
  assert.match(message, 'property word: the value (secret)')
  assert.not.match(message, 'hunter2')
})

test('a reference must exist, with the right type', ({ fixture }) => {
  assert.match(refused(fixture, 'Content', 'intranet'), 'not a record of type "ibay" of the database "accounts"')
  change(
    fixture,
    draft => {
      draft.set('intranet', 'ibay')
      draft.set('joe', 'user')
    },
    'accounts',
  )
  change(fixture, draft => draft.setprop('x', 'Content', 'intranet'))
  change(fixture, draft => draft.setprop('x', 'Content', 'Primary'))
  assert.match(refused(fixture, 'Content', 'joe'), 'not a record of type')
  assert.match(refused(fixture, 'Content', 'intrnet'), 'did you mean "intranet"?')
  change(fixture, draft => {
    draft.set('new', 'other')
    draft.setprop('x', 'peer', 'new')
  })
})

test('a scalar and a type are checked too', ({ fixture }) => {
  change(fixture, draft => draft.set('Domain', 'example.org'))
  assert.is(
    failureOf(() => change(fixture, draft => draft.settype('Domain', 'a b'))).message.slice(0, 13),
    'Domain: "a b"',
  )
  assert.match(failureOf(() => change(fixture, draft => draft.set('sshd', 'servce'))).message, 'type must be "service"')
})

test('rules look at the final state, when one of their properties changed', ({ fixture }) => {
  assert.match(refused(fixture, 'crt', '/x'), 'set either all of crt, key or none; missing: key')
  change(fixture, draft => {
    draft.setprop('x', 'crt', '/x')
    draft.setprop('x', 'key', '/y')
  })
  assert.match(failureOf(() => change(fixture, draft => draft.delprop('x', 'key'))).message, 'missing: key')
  change(fixture, draft => draft.setprop('x', { status: 'enabled', port: '2222' }))
  assert.match(
    failureOf(() => change(fixture, draft => draft.delprop('x', 'names'))).message,
    '"enabled" also needs names',
  )
  const twice = failureOf(() => change(fixture, draft => draft.set('y', 'service', { port: '2222' })))
  assert.is(twice.message, 'y: property port: "2222" is already used by record "x"')
})

test('several properties may be unique together', ({ fixture }) => {
  fixture.write('shipped/db/c/@vpn.json', { rules: [{ unique: ['proto', 'port'] }] })
  change(fixture, draft => {
    draft.set('v', 'vpn', { proto: 'udp', port: '1' })
    draft.set('w', 'vpn', { proto: 'tcp', port: '1' })
    draft.set('half', 'vpn', { proto: 'udp' })
    draft.set('other', 'vpn', { proto: 'udp' })
  })
  const twice = failureOf(() => change(fixture, draft => draft.setprop('w', 'proto', 'udp')))
  assert.is(twice.message, 'w: property proto and port: "udp" "1" is already used by record "v"')
  assert.match(failureOf(() => change(fixture, draft => draft.setprop('half', 'port', '1'))).message, 'record "v"')
})

test('old values that no longer fit stand in nobody’s way, but lint finds them', ({ fixture }) => {
  process.env.GABARIT_VALIDATE = 'off'
  change(fixture, draft => draft.setprop('x', { status: 'old', port: 'x' }))
  delete process.env.GABARIT_VALIDATE
  change(fixture, draft => draft.setprop('x', 'keysize', '2048'))
  change(fixture, draft => draft.delprop('x', 'port'))
  const message = 'c: x: property status: "old" is not one of disabled, test, enabled'
  assert.equal(lintDatabases(fixture.places), [{ level: 'error', message }])
})

test('a key is checked when its record is made or becomes one of that type, and only then', ({ fixture }) => {
  fixture.write('shipped/db/c/@host.json', { key: { format: 'hostname' } })
  const refusal = failureOf(() => change(fixture, draft => draft.set('a_b', 'host')))
  assert.is(refusal.status, 3)
  assert.match(refusal.message, /^a_b: the key "a_b" is not a host name/)
  const accented = failureOf(() => change(fixture, draft => draft.set('exämple.org', 'host')))
  assert.match(accented.message, /^exämple.org: .*; did you mean "xn--exmple-cua.org"\?$/)
  change(fixture, draft => draft.set('a_b', 'other'))
  assert.match(failureOf(() => change(fixture, draft => draft.settype('a_b', 'host'))).message, 'the key "a_b"')
  process.env.GABARIT_VALIDATE = 'off'
  change(fixture, draft => draft.settype('a_b', 'host'))
  delete process.env.GABARIT_VALIDATE
  change(fixture, draft => draft.setprop('a_b', 'p', '1'))
  change(fixture, draft => draft.set('a-b', 'host'))
})

test('names of properties that look like slips are noted when the change is done', ({ fixture }) => {
  const notes: string[] = []
  const set = (properties: Record<string, string>) =>
    changeDatabase(fixture.places, 'c', { command: 'test', note: slip => notes.push(slip) }, draft =>
      draft.setprop('x', properties),
    )
  set({ keysiez: '1', entirelyMine: '2', TCPPort: '3', keysize: '2048' })
  assert.equal(notes, ['x has no described property "keysiez"; did you mean "keysize"?'])
  assert.is(readDatabase(databaseFile(fixture.places, 'c'))?.get('x')?.properties.get('keysiez'), '1')
  failureOf(() => set({ statsu: '1', port: 'x' }))
  set({ keysize: '4096' })
  assert.is(notes.length, 1)
})

test('a refused change leaves the database as it was', ({ fixture }) => {
  refused(fixture, 'status', 'no')
  assert.is(readDatabase(databaseFile(fixture.places, 'c'))?.get('x')?.properties.has('status'), false)
})

test.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { completeDb } from '../../src/cli/db/complete.ts'
import { findPlaces } from '../../src/system/places.ts'
import { PROJECT, Sandbox } from '../support/sandbox.ts'

const test = suite<{ sandbox: Sandbox }>('db: descriptions')

const DESCRIPTION = {
  type: 'service',
  description: { en: 'A test service.', fr: 'Un service d’essai.' },
  properties: {
    status: {
      enum: ['disabled', 'enabled'],
      default: 'disabled',
      description: { en: 'Runs or not.', fr: 'En marche ?' },
    },
    keysize: { format: 'integer', minimum: 2048, unit: 'bits' },
    Password: { secret: true, default: 'hunter1' },
    Content: { reference: { database: 'shares', type: 'ibay', or: ['Primary'] } },
  },
  rules: [{ unique: 'keysize' }],
}

test.before.each(context => {
  context.sandbox = new Sandbox()
  context.sandbox.write('/etc/gabarit/db/test/svc.json', JSON.stringify(DESCRIPTION))
  context.sandbox.write('/etc/gabarit/db/test/Pin.json', JSON.stringify({ scalar: { secret: true } }))
  context.sandbox.write('/etc/gabarit/db/test/@host.json', JSON.stringify({ properties: { Ip: { format: 'ip' } } }))
  context.sandbox.must('db test set svc service Password hunter2 status enabled')
  context.sandbox.must('db test set Pin hunter3')
})
test.after.each(({ sandbox }) => sandbox.remove())

test('a bad value is refused with the nearest word, unless validation is off', ({ sandbox }) => {
  const command = 'db test setprop svc status enable'
  assert.equal(sandbox.run(command), {
    status: 3,
    stdout: '',
    stderr:
      'db: svc: property status: "enable" is not one of disabled, enabled; did you mean "enabled"?\n  Nothing was changed.\n',
  })
  const path = sandbox.path('/var/lib/gabarit/db/test.json')
  assert.is(sandbox.run(command.replace('test', path)).status, 3)
  sandbox.must(command, { env: { GABARIT_VALIDATE: 'off' } })
  assert.is(sandbox.must('db test getprop svc status'), 'enable\n')
})

test('a near miss of the name of a property is stored, with a note on standard error', ({ sandbox }) => {
  const note = 'note: svc has no described property "keysiez"; did you mean "keysize"?\n'
  assert.equal(sandbox.run('db test setprop svc keysiez 4096'), { status: 0, stdout: '', stderr: note })
  assert.is(sandbox.must('db test getprop svc keysiez'), '4096\n')
  const batch = sandbox.run('db test batch', { input: 'setprop svc Pasword x\nsetprop svc own x\n' })
  assert.equal([batch.status, batch.stderr.includes('did you mean "Password"?')], [0, true])
  assert.is(batch.stderr.split('\n').length, 2)
})

test('a described record that was never made: the hint says what makes it', ({ sandbox }) => {
  sandbox.write('/etc/gabarit/db/fresh/svc.json', JSON.stringify(DESCRIPTION))
  const hint = '  To create it: gabarit initialize-default-databases (or signal-event post-install)\n'
  for (const [command, input] of [
    ['db fresh setprop svc status enabled', ''],
    ['db fresh settype svc other', ''],
    ['db fresh batch', 'setprop svc status enabled\n'],
  ] as const) {
    const { status, stderr } = sandbox.run(command, { input })
    assert.equal([status, stderr.includes('there is no record "svc"'), stderr.includes(hint)], [1, true, true], stderr)
  }
  assert.not.match(sandbox.run('db fresh setprop other status enabled').stderr, 'initialize')
})

test('describe takes a key, and then perhaps a property', ({ sandbox }) => {
  assert.match(sandbox.must('db --help describe'), 'describe [KEY [PROP]]')
  assert.match(sandbox.must('db --help'), 'describe [KEY [PROP]] ')
  for (const words of [[], ['svc'], ['svc', 'status']]) sandbox.must(['db', 'test', 'describe', ...words])
  sandbox.write('/etc/gabarit/db/test/@host.json', JSON.stringify({ key: { format: 'hostname' } }))
  assert.match(sandbox.must('db test describe @host'), '  the key of a record: a host name')
})

test('secrets are masked in everything but the reading of one value', ({ sandbox }) => {
  const verbs = [
    'show',
    'print',
    'printprop svc',
    'printprop svc Password',
    'get svc',
    'printjson',
    'showjson svc',
    'printtype',
  ]
  for (const verb of [...verbs, 'getjson svc']) assert.not.match(sandbox.must(`db test ${verb}`), 'hunter', verb)
  for (const verb of [...verbs, 'keys']) assert.not.match(sandbox.must(`db --json test ${verb}`), 'hunter', verb)
  assert.match(sandbox.must('db test show svc'), 'Password=********\n')
  assert.is(JSON.parse(sandbox.must('db test getjson svc')).props.Password, null)
  assert.is(sandbox.must('db test getprop svc Password'), 'hunter2\n')
  assert.is(sandbox.must('db test get Pin'), 'hunter3\n')
  assert.match(sandbox.must('db --reveal test show'), 'Password=hunter2')
  assert.match(sandbox.must('db --reveal test printjson'), 'hunter3')
})

test('an export with secrets must be asked for', ({ sandbox }) => {
  const { status, stdout, stderr } = sandbox.run('db test export')
  assert.is(status, 1)
  assert.is(stdout, '')
  assert.match(stderr, 'this database contains secrets: Pin, svc Password')
  assert.match(sandbox.must('db --reveal test export'), 'svc=service|Password|hunter2|status|enabled\n')
})

test('import and export', ({ sandbox }) => {
  sandbox.write('/old/test', 'svc=service|status|maybe\nx=t|a|b\n')
  const done = sandbox.run('db test import old/test')
  assert.is(done.status, 0)
  assert.is(done.stdout, 'test: 2 records imported\n')
  assert.match(done.stderr, 'test: imported, but svc: property status: "maybe" is not one of disabled, enabled')
  sandbox.must('db other import -', { input: 'k=v\n' })
  assert.is(sandbox.must('db other export'), '# database other, exported by gabarit\nk=v\n')
  sandbox.write('/old/hosts', 'www=host|HostType|Self\n')
  assert.match(sandbox.must('db import --tree old'), 'hosts: 1 record imported\ntest: 2 records imported\n')
  assert.is(sandbox.must('db hosts getprop www HostType'), 'Self\n')
  assert.is(sandbox.run('db test import none').status, 1)
})

test('describe, in English and in French', ({ sandbox }) => {
  const english = sandbox.must('db test describe svc', { env: { LC_ALL: 'C.UTF-8' } })
  assert.is(
    english,
    [
      'svc (service)',
      '  A test service.',
      '  status: disabled | enabled, default disabled',
      '    Runs or not.',
      '  keysize: a whole number, at least 2048, bits',
      '  Password: secret',
      '  Content: the key of an "ibay" in shares or Primary',
      '  rule: no two records with the same keysize',
      '',
    ].join('\n'),
  )
  const french = { env: { LC_ALL: 'fr_CA.UTF-8' } }
  assert.is(
    sandbox.must('db test describe svc', french),
    [
      'svc (service)',
      '  Un service d’essai.',
      '  status: disabled | enabled, par défaut disabled',
      '    En marche ?',
      '  keysize: un nombre entier, au moins 2048, bits',
      '  Password: secret',
      "  Content: la clé d'un enregistrement de type « ibay » de shares ou Primary",
      '  règle : jamais deux enregistrements avec le même keysize',
      '',
    ].join('\n'),
  )
  assert.match(sandbox.must('db test describe svc status', french), 'En marche ?')
  assert.match(sandbox.must('db test describe'), '@host\nPin\nsvc - A test service.\n')
  assert.match(sandbox.must('db test describe @host'), 'Ip: an IP address')
  const json = sandbox.must('db --json test describe svc')
  assert.equal(JSON.parse(json).properties.status.enum, ['disabled', 'enabled'])
  assert.not.match(json, 'hunter')
  assert.match(sandbox.run('db test describe svcc').stderr, '"svcc" has no description; did you mean "svc"?')
  assert.match(sandbox.run('db test describe svc staus').stderr, 'did you mean "status"?')
  assert.is(sandbox.run('db nothing describe').status, 1)
})

test('a malformed description stops a change, and names its file', ({ sandbox }) => {
  sandbox.write('/etc/gabarit/db/test/svc.json', '{"properties": {"p": {"enumm": []}}}')
  const { status, stderr } = sandbox.run('db test setprop svc p x')
  assert.is(status, 1)
  assert.match(stderr, 'etc/gabarit/db/test/svc.json: properties.p: "enumm" is not a keyword; did you mean "enum"?')
  assert.is(sandbox.must('db test getprop svc status'), 'enabled\n')
})

test('completion of every word', ({ sandbox }) => {
  sandbox.must('db shares set intranet ibay')
  sandbox.must('db shares set joe user')
  const places = findPlaces(PROJECT, { GABARIT_ROOT: sandbox.root })
  const complete = (line: string) => completeDb(line.split(' '), places)
  assert.ok(complete('db ').includes('test'))
  assert.equal(complete('db sh'), ['shares'])
  assert.equal(complete('db test getp'), ['getprop'])
  assert.ok(complete('config ').includes('setprop'))
  assert.equal(complete('db --j'), ['--json'])
  assert.equal(complete('db --root /x --json test getp'), ['getprop'])
  assert.equal(complete('db test setprop '), ['Pin', 'svc'])
  assert.equal(complete('db test setprop svc '), ['Content', 'Password', 'keysize', 'status'])
  assert.equal(complete('db test getprop svc '), ['Password', 'status'])
  assert.equal(complete('db test setprop svc status '), ['disabled', 'enabled'])
  assert.equal(complete('db test setprop svc status enabled Content '), ['Primary', 'intranet'])
  assert.equal(complete('db test setprop svc Password '), [])
  assert.equal(complete('db test set svc '), ['service'])
  assert.equal(complete('db test set www host '), ['Ip'])
  assert.equal(complete('db test describe @'), ['@host'])
  assert.equal(complete('db import --'), ['--tree'])
  sandbox.write('/etc/gabarit/db/test/svc.json', '{')
  assert.equal(complete('db test setprop svc '), [])
})

test.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const test = suite<{ sandbox: Sandbox }>('db: reading verbs')

test.before(context => {
  context.sandbox = new Sandbox()
  const commands = [
    'set sshd service status enabled TCPPort 22 empty ""',
    'set DomainName example.org',
    'set B x',
    'set 10 y',
    'set 9 y',
    '["set", "😀", "astral"]',
    '["set", "\ue000", "private"]',
    '["set", "odd", "t|u", "a|b", "1\\n2", "z", "\\u001b[1m\\ttab\\u0085"]',
  ]
  context.sandbox.must('config batch', { input: commands.join('\n') })
})
test.after(({ sandbox }) => sandbox.remove())

/** What a command prints; its status; nothing on standard error by default. */
function check(
  { sandbox }: { sandbox: Sandbox },
  command: string | string[],
  stdout: string,
  status = 0,
  stderr = '',
): void {
  const outcome = sandbox.run(command)
  assert.is(outcome.stdout, stdout)
  assert.is(outcome.stderr, stderr)
  assert.is(outcome.status, status)
}

test('keys come in byte order, also beyond the BMP', context => {
  check(context, 'config keys', '10\n9\nB\nDomainName\nodd\nsshd\n\ue000\n😀\n')
  check(context, 'db configuration keys', '10\n9\nB\nDomainName\nodd\nsshd\n\ue000\n😀\n')
  check(context, 'db hosts keys', '', 1)
  check(context, 'db none keys', '', 1, 'db: there is no database "none"\n')
})

test('show and print keep one record one record', context => {
  check(context, 'config show sshd', 'sshd=service\n    TCPPort=22\n    empty=\n    status=enabled\n')
  check(context, 'config print sshd', 'sshd=service|TCPPort|22|empty||status|enabled\n')
  check(context, 'config show odd', 'odd=t|u\n    a|b=1\\n2\n    z=\\x1b[1m\ttab\\x85\n')
  check(context, 'config print odd', 'odd=t\\|u|a\\|b|1\\n2|z|\\x1b[1m\ttab\\x85\n')
  check(context, 'config show ssdh', '', 1, 'config: there is no record "ssdh"; did you mean "sshd"?\n')
  check(context, ['config', 'print', ''], '', 1, 'config: there is no record ""\n')
  check(context, 'db hosts show www', '', 1)
  const all = context.sandbox.must('config show').split('\n')
  assert.is(all.filter(line => !line.startsWith('    ')).length, 9)
  assert.is(context.sandbox.must('config print').split('\n').length, 9)
})

test('get, gettype and getprop print exactly what is stored', context => {
  check(context, 'config get DomainName', 'example.org\n')
  check(context, 'config get sshd', 'service|TCPPort|22|empty||status|enabled\n')
  check(context, 'config gettype sshd', 'service\n')
  check(context, 'config gettype odd', 't|u\n')
  check(context, 'config getprop sshd TCPPort', '22\n')
  check(context, 'config getprop sshd empty', '\n')
  check(context, ['config', 'getprop', 'odd', 'a|b'], '1\n2\n')
})

test('what is missing prints nothing and exits 1', context => {
  for (const command of ['get none', 'gettype none', 'getprop none p', 'getprop sshd none', 'getprop sshd type'])
    check(context, `config ${command}`, '', 1)
  for (const command of ['printprop none', 'printprop none p', 'getjson none', 'printprop DomainName'])
    check(context, `config ${command}`, '', 1)
})

test('printprop sorts all, or keeps the order asked', context => {
  check(context, 'config printprop sshd', 'TCPPort=22\nempty=\nstatus=enabled\n')
  check(context, 'config printprop sshd status none TCPPort status', 'status=enabled\nTCPPort=22\nstatus=enabled\n')
  check(context, 'config printprop sshd none', '')
})

test('printtype', context => {
  check(context, 'config printtype sshd', 'sshd=service\n')
  assert.is(context.sandbox.must('config printtype').split('\n')[0], '10=y')
})

test('after a verb that reads, --json and --reveal are options, and everything else is data', context => {
  check(context, 'config get -- --json', '', 1)
  check(context, 'config getprop sshd --help', '', 1)
  check(context, 'config get --root=/', '', 1)
  assert.is(context.sandbox.must('config get DomainName --json'), context.sandbox.must('config --json get DomainName'))
})

test('JSON of one record, of all, and of every reading verb', context => {
  const sshd = { name: 'sshd', type: 'service', props: { TCPPort: '22', empty: '', status: 'enabled' } }
  for (const command of ['getjson sshd', 'printjson sshd', 'showjson sshd', '--json get sshd', '--json show sshd'])
    assert.equal(JSON.parse(context.sandbox.must(`config ${command}`)), sshd, command)
  for (const command of ['printjson', 'showjson', '--json print', '--json show']) {
    const all: { name: string }[] = JSON.parse(context.sandbox.must(`config ${command}`))
    assert.equal(
      all.map(({ name }) => name),
      ['10', '9', 'B', 'DomainName', 'odd', 'sshd', '\ue000', '😀'],
    )
  }
  const json = (command: string) => JSON.parse(context.sandbox.must(`config --json ${command}`))
  assert.is(json('keys').length, 8)
  assert.is(json('getprop sshd TCPPort'), '22')
  assert.is(json('gettype odd'), 't|u')
  assert.equal(json('printtype sshd'), { name: 'sshd', type: 'service' })
  assert.equal(json('printprop sshd status none'), { status: 'enabled' })
  check(context, 'config --json getprop sshd none', '', 1)
  check(context, 'db --json hosts show', '[]\n', 1)
})

test('a reader that goes away is no error', context => {
  const outcome = context.sandbox.run(['sh', '-c', 'config show | head -n 1; config keys | true'])
  assert.is(outcome.stdout, '10=y\n')
  assert.is(outcome.stderr, '')
})

test.run()

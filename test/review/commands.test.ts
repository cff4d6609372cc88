import { constants } from 'node:os'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAction } from '../../src/system/service/actions.ts'
import { needsCommands } from '../support/packages.ts'
import { Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const commands = suite('rough edges of the commands')

commands('only real signals are service actions', () => {
  for (const name of Object.keys(constants.signals)) assert.ok(parseAction(name.toLowerCase()))
  assert.is(parseAction('sigquit'), 'signal:QUIT')
  assert.throws(() => parseAction('sigusr9'), /unknown service action "sigusr9"; did you mean "sigusr1"\?/)
  for (const word of ['sig', 'sigx', 'SIGHUP', 'sighup1', 'sigrestart'])
    assert.throws(() => parseAction(word), /unknown/)
})

commands('--output: absolute is on the server, relative is refused below another root', () => {
  const box = new Sandbox()
  box.must('gabarit initialize-default-databases')
  box.write('/srv/x', '')
  box.must('expand-template --output /srv/copy.txt /etc/hosts')
  assert.match(box.read('/srv/copy.txt'), 'localhost')
  const relative = box.run('expand-template --output copy.txt /etc/hosts')
  assert.is(relative.status, 2)
  assert.match(
    relative.stderr,
    `--output copy.txt: with a root other than /, give an absolute path, which is below ${box.root}`,
  )
  assert.not(box.exists('/copy.txt'))
  const missing = box.run('expand-template --output /nowhere/copy.txt /etc/hosts')
  assert.equal([missing.status, missing.stderr], [3, `${box.root}/nowhere/copy.txt: its folder does not exist\n`])
  box.remove()
})

commands('a damaged database refuses events and expansions once, before anything is done', () => {
  const box = new Sandbox()
  box.must('gabarit initialize-default-databases')
  box.write('/var/lib/gabarit/db/hosts.json', '{')
  for (const command of [
    'signal-event console-save',
    'signal-event --dry-run console-save',
    'signal-event domain-create x.org',
    'expand-template /etc/hosts',
  ]) {
    const { status, stdout, stderr } = box.run(command)
    assert.equal([status, stdout, stderr.split('the database is damaged').length], [3, '', 2], `${command}: ${stderr}`)
  }
  assert.not(box.exists('/etc/hosts'))
  box.remove()
})

commands('options of every command may stand before it; help COMMAND; unknown commands', () => {
  const box = new Sandbox()
  const env = { GABARIT_ROOT: '/nowhere' }
  box.must('gabarit initialize-default-databases')
  for (const words of [
    ['--root', box.root, 'impact', 'configuration', 'letsencrypt'],
    [`--root=${box.root}`, 'impact', 'configuration', 'letsencrypt'],
  ])
    assert.match(box.must(['gabarit', ...words], { env }), '/etc/dehydrated/config')
  const help = box.must('gabarit lint --help')
  assert.match(help, 'find mistakes')
  for (const words of ['help lint', '--help lint']) assert.is(box.must(`gabarit ${words}`), help)
  assert.is(box.must('gabarit help'), box.must('gabarit --help'))
  for (const words of ['lnit', 'help lnit']) {
    const { status, stderr } = box.run(`gabarit ${words}`)
    assert.is(status, 2)
    assert.match(stderr, 'unknown command "lnit"; did you mean "lint"?')
  }
  box.remove()
})

commands('db import --tree and gabarit import --tree say the same', () => {
  const said = ['db import --tree', 'gabarit import --tree'].map(command => {
    const box = new Sandbox()
    box.write('/old/hosts', 'www.example.org=host|HostType|Slef\nno equals sign\n')
    const { status, stdout, stderr } = box.run(`${command} ${box.path('/old')}`)
    box.remove()
    return { status, stdout, stderr: stderr.replaceAll(box.root, '') }
  })
  assert.is(said[0]?.stdout, 'hosts: 1 record imported\n')
  assert.match(said[0]?.stderr ?? '', /^warning: /)
  assert.equal(said[1], said[0])
  const box = new Sandbox()
  const usage = ['db import --tree', 'gabarit import'].map(command => box.run(command).stderr.split('\n')[0])
  assert.equal(usage, [
    'db: import --tree takes one folder',
    'import takes one folder: an old server, or its databases',
  ])
  box.remove()
})

commands('an import reports keys that do not fit', () => {
  const box = new Sandbox()
  box.write('/old/networks', 'office=network|Mask|255.255.255.0\n')
  const { status, stderr } = box.run(`db import --tree ${box.path('/old')}`)
  assert.is(status, 0)
  assert.match(stderr, 'record "office": stays behind: the key "office" is not an address or a network')
  box.remove()
})

testIf(
  commands,
  needsCommands('openssl'),
  'post-install completes the primary domain, and says what it would restart',
  () => {
    const box = new Sandbox()
    box.must('config set DomainName example.org')
    const { services } = JSON.parse(box.must('signal-event --json post-install'))
    assert.equal(
      services.map(({ command, done, problem }: Record<string, unknown>) => [command, done, problem]),
      [['restart apache2 (there is no service manager)', false, null]],
    )
    assert.is(box.must('db domains getprop example.org Nameservers'), 'internet\n')
    assert.is(box.must('signal-event console-save').includes('completed'), false)
    const again = box.must('signal-event console-save')
    assert.match(again, 'httpd: would reload-or-restart apache2 (there is no service manager)\n')
    assert.not.match(again, 'adjusted')
    assert.match(
      box.must('signal-event --dry-run console-save'),
      'would adjust httpd: reload-or-restart apache2 (there is',
    )
    box.remove()
  },
)

commands('an action does not say its own name: the event does', () => {
  const box = new Sandbox()
  box.must('config set DomainName example.org')
  box.must('gabarit initialize-default-databases')
  const deleted = box.run('signal-event domain-delete example.org').stderr
  assert.match(deleted, 'S01domain-delete-hosts failed: example.org is the primary domain')
  box.remove()
})

commands.run()

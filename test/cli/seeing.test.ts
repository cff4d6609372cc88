// What can be seen before anything changes: status, verify, diff, cat, managed, log, apply --dry-run.
import { rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeServer, newestEntry } from '../support/change-server.ts'
import { Sandbox } from '../support/sandbox.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const seeing = suite('seeing')
const box = changeServer(true)
box.must('signal-event change')
const { id } = newestEntry(box)

seeing('nothing waits after an event', () => {
  assert.match(box.must('gabarit status'), 'nothing to do')
  assert.is(box.must('gabarit verify'), 'everything matches the databases and templates\n')
  assert.is(box.must('gabarit diff'), 'nothing differs\n')
  assert.is(box.must('gabarit diff --commands'), '')
  assert.match(box.must('gabarit discard'), 'no property has changed')
})

seeing('a changed property: the same three layers in text and JSON, and nothing is touched', () => {
  box.must('config setprop note text two')
  box.must(['config', 'setprop', 'vault', 'Password', 'new secret', 'Hint', "it's new"])
  const before = treeState(box.path('/etc'), box.path('/var/lib/gabarit/db'))
  const text = box.must('gabarit diff')
  assert.match(text, '~ configuration note text: "one" -> "two"')
  assert.match(text, '-text one\n+text two\n')
  assert.match(text, 'would adjust noted: reload noted')
  assert.not.match(text, 'new secret')
  const data = JSON.parse(box.must('gabarit diff --json'))
  assert.is(data.since, id)
  assert.equal(data.properties.at(0), {
    database: 'configuration',
    key: 'note',
    property: 'text',
    old: 'one',
    new: 'two',
  })
  assert.equal(data.files.map(({ path }: { path: string }) => path).sort(), ['/etc/note', '/etc/vault'])
  assert.equal(
    data.services.map(({ service }: { service: string }) => service),
    ['noted'],
  )
  const status = JSON.parse(box.must('gabarit status --json'))
  assert.is(status.properties.length, 3)
  assert.is(status.files.length, 2)
  assert.equal(status.events, ['change'])
  assert.match(box.must('gabarit status'), 'files that would change (signal-event change, or gabarit apply):')
  const verify = box.run('gabarit verify')
  assert.is(verify.status, 1)
  assert.match(verify.stdout, 'would be changed /etc/note')
  assert.equal(treeChanges(before, treeState(box.path('/etc'), box.path('/var/lib/gabarit/db'))), [])
})

seeing('status names an event of one record with that record, and none that is for something else', () => {
  const own = new Sandbox()
  for (const line of ['config set DomainName example.org', 'config set SystemName server', 'signal-event post-install'])
    own.must(line)
  own.must('db domains set shop.org domain')
  const suggested = () => JSON.parse(own.must('gabarit status --json')).events
  assert.ok(suggested().includes('domain-create shop.org'), suggested())
  for (const event of suggested()) assert.not.match(event, /^(domain-(delete|modify)|host-|proxy-|ibay-)/)
  for (const event of suggested()) assert.is(own.run(`signal-event --dry-run ${event}`).status, 0, event)
  assert.is(suggested()[0], 'domain-create shop.org')
  own.must('signal-event domain-create shop.org')
  for (const [change, event] of [
    ['config setprop httpd TCPPort 8080', 'console-save'],
    ['db domains setprop shop.org ProxyPassTarget http://10.0.0.5/', 'domain-modify shop.org'],
    ['db accounts set pics ibay Name Pictures', 'ibay-modify pics'],
    ['db hosts set www.shop.example host HostType Self', 'host-create www.shop.example'],
    ['config setprop letsencrypt status test', 'letsencrypt-modify'],
    ['config setprop sshd TCPPort 2222', 'remoteaccess-update'],
  ] as const) {
    own.must(change)
    assert.is(suggested()[0], event)
    for (const name of suggested()) assert.not.match(name, /^(post-|bootstrap-|vpn-)/)
    own.must('gabarit discard')
  }
  own.must('db domains setprop shop.org Description Shop')
  own.must('db domains delete shop.org')
  assert.ok(suggested().includes('domain-delete shop.org'), suggested())
  own.remove()
})

seeing('status, verify and diff name records that lack only defaults as such, not as a problem', () => {
  const own = changeServer(true)
  own.must('db vpn set bob client')
  own.must('config delprop httpd TCPPort')
  const data = JSON.parse(own.must('gabarit status --json'))
  assert.equal([data.incomplete, data.problems], [['configuration httpd', 'vpn bob'], []])
  const status = own.must('gabarit status')
  assert.match(status, 'records without their defaults (events and gabarit apply fill them in):\n  conf')
  assert.not.match(status, 'problems that would stop an event')
  for (const command of ['verify', 'diff']) {
    const { problems, incomplete } = JSON.parse(own.run(`gabarit ${command} --json`).stdout)
    assert.equal([incomplete, problems], [['configuration httpd', 'vpn bob'], []], command)
    const { stdout } = own.run(`gabarit ${command}`)
    assert.match(stdout, 'vpn bob: its defaults are missing; events and gabarit apply fill them in\n')
  }
  assert.is(own.run('gabarit verify').status, 1)
  own.must('gabarit apply --dry-run')
  assert.is(own.run('config getprop httpd TCPPort').stdout, '', 'they fill in nothing')
  own.must('db domains set bad.example domain', { env: { GABARIT_VALIDATE: 'off' } })
  own.must('db domains setprop bad.example ProxyPassTarget nowhere', { env: { GABARIT_VALIDATE: 'off' } })
  const both = JSON.parse(own.must('gabarit status --json'))
  assert.match(both.problems.join(), 'bad.example')
  assert.ok(both.incomplete.includes('vpn bob'))
  assert.match(own.run('gabarit apply --dry-run').stderr, 'bad.example')
  own.must('db domains delete bad.example', { env: { GABARIT_VALIDATE: 'off' } })
  own.must('gabarit apply')
  assert.is(own.must('config getprop httpd TCPPort'), '80\n', 'as an event does')
  assert.equal(JSON.parse(own.must('gabarit status --json')).incomplete, [])
  own.remove()
})

seeing('the commands make the change again elsewhere; a secret is left for the reader to fill in', () => {
  const lines = box.must('gabarit diff --commands').trimEnd().split('\n')
  assert.equal(lines, [
    'db configuration setprop note text two',
    "db configuration setprop vault Hint 'it'\\''s new'",
    "# secret, to be filled in: db configuration setprop vault Password '********'",
  ])
  const other = changeServer()
  other.must(['sh', '-c', lines.join('\n')])
  assert.is(other.must('config getprop note text'), 'two\n')
  assert.is(other.must('config getprop vault Hint'), "it's new\n")
  assert.is(other.must('config getprop vault Password'), 'opensesame\n')
  other.remove()
})

seeing('cat: a file as it would be made now', () => {
  assert.match(box.must('gabarit cat /etc/note'), 'text two\n')
  assert.match(box.read('/etc/note'), 'text one\n')
  box.must('db sites set a.org site status enabled title First')
  assert.match(box.must('gabarit cat /etc/sites/a.org.conf'), 'site a.org: First\n')
  assert.is(JSON.parse(box.must('gabarit cat --json /etc/sites/a.org.conf')).link, '/etc/sites-enabled/a.org.conf')
  const { status, stderr } = box.run('gabarit cat /etc/sites/b.org.conf')
  assert.is(status, 3)
  assert.match(stderr, 'no template generates /etc/sites/b.org.conf')
  assert.match(box.run('gabarit cat /etc/hots').stderr, 'did you mean "/etc/hosts"?')
  box.must('db sites delete a.org')
})

seeing('managed: the files of gabarit, their templates and links', () => {
  const rows = JSON.parse(box.must('gabarit managed --json'))
  assert.ok(
    rows.some(({ path, template }: { path: string; template: string }) => path === '/etc/note' && template === path),
  )
  assert.match(box.must('gabarit managed'), '/etc/vault\n')
})

seeing('log: who changed what, pending first; also as a verb of db and config', () => {
  const log = box.must('config log note')
  assert.match(
    log,
    /^pending: .*\n {4}~ configuration note text: "one" -> "two"\n\d+ {2}\S+ \S+ \S+ {2}\S+ {2}signal-event/,
  )
  assert.is(box.must('db configuration log note'), log)
  assert.is(box.must('gabarit log configuration note'), log)
  const data = JSON.parse(box.must('config --json log note'))
  assert.is(data.pending.length, 1)
  assert.is(data.entries.length, 1)
  assert.is(box.must('db hosts log nobody'), 'the history contains no change\n')
  assert.not.match(box.must('config log vault'), 'opensesame')
})

seeing('apply brings to life what changed properties touch; then what differs otherwise', () => {
  box.must(['config', 'setprop', 'vault', 'Password', 'opensesame'])
  box.must(['config', 'delprop', 'vault', 'Hint'])
  const plan = box.must('gabarit apply --dry-run')
  assert.match(plan, '+text two')
  assert.not.match(plan, '/etc/hosts')
  const [, name = ''] = /^plan ([0-9a-f]+):/m.exec(plan) ?? []
  assert.is.not(name, '')
  box.must('config setprop note text three')
  const before = box.read('/etc/note')
  const moved = box.run(['gabarit', 'apply', '--plan', name])
  assert.is(moved.status, 3)
  assert.match(moved.stderr, `plan ${name} is out of date`)
  assert.is(box.read('/etc/note'), before)
  box.must('config setprop note text two')
  const done = box.must(['gabarit', 'apply', '--plan', name, '--comment', 'by name'])
  assert.match(done, 'changed /etc/note')
  assert.not.match(done, '/etc/hosts')
  assert.match(done, 'noted: would reload noted')
  const entry = newestEntry(box)
  assert.equal([entry.command, entry.comment, entry.paths], ['apply', 'by name', ['/etc/note']])
  box.write('/etc/gabarit/templates-custom/etc/hosts/90own', '192.168.9.9 own\n')
  assert.match(box.must('gabarit apply'), 'changed /etc/hosts')
})

seeing('what a template made goes with it: in an event, apply and --all', () => {
  const template = '/etc/gabarit/templates/etc/passing'
  for (const command of ['signal-event change', 'gabarit apply', 'expand-template --all']) {
    box.write(template, 'passing\n')
    box.must('expand-template /etc/passing')
    rmSync(box.path(template))
    assert.match(box.must('gabarit status'), 'removed /etc/passing')
    assert.match(box.must(command), 'removed /etc/passing')
    assert.not(box.exists('/etc/passing'))
  }
})

seeing('a former secret is not shown either, nor one that a fragment quotes', () => {
  const file = '/etc/gabarit/templates/etc/quoting'
  box.write(file, 'password <%= config.vault.Password %>\n')
  box.must(['config', 'setprop', 'vault', 'Password', 'first secret'])
  box.must('expand-template /etc/quoting')
  box.must(['config', 'setprop', 'vault', 'Password', 'second secret'])
  const diff = box.must('expand-template --diff /etc/quoting')
  assert.not.match(diff, /(first|second) secret/)
  assert.match(diff, 'only a secret value differs')
  box.write(file, '<% fail("no " + config.vault.Password) %>\n')
  const { stderr } = box.run('expand-template /etc/quoting')
  assert.match(stderr, 'is not shown, because it depends on a secret')
  assert.not.match(stderr, 'second secret')
  rmSync(box.path(file))
  box.must(['config', 'setprop', 'vault', 'Password', 'opensesame'])
  box.must('gabarit apply')
})

seeing('discard takes back what no event has brought to life', () => {
  box.must('config setprop note text four')
  box.must('db sites set x.org site status enabled')
  assert.match(box.must('gabarit discard --dry-run'), 'would discard')
  assert.is(box.must('config getprop note text'), 'four\n')
  assert.match(box.must('gabarit discard'), '+ sites x.org = "site"')
  assert.is(box.must('config getprop note text'), 'two\n')
  assert.is(box.run('db sites get x.org').status, 1)
  assert.match(box.must('gabarit status'), 'nothing to do')
})

seeing('diff since an entry: properties, files and what services were told', () => {
  const text = box.must(['gabarit', 'diff', String(id)])
  assert.match(text, '~ configuration note text: "one" -> "two"')
  assert.match(text, '-text one\n+text two')
  assert.match(text, '+192.168.9.9 own')
  assert.match(text, 'adjusted noted')
  assert.is(box.must(['gabarit', 'diff', String(id), '--commands']), 'db configuration setprop note text two\n')
  assert.match(box.run('gabarit diff 999').stderr, 'the history has no entry 999')
  for (const command of ['diff some', 'diff 0', 'diff 999', 'show 0', 'revert 0', 'revert abc', 'rollback 99999'])
    assert.is(box.run(`gabarit ${command}`).status, 2, command)
  assert.match(box.run('gabarit rollback 0').stderr, 'the entry must be a number from 1 on, not "0"')
  assert.match(box.run('gabarit revert 999').stderr, /the history has no entry 999\n {2}Its entries: 1 to \d/)
  assert.match(box.run('gabarit history --limit 0').stderr, '--limit must be a number from 1 on, not "0"')
  assert.match(box.must('gabarit history --event nothing'), 'no entry of the history matches')
  assert.match(box.must('gabarit log hots'), 'there is no database "hots"; did you mean "hosts"?')
})

seeing('a file that may not be written is one line of status; everything else is still shown', () => {
  const own = changeServer(true)
  own.must('signal-event change')
  own.write('/etc/gabarit/modules/other/module.json', JSON.stringify({ name: 'other', version: '1' }))
  own.write('/etc/gabarit/modules/other/templates/etc/stack', 'ours\n')
  own.write('/etc/gabarit/modules/other/templates/etc/stack.template.json', '{ "keepForeign": "config setprop stack" }')
  own.write('/etc/gabarit/modules/other/events/change/templates2expand/etc/stack', '')
  own.write('/etc/stack', 'theirs\n')
  own.must('config setprop note text two')
  const foreign = '/etc/stack: was not made by gabarit and is not overwritten'
  const status = JSON.parse(own.must('gabarit status --json'))
  assert.equal(
    status.files.map(({ path }: { path: string }) => path),
    ['/etc/note'],
  )
  assert.is(status.problems.length, 1)
  assert.match(status.problems[0], foreign)
  const verify = own.run('gabarit verify')
  assert.equal([verify.status, verify.stdout.includes(foreign)], [1, true])
  assert.match(verify.stdout, 'would be changed /etc/note')
  assert.match(own.must('gabarit diff'), foreign)
  for (const command of ['gabarit apply', 'signal-event change']) {
    const { status, stderr } = own.run(command)
    assert.equal([status, stderr.includes(foreign)], [3, true], command)
  }
  assert.is(own.read('/etc/note'), 'text one\n')
  own.remove()
})

seeing.after(() => box.remove())
seeing.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { adjusted } from '../support/adjusted.ts'
import { Sandbox } from '../support/sandbox.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const expansion = suite('expansion in events')

/** A server with an event `probe` that makes /etc/a and /etc/b and reloads the service `web`. */
function server(): Sandbox {
  const sandbox = new Sandbox()
  const templates = '/etc/gabarit/templates/etc'
  sandbox.write(`${templates}/a`, 'a <%= config.word %> <%= event.name %> <%= event.args.length %>\n')
  sandbox.write(`${templates}/b`, 'b\n')
  sandbox.write(`${templates}/b.template.json`, '{"notify": ["web:reload"]}')
  for (const name of ['a', 'b']) sandbox.write(`/etc/gabarit/events/probe/templates2expand/etc/${name}`, 'ignored')
  sandbox.write('/etc/gabarit/events/probe/S10early', '#!/bin/sh\n', 0o755)
  sandbox.write('/etc/gabarit/events/probe/S95late', '#!/bin/sh\ntouch "$GABARIT_ROOT/late"\n', 0o755)
  sandbox.must('config set word w1')
  sandbox.must('config set web service status enabled')
  return sandbox
}

expansion('all files are written, the service of a changed one is adjusted, and only then', () => {
  const box = server()
  const first = box.must('signal-event probe x y')
  assert.is(box.read('/etc/a'), 'a w1 probe 2\n')
  assert.match(first, 'created /etc/a\ncreated /etc/b\n')
  assert.equal(adjusted(first), ['web: reload'])
  const second = box.must('signal-event probe x y')
  assert.match(second, 'no file changed')
  assert.not.match(second, 'web')
  box.must('config set word w2')
  const third = box.must('signal-event probe x y')
  assert.match(third, 'changed /etc/a')
  assert.not.match(third, 'web')
  box.remove()
})

expansion('a fragment that fails: nothing written, no service, no later action, exit 3', () => {
  const box = server()
  box.write('/etc/gabarit/templates/etc/b', 'b\n<%= config.wrd %>\n')
  box.write('/etc/gabarit/events/probe/services2adjust/web', 'restart\n')
  const { status, stdout, stderr } = box.run('signal-event probe')
  assert.is(status, 3)
  assert.match(stderr, '/etc/gabarit/templates/etc/b:2:5: <%= %> got undefined')
  assert.not.match(stdout, 'web')
  for (const path of ['/etc/a', '/etc/b', '/late', '/var/lib/gabarit/pending.json']) assert.not(box.exists(path), path)
  box.remove()
})

expansion('every template that cannot be expanded is told, not only the first', () => {
  const box = server()
  box.write('/etc/gabarit/templates/etc/a', '<% fail("a is wrong") %>\n')
  box.write('/etc/gabarit/templates/etc/b', '<% fail("b too") %>\n')
  const { status, stderr } = box.run('signal-event probe')
  assert.is(status, 3)
  assert.match(stderr, 'a is wrong')
  assert.match(stderr, 'b too')
  box.remove()
})

for (const [what, path, text] of [
  ['a template that nobody knows', '/etc/gabarit/events/probe/templates2expand/etc/c', ''],
  ['malformed metadata', '/etc/gabarit/templates/etc/a.template.json', '{"mod": "0644"}'],
  ['an unknown owner', '/etc/gabarit/templates/etc/a.template.json', '{"owner": "nosuchuser"}'],
  ['a damaged database', '/var/lib/gabarit/db/configuration.json', '{"word"'],
  ['a folder at a target', '/etc/b/inside', ''],
] as const)
  expansion(`${what}: the same`, () => {
    const box = server()
    box.write(path, text)
    const { status, stderr } = box.run('signal-event probe')
    assert.is(status, 3, stderr)
    assert.is.not(stderr, '')
    for (const made of ['/etc/a', '/late']) assert.not(box.exists(made), made)
    box.remove()
  })

expansion('an unknown service manager is refused before anything is written', () => {
  const box = server()
  const { status, stderr } = box.run('signal-event probe', { env: { GABARIT_SERVICE_MANAGER: 'systemdd' } })
  assert.is(status, 3)
  assert.match(stderr, 'unknown service manager "systemdd"; did you mean "systemd"?')
  assert.not(box.exists('/etc/a'))
  box.remove()
})

expansion('a dry run shows the diffs, actions and adjustments, and changes not one byte', () => {
  const box = server()
  box.must('signal-event probe')
  box.must('config set word w2')
  box.write('/etc/gabarit/templates/etc/b', 'b2\n')
  box.write('/etc/gabarit/events/probe/services2adjust/web', 'restart\n')
  for (const command of [
    'signal-event --dry-run probe',
    'signal-event probe --dry-run',
    'signal-event probe --dry-run --json',
  ]) {
    const before = treeState(box.root)
    const { status, stdout } = box.run(command)
    assert.is(status, 0)
    assert.equal(treeChanges(before, treeState(box.root)), [], command)
    if (command.endsWith('json')) continue
    assert.match(stdout, 'would run S10early')
    assert.match(stdout, '--- /etc/a\n+++ /etc/a\n@@ -1,1 +1,1 @@\n-a w1 probe 0\n+a w2 probe 0\n')
    assert.match(stdout, '-b\n+b2\n')
    assert.match(stdout, 'would adjust web: restart web')
  }
  box.remove()
})

expansion('a dry run of a shipped event on an empty server changes nothing, and shows what it would become', () => {
  const box = new Sandbox()
  box.must('config set DomainName example.org')
  const before = treeState(box.root)
  const { status, stdout } = box.run('signal-event console-save --dry-run')
  assert.is(status, 0)
  assert.equal(treeChanges(before, treeState(box.root)), [])
  assert.match(stdout, 'would complete configuration httpd')
  assert.match(stdout, '+++ /etc/httpd/conf/httpd.conf')
  box.remove()
})

expansion('a dry run that would be refused says so, with the same status', () => {
  const box = server()
  box.write('/etc/gabarit/templates/etc/a', '<% fail("oh") %>')
  const before = treeState(box.root)
  const { status, stderr } = box.run('signal-event probe --dry-run')
  assert.equal([status, /oh/.test(stderr)], [3, true])
  assert.equal(treeChanges(before, treeState(box.root)), [])
  box.remove()
})

expansion('the applied files are those of the dry run', () => {
  const box = server()
  box.must('config set word w2')
  const shown: { files: { path: string; diff: string }[] } = JSON.parse(box.must('signal-event --json --dry-run probe'))
  const done: { files: { path: string; diff: string }[] } = JSON.parse(box.must('signal-event --json probe'))
  assert.equal(done.files, shown.files)
  assert.is(done.files.length, 2)
  box.remove()
})

expansion('--json: one object, whatever happened', () => {
  const box = server()
  box.write('/etc/gabarit/events/probe/S20bad', '#!/bin/sh\necho said; exit 4\n', 0o755)
  const { status, stdout, stderr } = box.run('signal-event --json probe a')
  const data = JSON.parse(stdout)
  assert.is(status, 1)
  assert.is(stderr, '')
  assert.equal([data.event, data.args, data.dryRun, data.status], ['probe', ['a'], false, 1])
  const bad = data.handlers.find((handler: { name: string }) => handler.name === 'S20bad')
  assert.equal([bad.ok, bad.output, bad.problem], [false, ['said'], 'exit status 4'])
  assert.equal(
    data.files.map((file: { path: string }) => file.path),
    ['/etc/a', '/etc/b'],
  )
  assert.is(data.services[0].service, 'web')
  box.write('/etc/gabarit/templates/etc/a', '<% fail("oh") %>')
  const failed = JSON.parse(box.run('signal-event --json probe').stdout)
  assert.is(failed.status, 3)
  assert.match(failed.problems[0], 'oh')
  box.remove()
})

expansion('after a failed event, one that succeeds is the last, though it changes nothing', () => {
  const box = server()
  box.must('config set DomainName example.org')
  box.must('gabarit initialize-default-databases')
  const bad = '/etc/gabarit/events/probe/S20bad'
  box.write(bad, '#!/bin/sh\nexit 4\n', 0o755)
  assert.is(box.run('signal-event probe').status, 1)
  assert.match(box.must('gabarit status'), /^last: 1 .* failed: /)
  box.write(bad, '#!/bin/sh\n', 0o755)
  const entries = () => JSON.parse(box.must('gabarit history --json')).length
  for (const round of ['the repair', 'nothing more to note']) {
    box.must('signal-event probe')
    assert.match(box.must('gabarit status'), /^last: 2 .* signal-event probe {2}done: no change\n/, round)
    assert.is(entries(), 2, round)
  }
  box.remove()
})

expansion('a secret never shows in a diff', () => {
  const box = server()
  box.write(
    '/etc/gabarit/db/configuration/web.json',
    '{"type": "service", "properties": {"Password": {"secret": true}}}',
  )
  box.must('config setprop web Password one-hard-secret')
  box.write('/etc/gabarit/templates/etc/a', 'password <%= config.web.Password %>\n')
  for (const command of [
    'signal-event probe --dry-run',
    'signal-event probe --dry-run --json',
    'expand-template --diff /etc/a',
  ]) {
    const shown = box.must(command)
    assert.not.match(shown, 'one-hard-secret')
    assert.match(shown, '********')
  }
  assert.not.match(box.must('signal-event probe --json'), 'one-hard-secret')
  assert.is(box.read('/etc/a'), 'password one-hard-secret\n')
  box.remove()
})

expansion('the banner of an edited file is told, and the edited text kept', () => {
  const box = server()
  box.must('signal-event probe')
  box.write('/etc/a', 'mine\n')
  assert.match(box.must('signal-event probe --dry-run'), '# /etc/a (was edited by hand')
  assert.match(box.must('signal-event probe'), 'changed /etc/a (was edited by hand')
  assert.is(box.must(['sh', '-c', 'cat var/lib/gabarit/replaced/*']), 'mine\n')
  box.remove()
})

expansion.run()

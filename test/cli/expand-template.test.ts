import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const expand = suite('expand-template')

function server(): Sandbox {
  const box = new Sandbox()
  box.write('/etc/gabarit/templates/etc/a', 'a <%= config.word %>\n')
  box.write('/etc/gabarit/templates/etc/b', 'b without newline')
  box.write('/etc/gabarit/templates/etc/b.template.json', '{"notify": ["web:reload"]}')
  box.must('config set word w')
  return box
}

expand('one and several, with or without a slash; each once', () => {
  const box = server()
  assert.is(box.must('expand-template /etc/a'), 'created /etc/a\n')
  assert.is(box.must('expand-template etc/a'), 'no file changed\n')
  assert.match(box.must('expand-template /etc/a etc/a /etc//a/ /etc/b'), 'created /etc/b\n')
  assert.equal([box.read('/etc/a'), box.read('/etc/b')], ['a w\n', 'b without newline'])
  box.remove()
})

expand('services are not adjusted, and that is said', () => {
  const box = server()
  assert.match(
    box.must('expand-template /etc/b'),
    'the next event (or gabarit apply) will adjust the services: web:reload',
  )
  box.remove()
})

expand('--stdout: exactly the text, and nothing written', () => {
  const box = server()
  const before = treeState(box.root)
  assert.is(box.must('expand-template --stdout /etc/b'), 'b without newline')
  assert.is(box.must('expand-template --stdout /etc/a /etc/b'), 'a w\nb without newline')
  assert.equal(treeChanges(before, treeState(box.root)), [])
  box.remove()
})

expand('--diff: what would change; nothing when nothing would; patch takes it', () => {
  const box = server()
  const before = treeState(box.root)
  assert.is(box.must('expand-template --diff /etc/a'), '--- /dev/null\n+++ /etc/a\n@@ -0,0 +1,1 @@\n+a w\n')
  assert.equal(treeChanges(before, treeState(box.root)), [])
  box.must('expand-template /etc/a /etc/b')
  assert.is(box.must('expand-template --diff /etc/a /etc/b'), 'no file would change\n')
  box.write('/etc/gabarit/templates/etc/b', 'b\nwith more')
  box.must('config set word w2')
  const diff = box.must('expand-template --diff /etc/a /etc/b')
  box.must(['patch', '-p1', '-d', box.root], { input: diff })
  assert.equal([box.read('/etc/a'), box.read('/etc/b')], ['a w2\n', 'b\nwith more'])
  box.remove()
})

expand('no colour when it is no terminal', () => {
  const box = server()
  assert.not.match(box.must('expand-template --diff /etc/a', { env: { FORCE_COLOR: '1' } }), '\u001b')
  box.remove()
})

for (const option of ['--output', '--output_filename'])
  expand(`${option}: elsewhere, and what is there is not owned`, () => {
    const box = server()
    box.must(['mkdir', '-p', box.path(`/copy${box.root}`)])
    const env = { GABARIT_ROOT: box.root }
    box.must(['mkdir', '-p', box.path('/out')])
    assert.match(box.must(['expand-template', `${option}=/out/x`, '/etc/a'], { env }), 'created /out/x')
    assert.is(box.read('/out/x'), 'a w\n')
    assert.not(box.exists('/etc/a'))
    assert.not.match(
      box.exists('/var/lib/gabarit/manifest.json') ? box.read('/var/lib/gabarit/manifest.json') : '',
      '/out/x',
    )
    const { status, stderr } = box.run(['expand-template', option, '/none/x', '/etc/a'])
    assert.is(status, 3)
    assert.match(stderr, '/none/x: its folder does not exist')
    box.remove()
  })

expand('--expand_queue: one folder in place of the search list', () => {
  const box = server()
  box.write('/queue/etc/a', 'from the queue\n')
  assert.is(box.must('expand-template --stdout --expand_queue queue /etc/a'), 'from the queue\n')
  const { status, stderr } = box.run('expand-template --stdout --expand_queue queue /etc/b')
  assert.is(status, 3)
  assert.match(stderr, 'there is no template /etc/b')
  box.remove()
})

expand('--all: every template, all or none', () => {
  const box = server()
  box.must('gabarit initialize-default-databases')
  box.must('config set DomainName example.org')
  box.must('config set SystemName mine')
  box.must('db domains set example.org domain Content Primary')
  box.must('expand-template --all')
  for (const path of ['/etc/a', '/etc/b', '/etc/hosts', '/etc/httpd/conf/httpd.conf']) assert.ok(box.exists(path), path)
  assert.is(box.must('expand-template --all --diff'), 'no file would change\n')
  box.write('/etc/gabarit/templates/etc/b', '<% fail("oh") %>')
  box.must('config set word other')
  assert.is(box.run('expand-template --all').status, 3)
  assert.is(box.read('/etc/a'), 'a w\n')
  box.remove()
})

expand('--json', () => {
  const box = server()
  const diff = JSON.parse(box.must('expand-template --json --diff /etc/a /etc/b'))
  assert.equal(
    diff.files.map((file: { path: string; change: string; template: string }) => [
      file.path,
      file.change,
      file.template,
    ]),
    [
      ['/etc/a', 'created', '/etc/a'],
      ['/etc/b', 'created', '/etc/b'],
    ],
  )
  assert.equal(diff.notify, ['web:reload'])
  assert.equal(JSON.parse(box.must('expand-template --json /etc/a /etc/b')).files, diff.files)
  box.remove()
})

expand('an error: fragment, line and column, the lines around, exit 3, nothing written', () => {
  const box = server()
  box.write('/etc/gabarit/templates/etc/a', 'first\n  <%= config.wrd %>\n')
  const { status, stdout, stderr } = box.run('expand-template /etc/b /etc/a')
  assert.equal([status, stdout], [3, ''])
  assert.ok(stderr.startsWith(`${box.path('/etc/gabarit/templates/etc/a')}:2:7: <%= %> got undefined`), stderr)
  assert.match(stderr, '>>    2 |   <%= config.wrd %>')
  assert.not(box.exists('/etc/b'))
  box.remove()
})

expand('--root stands for GABARIT_ROOT', () => {
  const box = server()
  const other = new Sandbox()
  other.must(['expand-template', '--root', box.root, '/etc/a'], { env: { GABARIT_ROOT: other.root } })
  assert.equal([box.exists('/etc/a'), other.exists('/etc/a')], [true, false])
  other.remove()
  box.remove()
})

expand('a commit that was cut off is undone first, and that is said', () => {
  const box = server()
  box.write('/etc/x', 'half\n')
  box.write('/etc/.x.gabarit-before', 'old\n')
  const entries = [
    { real: box.path('/etc/x'), staged: box.path('/etc/.x.gabarit-new'), backup: box.path('/etc/.x.gabarit-before') },
  ]
  box.write('/var/lib/gabarit/journal.json', JSON.stringify({ phase: 'prepared', entries, folders: [] }))
  const { status, stderr } = box.run('expand-template /etc/a')
  assert.is(status, 0)
  assert.match(stderr, 'undid an earlier commit of 1 file that was interrupted')
  assert.is(box.read('/etc/x'), 'old\n')
  assert.not(box.exists('/etc/.x.gabarit-before'))
  box.remove()
})

expand.run()

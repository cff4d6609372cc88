// `gabarit fragment`: a fragment of the site and all files that change with it, in one plan.
import { createHash } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Installed } from '../override/package.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const fragment = suite('gabarit fragment')
const OWN = '/etc/gabarit/templates-custom/etc/ours/10one'
const TEXT = 'one\ntwo\nthree <%= config.note?.text %>\n'
const WRITE = 'gabarit fragment write /etc/ours 10one'

let box: Installed
fragment.before.each(() => {
  box = new Installed()
  box.upgrade('etc/ours/10one', TEXT)
  box.upgrade('etc/ours/sub/50part', 'part\n')
  box.upgrade('etc/ours/90end', "<%~ template('sub') %>end\n")
  box.upgrade('etc/ours/template.json', '{ "description": "Ours", "comment": "none" }')
  box.write('/etc/gabarit/events/change/templates2expand/etc/ours', '')
  box.must('config set note record text a')
  box.must('signal-event change')
})
fragment.after.each(() => box.remove())

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const shown = (name = '/etc/ours 10one') => JSON.parse(box.must(`gabarit fragment show ${name} --json`))
const files = (json: string): string[] => JSON.parse(json).files.map(({ path }: { path: string }) => path)

fragment('a dry run shows the fragment and every file that changes, and writes nothing', () => {
  const before = treeState(box.root)
  const plan = JSON.parse(box.must(`${WRITE} --dry-run --json`, { input: TEXT.replace('two', 'zwei') }))
  assert.equal(
    plan.files.map(({ path }: { path: string }) => path),
    [OWN, '/etc/ours'],
  )
  assert.match(plan.files[1].diff, '-two\n+zwei\n')
  assert.equal(treeChanges(before, treeState(box.root)), [])
})

fragment('written, seen, and rolled back: fragment and file together; pending changes elsewhere wait', () => {
  box.must('db hosts set nas.example.org host HostType Local InternalIP 192.168.1.9')
  const plan = JSON.parse(box.must(`${WRITE} --dry-run --json`, { input: TEXT.replace('two', 'zwei') })).plan
  assert.is(box.run(`${WRITE} --plan 000000000000`, { input: TEXT.replace('two', 'zwei') }).status, 3)
  box.must(`${WRITE} --plan ${plan}`, { input: TEXT.replace('two', 'zwei') })
  assert.match(box.read('/etc/ours'), 'one\nzwei\nthree a\n')
  assert.equal([shown().from, shown().own, shown().state], ['site', true, 'in step'])
  assert.match(shown().diff, '-two\n+zwei\n')
  assert.match(box.must('gabarit status'), 'nas.example.org')
  assert.equal(files(box.must(`${WRITE} --dry-run --json`, { input: TEXT.replace('two', 'zwei') })), [])
  box.must('gabarit rollback')
  assert.match(box.read('/etc/ours'), 'one\ntwo\n')
  assert.not.ok(box.exists(OWN))
})

fragment('removed: the shipped one is in effect again', () => {
  box.must(WRITE, { input: 'mine\n' })
  assert.equal(files(box.must('gabarit fragment remove /etc/ours 10one --dry-run --json')), [OWN, '/etc/ours'])
  box.must('gabarit fragment remove /etc/ours 10one')
  assert.match(box.read('/etc/ours'), 'two\n')
  assert.not.ok(box.exists(OWN))
  const again = box.run('gabarit fragment remove /etc/ours 10one')
  assert.is(again.status, 3)
  assert.match(again.stderr, 'the site has no own version of this fragment')
})

fragment('new ones, and those of sub-templates', () => {
  box.must('gabarit fragment write /etc/ours 20two', { input: 'new\n' })
  box.must('gabarit fragment write /etc/ours/sub 50part', { input: 'my part\n' })
  assert.is(box.read('/etc/ours'), 'one\ntwo\nthree a\nnew\nmy part\nend\n')
  assert.is(shown('/etc/ours/sub 50part').belongsTo, '/etc/ours')
  const tree = JSON.parse(box.must('gabarit templates /etc/ours --json'))
  assert.equal(
    tree.flatMap((part: { template: string; fragments: { name: string; from: string }[] }) =>
      part.fragments.map(({ name, from }) => [part.template, name, from].join(' ')),
    ),
    ['/etc/ours 10one shipped', '/etc/ours 20two site', '/etc/ours 90end shipped', '/etc/ours/sub 50part site'],
  )
  assert.match(box.must('gabarit templates /etc/ours/sub'), /^\/etc\/ours\/sub {2}50part {2}site, replaces /)
  assert.match(box.run('gabarit templates /etc/our').stderr, 'did you mean "/etc/ours"?')
})

fragment('what cannot be expanded is refused with its place, and nothing changes', () => {
  const before = treeState(box.root)
  const refused = (input: string, command = WRITE) => {
    const { status, stderr } = box.run(`${command} --dry-run`, { input })
    assert.is.not(status, 0, input)
    return stderr
  }
  assert.match(refused('one\n<%= config. %>\n'), `${box.path(OWN)}:2:`)
  assert.match(refused('one\n<%= nothing.at %>\n'), `${box.path(OWN)}:2:`)
  assert.match(refused('one\n<%= config.note.txt %>\n'), `${box.path(OWN)}:2:`)
  assert.match(refused('<<<<<<< yours\n'), 'conflict markers')
  assert.match(refused('x\n', 'gabarit fragment write /etc/our 10one'), 'did you mean "/etc/ours"?')
  assert.match(refused('x\n', 'gabarit fragment write /etc/ours 10one~'), 'is not the name of a fragment')
  assert.match(refused('x\n', 'gabarit fragment write /etc/ours template.json'), 'is not the name of a fragment')
  assert.equal(treeChanges(before, treeState(box.root)), [])
  const typo = box.run(`${WRITE} --dry-run`, { input: 'one\n<%= config.note?.txt ?? "" %>\n' })
  assert.match(typo.stderr, `${box.path(OWN)}:2:`)
  assert.not.match(typo.stderr, /gabarit-\w{6}\/templates-custom/)
})

fragment('somebody else has changed it: refused, unless the hash is the present one', () => {
  const seen = shown().sha256
  assert.is(seen, hash(TEXT))
  box.must(WRITE, { input: 'theirs\n' })
  const late = box.run(`${WRITE} --expect ${seen}`, { input: 'mine\n' })
  assert.is(late.status, 3)
  assert.match(late.stderr, 'this fragment has changed since you looked at it')
  assert.is(box.read(OWN), 'theirs\n')
  box.must(`${WRITE} --expect ${hash('theirs\n')}`, { input: 'mine\n' })
  assert.is(box.run('gabarit fragment write /etc/ours 10one --expect none', { input: 'x\n' }).status, 3)
  box.must('gabarit fragment write /etc/ours 30new --expect none', { input: 'x\n' })
})

fragment('a stale one: what has changed, the merge, and that it is merged', () => {
  box.must(WRITE, { input: TEXT.replace('one', 'uno') })
  box.upgrade('etc/ours/10one', TEXT.replace('three', 'drei'))
  const { state, merge } = shown()
  assert.equal([state, merge.conflicts], ['stale', 0])
  assert.is(merge.text, TEXT.replace('one', 'uno').replace('three', 'drei'))
  assert.match(merge.changes, '+drei')
  box.must(`${WRITE} --merged`, { input: merge.text })
  assert.equal([shown().state, shown().merge], ['in step', null])
  assert.match(box.read('/etc/ours'), 'uno\ntwo\ndrei a\n')
})

fragment.run()

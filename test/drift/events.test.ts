// Files changed by hand in events and commands: reported, kept, pinned, given up, and never overwritten unasked where a
// mistake shuts the administrator out.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const drift = suite('drift in events')
let box: Sandbox

const SSHD = '/etc/ssh/sshd_config'

const prototype = new Sandbox()
for (const path of ['/etc/a', '/etc/b', SSHD]) {
  prototype.write(`/etc/gabarit/templates${path}`, `${path} <%= config.value %>\nend\n`)
  prototype.write(`/etc/gabarit/events/probe/templates2expand${path}`, '')
}
for (const [key, value] of Object.entries({ DomainName: 'example.org', SystemName: 'server', value: 'one' }))
  prototype.must(['config', 'set', key, value])
prototype.must('signal-event post-install')
prototype.must('signal-event probe')
drift.after(() => prototype.remove())

drift.before.each(() => {
  box = new Sandbox()
  cpSync(prototype.root, box.root, { recursive: true, verbatimSymlinks: true })
})
drift.after.each(() => box.remove())

const replaced = () => {
  const folder = box.path('/var/lib/gabarit/replaced')
  return readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'))
}

/** Everything below the root but the lock files of databases. */
const all = () => treeState(box.path('/etc'), box.path('/var'))

drift('an event overwrites an edited file, makes a removed one again, says both, and keeps the text', () => {
  box.write('/etc/a', 'mine\n')
  rmSync(box.path('/etc/b'))
  const before = all()
  assert.match(box.must('signal-event --dry-run probe'), '# /etc/a (was edited by hand')
  assert.match(box.must('signal-event --dry-run probe'), '# /etc/b (was removed by hand; generated again)')
  const { files, drift: found } = JSON.parse(box.must('signal-event --dry-run --json probe'))
  assert.equal(
    files.map(({ path, state }: { path: string; state: string }) => [path, state]),
    [
      ['/etc/a', 'edited'],
      ['/etc/b', 'removed by hand'],
    ],
  )
  assert.equal(found, [
    { path: '/etc/a', template: '/etc/a', state: 'edited', pinned: null },
    { path: '/etc/b', template: '/etc/b', state: 'removed by hand', pinned: null },
  ])
  const status = box.must('gabarit status')
  assert.match(
    status,
    '/etc/a: edited\n    gabarit adopt /etc/a | gabarit pin /etc/a --note WHY | gabarit restore /etc/a',
  )
  assert.match(status, '/etc/b: removed by hand, will be generated again\n    gabarit pin /etc/b --note WHY |')
  assert.equal(JSON.parse(box.must('gabarit status --json')).drift, found)
  const verify = box.run('gabarit verify --json')
  assert.equal([verify.status, JSON.parse(verify.stdout).drift], [1, found])
  assert.match(box.run('gabarit verify').stdout, 'gabarit restore /etc/a')
  assert.equal(treeChanges(before, all()), [], 'looking changes nothing')
  assert.match(box.must('signal-event probe'), 'changed /etc/a (was edited by hand')
  assert.equal(replaced(), ['mine\n'])
  assert.is(box.read('/etc/b'), '/etc/b one\nend\n')
  assert.is(box.run('gabarit verify').status, 0)
})

drift('a pinned file stays, in every plan with its note, until it is unpinned', () => {
  box.write('/etc/a', 'mine\n')
  rmSync(box.path('/etc/b'))
  const usage = box.run('gabarit pin /etc/a')
  assert.is(usage.status, 2)
  assert.match(usage.stderr, 'why is the file kept?')
  box.must(['gabarit', 'pin', '/etc/a', '--note', 'until\n spring'])
  box.must(['gabarit', 'pin', '/etc/b', '--note', 'not here'])
  const line = '/etc/a: pinned (edited): until spring (gabarit unpin /etc/a)'
  assert.match(box.must('signal-event --dry-run probe'), `# ${line}\n`)
  assert.match(box.must('signal-event probe'), line)
  assert.match(box.must('signal-event probe'), '/etc/b: pinned (removed by hand): not here')
  assert.match(box.must('expand-template --diff /etc/a'), line)
  assert.match(box.must('gabarit apply'), 'no file changed')
  assert.match(box.must('gabarit status'), line)
  assert.match(box.must('gabarit verify'), `${line}\n`)
  assert.equal([box.read('/etc/a'), box.exists('/etc/b')], ['mine\n', false])
  assert.match(box.must('gabarit pin'), /^\/etc\/a: until spring \(.+, 2.+ [+-]\d{4}\)\n/)
  assert.equal(JSON.parse(box.must('gabarit pin --json')).length, 2)

  box.must('config set value two')
  assert.match(box.must('signal-event probe'), 'changed /etc/ssh/sshd_config')
  assert.is(box.read('/etc/a'), 'mine\n')
  for (const command of ['restore', 'adopt']) {
    const { status, stderr } = box.run(`gabarit ${command} /etc/a`)
    assert.is(status, 3)
    assert.match(stderr, '/etc/a is pinned: until spring\n  First: gabarit unpin /etc/a')
  }
  box.must('gabarit rollback')
  assert.equal([box.read('/etc/a'), box.read(SSHD)], ['mine\n', `${SSHD} one\nend\n`])

  box.must('gabarit unpin /etc/a')
  assert.match(box.must('signal-event probe'), 'changed /etc/a (was edited by hand')
  assert.equal([box.exists('/etc/b'), replaced()], [false, ['mine\n']])
  const again = box.run('gabarit unpin /etc/a')
  assert.match(again.stderr, '/etc/a is not pinned; did you mean "/etc/b"?')
  assert.match(box.run('gabarit pin /etc/q --note x').stderr, 'gabarit does not generate /etc/q')
})

drift('adopt, restore, pin, unpin and discard print JSON', () => {
  const json = (line: string) => JSON.parse(box.must(`gabarit ${line} --json`))
  const pathsOf = ({ files }: { files: { path: string }[] }) => files.map(({ path }) => path)
  box.write('/etc/a', '/etc/a one\nend\nmore\n')
  box.write('/etc/b', 'mine\n')
  const shown = json('restore /etc/b --dry-run')
  assert.equal([shown.dryRun, shown.status, pathsOf(shown)], [true, 0, ['/etc/b']])
  assert.is(box.read('/etc/b'), 'mine\n')
  const restored = json('restore /etc/b')
  assert.equal([restored.dryRun, pathsOf(restored), restored.plan], [false, ['/etc/b'], shown.plan])
  assert.is(box.read('/etc/b'), '/etc/b one\nend\n')
  assert.equal(pathsOf(json('adopt /etc/a')), ['/etc/gabarit/templates-custom/etc/a'])
  assert.equal(json('pin /etc/b --note mine'), { path: '/etc/b', pinned: true })
  assert.equal(json('unpin /etc/b'), { path: '/etc/b', pinned: false })
  box.must('config set value two')
  const change = { database: 'configuration', key: 'value', property: null, old: 'one', new: 'two' }
  const would = { properties: [change], notes: [] }
  assert.equal(json('discard --dry-run'), { dryRun: true, ...would })
  assert.equal(json('discard'), { dryRun: false, ...would })
  assert.is(box.must('config get value'), 'one\n')
})

drift('what no template makes any more stays while it is pinned, and goes afterwards', () => {
  box.must('gabarit pin /etc/a --note mine')
  box.write('/etc/gabarit/templates/etc/a.template.json', '{"delete": true}')
  box.must('signal-event probe')
  assert.ok(box.exists('/etc/a'))
  box.must('gabarit unpin /etc/a')
  assert.match(box.must('gabarit restore /etc/a'), 'removed /etc/a')
  assert.not.ok(box.exists('/etc/a'))
})

drift('a damaged list of pins stops, it overwrites nothing', () => {
  box.write('/etc/a', 'mine\n')
  box.must('gabarit pin /etc/a --note x')
  writeFileSync(box.path('/var/lib/gabarit/pins.json'), '{"pins": {"/etc/a": {}}}')
  const { status, stderr } = box.run('signal-event probe')
  assert.is(status, 3)
  assert.match(stderr, 'the list of pinned files is damaged: "pins" "/etc/a" "note" is missing')
  assert.is(box.read('/etc/a'), 'mine\n')
})

drift('restore gives the edit up for this file alone; properties that wait go on waiting', () => {
  box.write('/etc/a', 'mine\n')
  box.write('/etc/b', 'mine too\n')
  box.must('config set value two')
  const before = all()
  assert.match(box.must('gabarit restore --dry-run /etc/a'), '+/etc/a two')
  assert.equal(treeChanges(before, all()), [])
  assert.match(box.must('gabarit restore /etc/a --comment why'), 'changed /etc/a (was edited by hand')
  assert.equal([box.read('/etc/a'), box.read('/etc/b')], ['/etc/a two\nend\n', 'mine too\n'])
  assert.equal(replaced(), ['mine\n'])
  assert.match(box.must('gabarit history --limit 1'), /restore \/etc\/a {2}done: \/etc\/a .*why/)
  assert.match(box.must('gabarit status'), 'configuration value')
  rmSync(box.path('/etc/b'))
  assert.match(box.must('gabarit restore /etc/b'), 'created /etc/b (was removed by hand')
  assert.match(box.must('gabarit restore /etc/b'), 'no file changed')
  assert.is(box.run('gabarit restore etc/b').status, 2)
  assert.match(box.run('gabarit restore /etc/bb').stderr, 'did you mean "/etc/b"?')
})

drift('an edited sshd, network or firewall file is overwritten only when named', () => {
  box.write(SSHD, 'Port 22\n')
  box.must('config set value two')
  const before = all()
  const outcomes = ['signal-event --dry-run probe', 'gabarit apply --dry-run', 'expand-template --all'].map(command =>
    box.run(command),
  )
  for (const { status, stderr } of outcomes) {
    assert.is(status, 3)
    assert.match(
      stderr,
      `${SSHD} was edited by hand since gabarit wrote it, and overwriting it could lock you out of the server`,
    )
    for (const way of ['adopt', 'pin', 'restore']) assert.match(stderr, `gabarit ${way} ${SSHD}`)
    assert.match(stderr, `--overwrite ${SSHD}`)
  }
  assert.equal(
    treeChanges(before, all()).filter(line => !line.includes('/var/lib/gabarit')),
    [],
  )
  for (const command of ['signal-event probe', 'gabarit apply', 'signal-event probe --overwrite /etc/a'])
    assert.is(box.run(command).status, 3, command)
  assert.equal([box.read(SSHD), box.read('/etc/a')], ['Port 22\n', '/etc/a one\nend\n'], 'all or nothing')
  assert.is(box.run('signal-event probe --overwrite etc/a').status, 2)

  assert.match(box.must(`signal-event probe --overwrite /etc/a,${SSHD}`), `changed ${SSHD} (was edited`)
  assert.equal(replaced(), ['Port 22\n'])
  box.write(SSHD, 'Port 23\n')
  assert.match(box.must(`expand-template ${SSHD}`), `changed ${SSHD}`)
  box.write(SSHD, 'Port 24\n')
  assert.match(box.must(`gabarit restore ${SSHD}`), `changed ${SSHD}`)
  box.write(SSHD, `${SSHD} two\nend\nmore\n`)
  assert.match(box.must(`gabarit adopt ${SSHD}`), `created /etc/gabarit/templates-custom${SSHD}`)
  assert.match(box.must('signal-event probe'), 'no file changed')
  box.must('config set value three')
  box.must('signal-event probe')
  box.write(SSHD, 'Port 25\n')
  assert.is(box.run('gabarit rollback').status, 3)
  box.must(`gabarit rollback --overwrite ${SSHD}`)
  assert.is(box.read(SSHD), `${SSHD} two\nend\nmore\n`)
})

drift('a list of owned files that is lost or damaged stops everything; a fresh server goes on', () => {
  const manifest = box.path('/var/lib/gabarit/manifest.json')
  box.write('/etc/a', 'mine\n')
  for (const breakIt of [() => rmSync(manifest), () => writeFileSync(manifest, '{"outputs": ')]) {
    breakIt()
    for (const command of ['signal-event probe', 'expand-template /etc/a', 'gabarit apply', 'gabarit status']) {
      const { status, stderr } = box.run(command)
      assert.is(status, 3, command)
      assert.match(stderr, /the list of files that gabarit owns is (missing|damaged)/)
      assert.match(stderr, `install -m 600 ${box.path('/var/lib/gabarit/objects/')}`)
    }
    assert.is(box.read('/etc/a'), 'mine\n')
    const { stderr } = box.run('signal-event probe')
    box.must(/install -m 600 .*/.exec(stderr)?.[0] ?? 'false')
    assert.match(box.must('gabarit status'), '/etc/a: edited')
  }
  rmSync(manifest)
  rmSync(box.path('/var/lib/gabarit/history'), { recursive: true })
  const { stderr } = box.run('signal-event probe')
  assert.match(stderr, 'Restore it from a backup. Or start a new one')
  box.must(['sh', '-c', /echo .*manifest\.json/.exec(stderr)?.[0] ?? 'false'])
  assert.match(
    box.must('signal-event probe'),
    'changed /etc/a (was not generated by gabarit; the previous version is kept',
  )
  assert.equal(replaced(), ['mine\n'])
})

drift.run()

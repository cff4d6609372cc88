// The history as commits of a git repository, with the real git.
import { cpSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { must, Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const archive = suite('archive')
const reason = needsCommands('git')
const test = (name: string, body: () => void) => testIf(archive, reason, name, body)

const ARCHIVE = '/srv/archive.git'

function site(): Sandbox {
  const box = new Sandbox()
  mkdirSync(box.path('/srv'))
  box.write('/etc/gabarit/db/configuration/shop.json', JSON.stringify({ properties: { password: { secret: true } } }))
  const metadata = { output: '/etc/shop/{key}', each: { db: 'goods' }, mode: '0600' }
  box.write('/etc/gabarit/templates/etc/goods', '<%= item.key %> <%= config.shop.password %>\n')
  box.write('/etc/gabarit/templates/etc/goods.template.json', JSON.stringify(metadata))
  box.write('/etc/gabarit/events/shop-update/templates2expand/etc/goods', '')
  box.must('config set shop service password geheim123')
  box.must(['db', 'goods', 'set', 'tea "x" é', 'good'])
  return box
}

const git = (box: Sandbox, ...args: string[]) => must(['git', `--git-dir=${box.path(ARCHIVE)}`, ...args])

test('a commit for each entry, also for those before the archive was asked for; secrets are in none', () => {
  const box = site()
  box.must('signal-event shop-update --comment first')
  box.must('db goods set milk good')
  box.must(`config set gabarit settings Archive ${ARCHIVE}`)
  box.must('signal-event shop-update')
  assert.equal(git(box, 'log', '--reverse', '--format=%cn %s: %b', 'main').match(/Gabarit-Entry: \d/g), [
    'Gabarit-Entry: 1',
    'Gabarit-Entry: 2',
  ])
  assert.is(git(box, 'show', 'main:files/etc/shop/milk'), 'milk ********\n')
  assert.is(git(box, 'show', 'main~1:files/etc/shop/tea "x" é'), 'tea "x" é ********\n')
  assert.match(git(box, 'show', 'main:databases/goods.json'), '"milk"')
  assert.match(git(box, 'log', '-1', '--format=%B', 'main~1'), 'signal-event shop-update\n\nfirst\n\nOutcome: done')
  assert.not.match(git(box, 'log', '-p', 'main'), 'geheim123')
  assert.is(statSync(box.path(ARCHIVE)).mode & 0o077, 0, 'nobody else reads it')

  box.must('db goods delete milk')
  box.must('signal-event shop-update')
  assert.not.match(git(box, 'ls-tree', '-r', '--name-only', 'main'), 'milk')
  git(box, 'fsck', '--strict')
  box.remove()
})

test('a failure is a warning, and the next entry brings along what is missing; a remote is pushed to', () => {
  const box = site()
  box.write('/srv/archive.git', 'in the way\n')
  box.must(`config set gabarit settings Archive ${ARCHIVE}`)
  const { status, stderr } = box.run('signal-event shop-update')
  assert.is(status, 0)
  assert.match(stderr, 'warning: the history could not be archived in /srv/archive.git: ')
  rmSync(box.path(ARCHIVE))
  must(['git', 'init', '--quiet', '--bare', box.path('/srv/remote.git')])
  must(['git', 'init', '--quiet', '--bare', box.path(ARCHIVE)])
  git(box, 'remote', 'add', 'origin', box.path('/srv/remote.git'))
  box.must('db goods set milk good')
  box.must('signal-event shop-update')
  const log = must(['git', `--git-dir=${box.path('/srv/remote.git')}`, 'log', '--format=%b', 'main'])
  assert.is(log.match(/Gabarit-Entry/g)?.length, 2)
  assert.not(existsSync(box.path(`${ARCHIVE}/fast_import_crash`)))
  box.remove()
})

test('an archive of another machine, or of a history that is lost here, is told: its numbers would go on', () => {
  const box = site()
  box.must(`config set gabarit settings Archive ${ARCHIVE}`)
  const change = (server: Sandbox, name: string) => {
    server.must(['db', 'goods', 'set', name, 'good'])
    return server.run('signal-event shop-update')
  }
  for (const name of ['a', 'b', 'c']) assert.is(change(box, name).stderr, '')
  const commits = () => git(box, 'rev-list', '--count', 'main').trim()
  assert.is(commits(), '3')

  const other = site()
  cpSync(box.path(ARCHIVE), other.path(ARCHIVE), { recursive: true })
  for (const name of ['a', 'b']) change(other, name)
  other.must(`config set gabarit settings Archive ${ARCHIVE}`)
  // Entries are told apart by the second in which they began.
  must(['sleep', '1'])
  const ahead = change(other, 'c')
  assert.is(ahead.status, 0)
  assert.match(ahead.stderr, 'not be archived in /srv/archive.git: it ends with entry 3, but the newest here is 3')
  assert.match(change(other, 'd').stderr, 'its newest entry, 3, is not the entry with that number here')
  assert.is(git(other, 'rev-list', '--count', 'main').trim(), '3', 'nothing was mixed')
  other.must(/git --git-dir=.* branch -m main before/.exec(change(other, 'e').stderr)?.[0] ?? 'false')
  assert.is(change(other, 'f').stderr, '')
  assert.equal([git(other, 'rev-list', '--count', 'main'), git(other, 'rev-list', '--count', 'before')], ['6\n', '3\n'])
  other.remove()

  rmSync(box.path('/var/lib/gabarit/history'), { recursive: true })
  const lost = change(box, 'd')
  assert.equal([lost.status, commits()], [0, '3'])
  assert.match(lost.stderr, 'it ends with entry 3, but the newest here is 1')
  box.remove()
})

test('commits of somebody else behind the entries are no obstacle; a repository with none of them is', () => {
  const box = site()
  box.must(`config set gabarit settings Archive ${ARCHIVE}`)
  box.must('signal-event shop-update')
  const own = (parent: string[]) => {
    const tree = git(box, 'mktree', '--missing').trim() || git(box, 'hash-object', '-t', 'tree', '/dev/null').trim()
    const identity = ['-c', 'user.name=me', '-c', 'user.email=me@example.org']
    const commit = git(box, ...identity, 'commit-tree', tree, ...parent, '-m', 'mine').trim()
    git(box, 'update-ref', 'refs/heads/main', commit)
  }
  own(['-p', 'main'])
  box.must('db goods set milk good')
  assert.is(box.run('signal-event shop-update').stderr, '')
  assert.is(git(box, 'log', '--format=%s', 'main'), 'signal-event shop-update\nmine\nsignal-event shop-update\n')
  own([])
  box.must('db goods set bread good')
  const { status, stderr } = box.run('signal-event shop-update')
  assert.is(status, 0)
  assert.match(stderr, 'its branch main was not created by gabarit')
  box.remove()
})

test('a damaged history is a warning too, and the event ends as it should', () => {
  const box = site()
  box.must('signal-event shop-update')
  const { files } = JSON.parse(box.read('/var/lib/gabarit/history/000001.json'))
  rmSync(box.path(`/var/lib/gabarit/objects/${files.slice(0, 2)}/${files}`))
  box.must('db goods set milk good')
  box.must(`config set gabarit settings Archive ${ARCHIVE}`)
  const { status, stderr } = box.run('signal-event shop-update')
  assert.is(status, 0, stderr)
  assert.match(stderr, 'warning: the history could not be archived in /srv/archive.git: ')
  assert.match(stderr, 'this part of the history has been pruned')
  box.remove()
})

test('gabarit diff last-good: since the last entry of which everything was done', () => {
  const box = site()
  box.must('signal-event shop-update')
  box.write('/etc/gabarit/events/shop-update/S10fail', 'exit 1\n')
  box.must(['chmod', '+x', box.path('/etc/gabarit/events/shop-update/S10fail')])
  box.must('db goods set milk good')
  assert.is(box.run('signal-event shop-update').status, 1)
  assert.match(box.must('gabarit diff last-good'), '+ goods milk = "good"\n--- /dev/null\n+++ /etc/shop/milk')
  assert.is(box.must('gabarit diff 2'), 'nothing differs\n')
  box.remove()
})

archive.run()

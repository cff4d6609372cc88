// The contents of i-bays through the real restic: saved, verified, single files back; and the archive of the settings beside them.
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { BIN, must } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { SavedServer } from './support.ts'

const data = suite('a backup of data')
const step = stepsOf(data, needsCommands('restic', 'age-keygen'))

const SECRET = 'correct-horse-battery'
const PAGE = '/srv/ibays/Primary/html/index.html'
let server: SavedServer
data.after(() => server?.remove())

/** The repository, as its administrator reads it without gabarit. */
const restic = (...args: string[]) =>
  must(['restic', '--no-cache', '-r', server.path('/mnt/disk/restic'), ...args], { env: { RESTIC_PASSWORD: SECRET } })

step('what a job lacks is refused with the command that mends it', () => {
  server = new SavedServer().setUp()
  assert.match(server.run('gabarit backup --data').stderr, /there is no backup of data\n.*db backups set NAME data/s)
  server.must('db backups set nas data Folders /srv/ibays,/srv/more Exclude *.tmp')
  assert.match(server.run('gabarit backup --data nas').stderr, 'backups nas has no Repository')
  server.must('db backups setprop nas Repository /mnt/disk/restic')
  assert.match(server.run('gabarit backup --data nas').stderr, 'nobody could read the backup')
  server.must(`db backups setprop nas Password ${SECRET}`)
  const unmounted = server.run('gabarit backup --data nas')
  assert.is(unmounted.status, 3)
  assert.match(unmounted.stderr, /folder of the repository is not there: \/mnt\/disk\n.*mounted/s)
  const typo = server.run('gabarit backup --data naz')
  assert.is(typo.status, 2)
  assert.match(typo.stderr, 'did you mean "nas"?')
  assert.match(server.run('gabarit doctor').stdout, 'the backup of data nas has never run well')
})

step('saved: restic itself finds the files, and nothing shows the password', () => {
  server.write(PAGE, 'first page\n')
  server.write('/srv/ibays/Primary/html/draft.tmp', 'not this\n')
  server.write('/srv/more/notes', 'notes\n')
  must(['mkdir', '-p', server.path('/mnt/disk')])
  const spied = spyOn('restic')
  const { status, stdout, stderr } = server.run('gabarit backup --data', { env: { PATH: spied.path } })
  assert.is(status, 0, stderr)
  assert.match(stdout, /^nas: 2 files, 2 new or changed, \d+ KiB added, as [0-9a-f]+\n$/)
  assert.not.match(stdout + stderr + readFileSync(spied.log, 'utf8'), SECRET)
  assert.match(readFileSync(spied.log, 'utf8'), 'backup --json')
  const listed = restic('ls', 'latest')
  assert.match(listed, `${server.root}${PAGE}`)
  assert.not.match(listed, 'draft.tmp')
  assert.match(server.run('gabarit doctor').stdout, 'each backup of data has run well')
})

/** Has a program told of its command lines, which everybody can see. */
function spyOn(name: string): { readonly path: string; readonly log: string } {
  const log = server.safe.path('log')
  const real = must(['sh', '-c', `command -v ${name}`]).trim()
  server.safe.write(`spy/${name}`, `#!/bin/sh\necho "$@" >>${log}\nexec ${real} "$@"\n`, 0o755)
  return { path: `${server.safe.path('spy')}:${BIN}:${process.env.PATH}`, log }
}

step('a second run saves what has changed; single files and folders come back as they were', () => {
  server.write(PAGE, 'second page\n')
  const [run] = JSON.parse(server.must('gabarit backup --data nas --json'))
  assert.is(run.files, 2)
  assert.is(run.newFiles, 1)
  rmSync(server.path(PAGE))
  const to = server.safe.path('back')
  const looked = server.must(['gabarit', 'restore', '--data', 'nas', PAGE, '--to', to, '--dry-run'])
  assert.not(server.safe.exists('back'))
  const said = server.must(['gabarit', 'restore', '--data', 'nas', PAGE, '--to', to])
  assert.is(said, looked)
  assert.is(readFileSync(said.trim(), 'utf8'), 'second page\n')
  assert.not(server.safe.exists(join('back', server.root, 'srv/more')))
  server.must(['gabarit', 'restore', '--data', 'nas', '/srv/more', '--to', to])
  assert.is(server.safe.read(join('back', server.root, 'srv/more/notes')), 'notes\n')
  const missing = server.run(['gabarit', 'restore', '--data', 'nas', '/srv/nowhere', '--to', to])
  assert.is(missing.status, 3)
  assert.match(missing.stderr, '/srv/nowhere is not in the last backup')
  assert.is(server.run(['gabarit', 'restore', '--data', 'nas', PAGE]).status, 2)
})

step('a file that cannot be read, or a folder that is gone: told, not taken for a good run', () => {
  server.must('db backups setprop nas Folders /srv/ibays,/srv/gone')
  const { status, stderr } = server.run('gabarit backup --data nas')
  assert.is(status, 1)
  assert.match(stderr, /nas was saved, but not all of it could be read:.*srv\/gone/s)
  server.must('db backups setprop nas Folders /srv/ibays')
})

step('the password in a file, for root only', () => {
  const file = server.write('/root/restic-password', `${SECRET}\n`, 0o644)
  server.must('db backups setprop nas PasswordFile /root/restic-password')
  server.must(['db', 'backups', 'setprop', 'nas', 'Password', ''])
  assert.match(server.run('gabarit backup --data nas').stderr, 'names a PasswordFile that others can read')
  chmodSync(file, 0o600)
  server.must('gabarit backup --data nas')
})

step('the settings go into the same repository', () => {
  server.must('config setprop backup CopyTo restic:nas')
  assert.match(server.must('gabarit backup'), 'copied to restic:nas')
  assert.match(restic('ls', '--tag', 'gabarit-settings', 'latest'), /\/var\/backups\/gabarit\/.*\.tar\.age/)
  const wrong = server.run('config setprop backup CopyTo restic:')
  assert.is(wrong.status, 0)
  assert.match(server.run('gabarit backup').stderr, 'there is no backup of data ""')
  server.must('config setprop backup CopyTo restic:nas')
})

step('damage in the repository is found; a repository that is gone is not made again in silence', () => {
  assert.match(server.must('gabarit backup verify --data nas'), 'nas: the repository is whole')
  const pack = must(['sh', '-c', 'find "$1" -type f | head -1', 'sh', server.path('/mnt/disk/restic/data')]).trim()
  chmodSync(pack, 0o600)
  writeFileSync(pack, Buffer.alloc(readFileSync(pack).length))
  const damaged = server.run('gabarit backup verify --data nas')
  assert.is(damaged.status, 3)
  assert.match(damaged.stderr, 'restic check of nas failed')
  rmSync(server.path('/mnt/disk/restic'), { recursive: true })
  const gone = server.run('gabarit backup --data nas')
  assert.is(gone.status, 3)
  assert.match(gone.stderr, /the repository is gone, though it was used before\n.*--new-repository/s)
  assert.not(server.exists('/mnt/disk/restic'))
  server.must('gabarit backup --data nas --new-repository')
})

step('every night, by a timer of systemd or by cron', () => {
  server.must('signal-event backup-update')
  assert.match(server.read('/etc/systemd/system/gabarit-backup-data.service'), /ExecStart=".*gabarit" backup --data\n/)
  assert.match(server.read('/etc/cron.d/gabarit-backup'), /\n17 1 \* \* \* root .*gabarit backup --data >/)
  assert.not.match(server.read('/etc/cron.d/gabarit-backup'), '47 2')
  server.must('db backups setprop nas status disabled')
  server.must('signal-event backup-update')
  assert.not(server.exists('/etc/systemd/system/gabarit-backup-data.timer'))
  assert.not(server.exists('/etc/cron.d/gabarit-backup'))
})

data.run()

// A backup of one server, restored on an empty one, by the commands and by Debian's age and tar.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { BIN, must, run, type Sandbox } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { emptyMachine, SavedServer } from './support.ts'

const backup = suite('a backup and its way back')
const reason = needsCommands('age', 'age-keygen', 'ssh-keygen', 'tar')
const step = stepsOf(backup, reason)

const [SECRET, LATER] = ['correct-horse-battery', 'another-secret-value']
const FRAGMENT = '/etc/gabarit/templates-custom/etc/hosts/50Mine'
let a: SavedServer
const b = emptyMachine()
backup.after(() => {
  a?.remove()
  b.remove()
})

const opened = () =>
  must(['sh', '-c', 'age -d -i "$1" "$2" | tar t', 'sh', a.identity, a.archive]).trimEnd().split('\n')
const restore = (...options: string[]) => ['gabarit', 'restore', a.archive, '--identity', a.identity, ...options]

step('without a recipient and a passphrase nothing is written, and the way is named', () => {
  a = new SavedServer().setUp()
  a.must(['config', 'setprop', 'backup', 'Recipients', ''])
  const { status, stderr } = a.run(['gabarit', 'backup', a.archive])
  assert.is(status, 3)
  assert.match(stderr, /nobody could open the backup.*age-keygen -o backup-key.txt/s)
  a.must(['config', 'setprop', 'backup', 'Recipients', must(['age-keygen', '-y', a.identity]).trim()])
})

step('a server with an override, a key of its own, a secret, an edit by hand, a pinned file', () => {
  a.write(FRAGMENT, '10.0.0.9 mine\n')
  a.write('/etc/gabarit/db/configuration/shop.json', JSON.stringify({ properties: { Token: { secret: true } } }))
  a.must(`config set shop service Token ${SECRET}`)
  a.write('/etc/ssl/own/site.key', 'a private key\n', 0o640)
  chmodSync(a.path('/etc/ssl/own'), 0o750)
  a.write('/etc/ssl/own/site.crt', 'a certificate\n')
  symlinkSync('../ssl/own/site.crt', a.path('/etc/ssl/site.crt'))
  a.must('db domains set other.example domain')
  a.must('signal-event console-save')
  a.write('/etc/logrotate.d/gabarit', `${a.read('/etc/logrotate.d/gabarit')}# by hand\n`)
  a.must(['gabarit', 'pin', '/etc/hosts', '--note', 'as the provider wants it'])
  a.write('/etc/hosts', '127.0.0.1 pinned\n')
})

step("one file, which Debian's age and tar open, its list of contents first", () => {
  a.save()
  assert.is(lstatSync(a.archive).mode & 0o777, 0o600)
  const names = opened()
  assert.is(names[0], 'manifest.json')
  for (const name of [
    'databases/configuration.json',
    `files${FRAGMENT}`,
    'files/etc/logrotate.d/gabarit',
    'history.json',
  ])
    assert.ok(names.includes(name), name)
  assert.not(
    names.some(name => name.includes('httpd.conf')),
    'what templates make is not saved',
  )
  assert.not(readFileSync(a.archive).includes(SECRET))
  assert.match(a.must(['gabarit', 'backup', 'verify', a.archive]), 'whole')
})

step('a plan first, without a secret in it; nothing is changed', () => {
  const { status, stdout, stderr } = b.run(restore('--dry-run'))
  assert.is(status, 0, stderr)
  assert.match(stdout, '+ configuration shop Token = "********"')
  assert.match(stdout, '10.0.0.9 mine')
  assert.not.match(stdout + stderr, SECRET)
  assert.not(b.exists('/var/lib/gabarit/db'))
  const json = b.run(restore('--dry-run', '--json'))
  assert.not.match(json.stdout, SECRET)
  assert.is(JSON.parse(json.stdout).from.version.length > 0, true)
})

step('both doors lead to the same plan; an archive is told by its first bytes or its name', () => {
  const plan = (command: string[]) => b.must([...command, a.archive, '--identity', a.identity, '--dry-run'])
  assert.is(plan(['gabarit', 'backup', 'restore']), plan(['gabarit', 'restore']))
  const unnamed = `${a.safe.root}/unnamed`
  writeFileSync(unnamed, readFileSync(a.archive))
  assert.match(b.must(['gabarit', 'restore', unnamed, '--identity', a.identity, '--dry-run']), '10.0.0.9 mine')
  writeFileSync(unnamed, 'no archive\n')
  const { status, stderr } = b.run(['gabarit', 'restore', unnamed, '--identity', a.identity])
  assert.is(status, 2)
  assert.match(stderr, '--identity is for backups of gabarit, which end in .tar.age')
  assert.match(b.run(['gabarit', 'restore', '/nowhere/gate.tar.age']).stderr, 'gate.tar.age: cannot be read')
})

step('a file that gabarit has written is never taken for an archive', () => {
  const file = a.must('gabarit managed').match(/\/etc\/logrotate\S+/)?.[0] ?? ''
  const text = a.read(file)
  a.write(file, readFileSync(a.archive).toString('latin1'))
  assert.match(a.must(['gabarit', 'restore', file]), `changed ${file} (was edited by hand`)
  assert.not.match(a.read(file), 'age-encryption.org')
  a.write(file, text)
})

step('on the empty machine all is as it was, edits by hand and the pinned file too', () => {
  const { status, stdout, stderr } = b.run(restore())
  assert.is(status, 0, stdout + stderr)
  assert.not.match(stdout + stderr, SECRET)
  assert.is(b.must('config getprop shop Token'), `${SECRET}\n`)
  for (const path of ['/etc/httpd/conf/httpd.conf', '/etc/hosts', '/etc/logrotate.d/gabarit', FRAGMENT])
    assert.is(b.read(path), a.read(path), path)
  for (const name of ['configuration', 'domains', 'accounts'])
    assert.is(b.read(`/var/lib/gabarit/db/${name}.json`), a.read(`/var/lib/gabarit/db/${name}.json`), name)
  assert.match(b.must('gabarit pin'), '/etc/hosts: as the provider wants it')
  const told = b.run('gabarit status').stdout
  assert.match(told, '/etc/logrotate.d/gabarit: edited')
  assert.match(b.must('gabarit history'), 'backup restore')
  assert.is(b.run(restore()).stdout.includes('no file changed'), true, 'a second time changes nothing')
})

step('the history of the machine knows what was there before, and goes back', () => {
  b.must(`config setprop shop Token ${LATER}`)
  b.must('db domains delete other.example')
  b.must('signal-event console-save')
  b.must(restore())
  assert.is(b.must('db domains gettype other.example'), 'domain\n')
  const { status, stderr } = b.run('gabarit rollback')
  assert.is(status, 3, 'a former secret is not kept in the history')
  assert.match(stderr, 'the history does not keep secrets')
})

step('only some databases, with the files that their records name', () => {
  a.must('db domains setprop other.example crt /etc/ssl/site.crt key /etc/ssl/own/site.key')
  a.save()
  assert.ok(opened().includes('files/etc/ssl/own/site.key'))
  const c = emptyMachine()
  c.must('config set DomainName elsewhere.example')
  c.must('config set SystemName c')
  c.must('signal-event post-install')
  c.must(restore('--only', 'domains'))
  assert.is(c.must('config get DomainName'), 'elsewhere.example\n')
  assert.is(c.must('db domains gettype other.example'), 'domain\n')
  assert.is(c.read('/etc/ssl/own/site.key'), 'a private key\n')
  assert.is(lstatSync(c.path('/etc/ssl/own/site.key')).mode & 0o777, 0o640)
  assert.is(readlinkSync(c.path('/etc/ssl/site.crt')), '../ssl/own/site.crt')
  assert.not(c.exists(FRAGMENT))
  const { status, stderr } = c.run(restore('--only', 'domain'))
  assert.is(status, 2)
  assert.match(stderr, 'did you mean "domains"?')
  c.remove()
})

step('secrets that both machines encrypt, each with an identity of its own', () => {
  a.must('gabarit secrets encrypt')
  a.must(`config setprop shop Token ${LATER}`)
  const stored = (box: Sandbox) => box.read('/var/lib/gabarit/db/configuration.json')
  assert.not.match(stored(a), LATER)
  a.save()
  assert.not(readFileSync(a.archive).includes(LATER))
  const inside = must(['sh', '-c', 'age -d -i "$1" "$2" | tar x --to-stdout', 'sh', a.identity, a.archive])
  assert.match(inside, LATER)
  assert.not.match(inside, /AGE-SECRET-KEY-1|"sealed"/)
  const c = emptyMachine()
  c.must('gabarit secrets encrypt')
  c.must(restore())
  assert.is(c.must('config getprop shop Token'), `${LATER}\n`)
  assert.not.match(stored(c), LATER)
  const [mine, theirs] = [a, c].map(box => box.read('/var/lib/gabarit/secrets/identity.txt'))
  assert.is.not(mine, theirs)
  assert.is(run(['grep', '-rlF', LATER, c.root]).stdout, '', 'nowhere on it')
  c.remove()
  a.must('gabarit secrets decrypt')
})

step('with a passphrase', () => {
  a.must(['config', 'setprop', 'backup', 'Recipients', ''])
  a.must(['config', 'setprop', 'backup', 'Passphrase', 'four random words here'])
  a.save()
  assert.match(a.must(['gabarit', 'backup', 'verify', a.archive]), 'whole')
  const c = emptyMachine()
  const wrong = c.run(restore())
  assert.is(wrong.status, 3)
  assert.match(wrong.stderr, 'none of the keys fits')
  writeFileSync(`${a.identity}.pass`, 'four random words here\n')
  c.must(['gabarit', 'backup', 'restore', a.archive, '--passphrase-file', `${a.identity}.pass`])
  assert.is(c.must('config get SystemName'), 'gate\n')
  c.remove()
})

step('for a key of ssh, by the program age; without it, refused with the way', () => {
  const key = `${a.identity}.ssh`
  must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'admin at home', '-f', key])
  const recipients = `${readFileSync(`${key}.pub`, 'utf8').trim()},${must(['age-keygen', '-y', a.identity]).trim()}`
  a.must(['config', 'setprop', 'backup', 'Passphrase', ''])
  a.must(['config', 'setprop', 'backup', 'Recipients', recipients])
  a.save()
  assert.is(must(['sh', '-c', 'age -d -i "$1" "$2" | tar t | head -1', 'sh', key, a.archive]), 'manifest.json\n')
  const c = emptyMachine()
  c.must(['gabarit', 'restore', a.archive, '--identity', key, '--dry-run'])
  must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${key}.other`])
  const wrong = c.run(['gabarit', 'restore', a.archive, '--identity', `${key}.other`])
  assert.is(wrong.status, 3)
  assert.match(wrong.stderr, 'cannot be opened by')
  c.remove()
  const without = a.run(['gabarit', 'backup', a.archive, '--force'], { env: { PATH: pathOfNode() } })
  assert.is(without.status, 3)
  assert.match(without.stderr, /keys of ssh need the program age.*apt-get install age, or .*age-keygen/s)
  a.must(['config', 'setprop', 'backup', 'Recipients', must(['age-keygen', '-y', a.identity]).trim()])
  a.must(['gabarit', 'backup', a.archive, '--force'], { env: { PATH: pathOfNode() } })
  assert.match(a.must(['gabarit', 'backup', 'verify', a.archive]), 'whole')
})

/** A PATH without any program but ours and Node. */
function pathOfNode(): string {
  const folder = join(a.safe.root, 'node-alone')
  if (!existsSync(folder)) {
    mkdirSync(folder)
    symlinkSync(process.execPath, join(folder, 'node'))
  }
  return `${BIN}:${folder}`
}

backup.run()

// Commands on `/`, in private namespaces: checkers, full and read-only disks, mounts.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { adjusted } from '../support/adjusted.ts'
import { enterNamespace } from '../support/namespace.ts'
import { ON_ROOT, template, write } from '../support/real-root.ts'
import { must, run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const reason = enterNamespace('engine')
const real = suite('on the real root')
const test = (name: string, body: () => void) => testIf(real, reason, name, body)
const env = ON_ROOT

const leftOvers = (folder: string) =>
  readdirSync(folder).filter(name => name.includes('gabarit-') || name.startsWith('.'))

test('a checker that refuses: its words, exit 3, nothing written, no service touched', () => {
  const check = '#!/bin/sh\ngrep -q good "$1" || { echo "line 1 is not good"; exit 1; }\n'
  write('/etc/checker', check, 0o755)
  const validate = [['/etc/checker', '{}']]
  template('/etc/t/checked', 'good\n', { validate })
  template('/etc/t/other', 'other\n')
  must(['expand-template', '/etc/t/checked', '/etc/t/other'], { env })
  template('/etc/t/checked', 'bad\n', { validate, notify: ['probe:restart'] })
  template('/etc/t/other', 'other 2\n')
  write('/etc/gabarit/events/check/templates2expand/etc/t/checked', '')
  write('/etc/gabarit/events/check/templates2expand/etc/t/other', '')
  write('/etc/gabarit/events/check/services2adjust/probe', 'restart\n')
  write('/etc/gabarit/events/check/S95late', '#!/bin/sh\necho late\n', 0o755)
  must(['config', 'set', 'probe', 'service', 'status', 'enabled'], { env })
  for (const command of [
    ['expand-template', '/etc/t/other', '/etc/t/checked'],
    ['signal-event', 'check'],
  ]) {
    const before = treeState('/etc/t')
    const { status, stdout, stderr } = run(command, { env })
    assert.is(status, 3, stderr)
    assert.match(stderr, '/etc/t/checked is refused by /etc/checker: line 1 is not good')
    assert.is(stdout, '')
    assert.is(readFileSync('/etc/t/other', 'utf8'), 'other\n')
    assert.equal(
      treeChanges(before, treeState('/etc/t')).filter(line => !line.startsWith('/etc/t:')),
      [],
    )
  }
  assert.not(existsSync('/var/lib/gabarit/pending.json'))
  template('/etc/t/checked', 'good 2\n', { validate })
  const done = must(['signal-event', 'check'], { env })
  assert.match(done, 'changed /etc/t/checked\n')
  assert.equal(adjusted(done), ['probe: restart'])
})

test('a checker that is missing: a warning, and the file is written', () => {
  template('/etc/t/unchecked', 'x\n', { validate: [['no-such-checker', '{}']] })
  const { status, stderr } = run(['expand-template', '/etc/t/unchecked'], { env })
  assert.is(status, 0)
  assert.match(stderr, 'warning: /etc/t/unchecked is not checked: no-such-checker not installed')
  assert.ok(existsSync('/etc/t/unchecked'))
})

test('a full disk: nothing is changed, and what is full is said', () => {
  mkdirSync('/etc/small')
  must(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/etc/small'])
  template('/etc/t/before', 'v1\n')
  template('/etc/small/file', 'v1\n')
  const names = ['/etc/t/before', '/etc/small/file']
  must(['expand-template', ...names], { env })
  template('/etc/t/before', 'v2\n')
  template('/etc/small/file', `${'x'.repeat(199)}\n`.repeat(1000))
  const { status, stderr } = run(['expand-template', ...names], { env })
  assert.is(status, 3)
  assert.match(stderr, '/etc/small/file: could not be written: no space left on device')
  for (const name of names) assert.is(readFileSync(name, 'utf8'), 'v1\n', name)
  assert.equal([...leftOvers('/etc/small'), ...leftOvers('/etc/t')], [])
})

test('a full disk below /var/lib/gabarit: the same', () => {
  must(['sh', '-c', 'mv /var/lib/gabarit /var/lib/was; mkdir /var/lib/gabarit'])
  must(['mount', '-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', '/var/lib/gabarit'])
  must([
    'sh',
    '-c',
    'cp -a /var/lib/was/db /var/lib/gabarit; cat /dev/zero > /var/lib/gabarit/fill 2>/dev/null || true',
  ])
  template('/etc/t/before', 'v3\n')
  const { status, stderr } = run(['expand-template', '/etc/t/before'], { env })
  must(['umount', '/var/lib/gabarit'])
  must(['sh', '-c', 'rmdir /var/lib/gabarit; mv /var/lib/was /var/lib/gabarit'])
  assert.is.not(status, 0)
  assert.match(stderr, 'no space left on device')
  assert.is(readFileSync('/etc/t/before', 'utf8'), 'v1\n')
})

test('a read-only disk: nothing is changed', () => {
  must(['mount', '-o', 'remount,ro', '/etc/small'])
  template('/etc/small/file', 'v2\n')
  template('/etc/t/before', 'v4\n')
  const { status, stderr } = run(['expand-template', '/etc/t/before', '/etc/small/file'], { env })
  assert.is(status, 3)
  assert.match(stderr, '/etc/small/file: could not be written: read-only file system')
  assert.is(readFileSync('/etc/t/before', 'utf8'), 'v1\n')
  must(['umount', '/etc/small'])
})

test('a target that is itself mounted: refused, and the other files stay', () => {
  write('/etc/t/mounted', 'v1\n')
  must(['mount', '--bind', '/etc/t/mounted', '/etc/t/mounted'])
  template('/etc/t/mounted', 'v2\n')
  const { status, stderr } = run(['expand-template', '/etc/t/before', '/etc/t/mounted'], { env })
  assert.is(status, 3)
  assert.match(stderr, '/etc/t/mounted: could not be written')
  assert.is(readFileSync('/etc/t/before', 'utf8'), 'v1\n')
  must(['umount', '/etc/t/mounted'])
  assert.equal(leftOvers('/etc/t'), [])
})

test('an ordinary user may not: a clear error, nothing changed', () => {
  chmodSync('/etc/gabarit', 0o755)
  const { ino } = statSync('/etc/t/before')
  // The checkout may be in a folder that the user may not enter.
  must(['sh', '-c', 'mkdir /srv/copy; cp -r bin dist package.json templates db events /srv/copy'], {
    cwd: join(import.meta.dirname, '../..'),
  })
  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath]
  const { status, stderr } = run([...asNobody, '/srv/copy/bin/expand-template', '/etc/t/before'], { env, cwd: '/' })
  assert.is.not(status, 0)
  assert.match(stderr, /^this needs root: sudo expand-template \/etc\/t\/before$/m)
  assert.not.match(stderr, 'bug in gabarit')
  assert.is(statSync('/etc/t/before').ino, ino)
})

real.run()

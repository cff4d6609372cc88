// Where backups are kept: the folder of the record, and what they are copied to.
import { lstatSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { must } from '../support/sandbox.ts'
import { onSavedServer } from './support.ts'

const { tests, step, server } = onSavedServer('the folder of backups')

step('into a folder that is saved itself: refused, and nothing is left there', () => {
  const held = (...words: string[]) => {
    const { status, stderr } = server.run(['gabarit', 'backup', ...words])
    assert.is(status, 3)
    assert.match(stderr, 'each backup would hold the ones before it, because /etc/gabarit is saved')
  }
  held(server.path('/etc/gabarit/gate.tar.age'))
  for (const [property, usual] of [
    ['Folder', '/var/backups/gabarit'],
    ['CopyTo', ''],
  ] as const) {
    server.must(['config', 'setprop', 'backup', property, '/etc/gabarit/backups'])
    held()
    server.must(['config', 'setprop', 'backup', property, usual])
  }
  assert.not(server.exists('/etc/gabarit'))
  server.write('/etc/gabarit/notes', '')
  held(server.path('/etc/gabarit/gate.tar.age'))
  symlinkSync(server.path('/etc/gabarit'), server.path('/by-another-name'))
  held(server.path('/by-another-name/gate.tar.age'))
  assert.equal(readdirSync(server.path('/etc/gabarit')), ['notes'])
})

step('in the place of a device, a pipe or a link: refused, even by force', () => {
  const place = server.path('/place')
  for (const make of [['mkfifo'], ['ln', '-s', '/dev/null'], ['mkdir']]) {
    must([...make, place])
    const before = lstatSync(place).ino
    const { status, stderr } = server.run(['gabarit', 'backup', place, '--force'])
    assert.is(status, 3)
    assert.match(stderr, 'is there already, and is no file')
    assert.is(lstatSync(place).ino, before)
    rmSync(place, { recursive: true })
  }
})

step('the folder of the record: old ones go, the newest stays, doctor knows', () => {
  server.must('config setprop backup status enabled KeepDays 1')
  assert.match(server.run('gabarit doctor').stdout, 'there is no backup in /var/backups/gabarit')
  server.must('gabarit backup')
  assert.match(server.run('gabarit doctor').stdout, 'no backup was ever verified')
  // Without /etc/hostname, nothing stands in its place.
  assert.match(server.must('gabarit backup verify'), /: whole\. \d{4}-/)
  assert.match(server.run('gabarit doctor').stdout, 'there is a new backup')
  const [newest = ''] = readdirSync(server.path('/var/backups/gabarit'))
  const own = newest.replace(/-\d{4}-/, '-2020-')
  // Of another server that writes here, and of somebody who wants to keep it.
  const others = [own.replace(/-2020-/, '-home-2020-'), 'before-the-move.tar.age']
  const killed = `.${own}.4711-abc123.new`
  for (const name of [own, ...others, killed]) {
    const file = server.write(`/var/backups/gabarit/${name}`, 'x')
    must(['touch', '-d', '3 days ago', file])
  }
  const copies = server.path('/mnt')
  server.must('config setprop backup CopyTo /mnt')
  const gone = server.run('gabarit backup')
  assert.is(gone.status, 3)
  assert.match(gone.stderr, 'is no folder, so the backup is not copied')
  must(['mkdir', copies])
  assert.match(server.must('gabarit backup'), 'copied to /mnt/')
  for (const name of [own, killed]) assert.not(server.exists(`/var/backups/gabarit/${name}`), name)
  for (const name of others) assert.ok(server.exists(`/var/backups/gabarit/${name}`), name)
  must(['touch', '-d', '3 days', server.path(`/var/backups/gabarit/${newest}`)])
  assert.match(server.run('gabarit doctor').stdout, 'the newest backup is from the future: was the clock wrong?')
})

tests.run()

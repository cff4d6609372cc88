// Where backups are kept: the folder of the record, and what they are copied to.
import { readdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { must } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { SavedServer } from './support.ts'

const folder = suite('the folder of backups')
const step = stepsOf(folder, needsCommands('age', 'age-keygen'))

let server: SavedServer
folder.before(() => {
  server = new SavedServer()
})
folder.after(() => server.remove())

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
  assert.equal(readdirSync(server.path('/etc/gabarit')), ['notes'])
})

step('the folder of the record: old ones go, the newest stays, doctor knows', () => {
  server.must('config setprop backup status enabled KeepDays 1')
  assert.match(server.run('gabarit doctor').stdout, 'there is no backup in /var/backups/gabarit')
  server.must('gabarit backup')
  assert.match(server.run('gabarit doctor').stdout, 'no backup was ever verified')
  server.must('gabarit backup verify')
  assert.match(server.run('gabarit doctor').stdout, 'there is a new backup')
  server.write('/var/backups/gabarit/old.tar.age', 'x')
  must(['touch', '-d', '3 days ago', server.path('/var/backups/gabarit/old.tar.age')])
  const copies = server.path('/mnt')
  server.must('config setprop backup CopyTo /mnt')
  const gone = server.run('gabarit backup')
  assert.is(gone.status, 3)
  assert.match(gone.stderr, 'is no folder, so the backup is not copied')
  must(['mkdir', copies])
  assert.match(server.must('gabarit backup'), 'copied to /mnt/')
  assert.not(server.exists('/var/backups/gabarit/old.tar.age'))
})

folder.run()

// What a fleet has set on a host, with its secrets, is stored as the databases are.
import { rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { must, type Sandbox } from '../support/sandbox.ts'
import { IDENTITY, STATE, serverWithSecrets, stateWith } from './support.ts'

const fleet = suite('secrets of a fleet at rest')
const NOTE = `${STATE}/fleet/owned.json`
const SECRET = 'four random words'

let box: Sandbox
fleet.before.each(() => {
  box = serverWithSecrets()
  const password = { database: 'configuration', key: 'vault', property: 'Password', from: 'all', former: null }
  const owned = { release: 1, attempt: 1, controllers: [], values: [{ ...password, value: SECRET }], files: [] }
  box.write(NOTE, JSON.stringify(owned))
  box.must(['config', 'setprop', 'vault', 'Password', SECRET])
  box.must('gabarit secrets encrypt')
})
fleet.after.each(() => box.remove())

fleet('encrypted and in clear again, commands go on', () => {
  assert.equal(stateWith(box, SECRET), [])
  assert.match(box.must('config --origin show vault'), 'Password=******** (all)')
  box.must('gabarit secrets decrypt')
  assert.match(box.read(NOTE), SECRET)
  box.must('config setprop note text other')
  box.must('signal-event change')
})

fleet('when the identity is lost, its note is put aside with it', () => {
  rmSync(box.path(IDENTITY))
  box.run('gabarit secrets encrypt --new-identity')
  assert.not(box.exists(NOTE))
  box.must('config setprop note text other')
})

/** The machine as a controller, with a secret for all hosts and for a group. */
function asController(): void {
  box.write(`${STATE}/fleet/signing.key`, 'a key', 0o600)
  box.must(['db', '--fleet', 'configuration', 'set', 'vault', 'service', 'Password', 'for all hosts'])
  box.must(['db', '--fleet', '--group', 'web', 'configuration', 'set', 'vault', 'service', 'Password', 'for the web'])
}

const RECORDS = `${STATE}/fleet/records`

fleet('on a controller, those of all parts of the fleet are encrypted, and in clear again', () => {
  box.must('gabarit secrets decrypt')
  asController()
  assert.is(stateWith(box, 'for the web').length, 2, 'with the last good copy')
  assert.match(box.must('gabarit secrets encrypt'), '  fleet group web: configuration vault Password')
  assert.equal([...stateWith(box, 'for all hosts'), ...stateWith(box, 'for the web')], [])
  assert.is(box.must('db --fleet --group web configuration getprop vault Password'), 'for the web\n')
  box.must(['db', '--fleet', '--host', 'www1', 'configuration', 'setprop', 'vault', 'Password', 'for one host'])
  assert.equal(stateWith(box, 'for one host'), [], 'a new one never reaches the disk in clear')
  box.must('gabarit secrets decrypt')
  assert.is(stateWith(box, 'for one host').length, 2)
  assert.match(box.read(`${RECORDS}/group/web/configuration.json`), 'for the web')
})

fleet('what was copied from one part of the fleet to another is not opened', () => {
  asController()
  box.must('signal-event change')
  const file = (part: string) => `${RECORDS}/${part}/configuration.json`
  box.write(file('all'), box.read(file('group/web')), 0o600)
  const { status, stderr } = box.run('db --fleet configuration getprop vault Password')
  assert.is(status, 3)
  assert.match(
    stderr,
    'fleet all: configuration vault Password cannot be opened: its encrypted value is damaged, or was copied',
  )
  assert.match(stderr, 'db --fleet configuration setprop vault Password VALUE')
})

fleet('a backup has them for another machine, which cannot open what this one has encrypted', () => {
  asController()
  box.must('signal-event change')
  const key = box.path('/root/key.txt')
  box.write('/root/.keep', '')
  must(['age-keygen', '-o', key])
  box.must(['config', 'set', 'backup', 'service', 'Recipients', must(['age-keygen', '-y', key]).trim()])
  box.must(['config', 'set', 'fleet', 'service', 'status', 'disabled'])
  const archive = box.path('/root/gate.tar.age')
  box.must(['gabarit', 'backup', archive])
  const read = (path: string) =>
    must(['sh', '-c', 'age -d -i "$1" "$2" | tar -xO "files$3"', 'sh', key, archive, `${STATE}/fleet/${path}`])
  for (const name of ['configuration.json', '.configuration.json.last-good'])
    assert.match(read(`records/group/web/${name}`), '"Password": "for the web"', name)
  assert.match(read('owned.json'), SECRET)
})

fleet.run()

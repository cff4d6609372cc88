// What a fleet has set on a host, with its secrets, is stored as the databases are.
import { rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Sandbox } from '../support/sandbox.ts'
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

fleet.run()

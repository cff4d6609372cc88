// The identity that opens secrets, kept by Debian's systemd-creds, without systemd running.
import { lstatSync, mkdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { BIN, type RunOptions } from '../support/sandbox.ts'
import { needsRoot, testIf } from '../support/skip.ts'
import { AWKWARD, IDENTITY, STATE, serverWithSecrets, stateWith } from './support.ts'

const creds = suite('an identity that systemd-creds keeps')
const box = serverWithSecrets()
creds.after(() => box.remove())

/** On a machine of this number: each has a key of its own in /var/lib/systemd. */
function on(machine: number, command: string, options?: RunOptions) {
  mkdirSync(box.path(`/machine-${machine}`), { recursive: true })
  const inside = 'mount --bind "$1" /var/lib/systemd && shift && exec "$@"'
  const words = ['unshare', '-m', 'sh', '-c', inside, 'sh', box.path(`/machine-${machine}`), ...command.split(' ')]
  return box.run(words, options)
}

testIf(
  creds,
  needsRoot() ?? needsCommands('systemd-creds', 'unshare'),
  'opens on this machine, and on no other',
  () => {
    box.must('gabarit secrets encrypt')
    const moved = on(1, 'gabarit secrets encrypt --systemd-creds')
    assert.is(moved.status, 0, moved.stderr)
    assert.not(box.exists(IDENTITY))
    assert.is(lstatSync(box.path(`${STATE}/secrets/identity.cred`)).mode & 0o777, 0o600)
    assert.equal(stateWith(box, 'AGE-SECRET-KEY-1'), [])
    assert.is(on(1, 'config getprop vault Password').stdout, `${AWKWARD}\n`)
    const set = on(1, 'config setprop vault Password another-one')
    assert.is(set.status, 0, set.stderr)
    const event = on(1, 'signal-event change')
    assert.is(event.status, 0, event.stderr)
    assert.match(box.read('/etc/vault'), 'another-one')
    assert.equal(stateWith(box, 'another-one'), [])
    const other = on(2, 'config getprop vault Password')
    assert.is(other.status, 3)
    assert.is(other.stdout, '')
    assert.match(other.stderr, 'systemd-creds cannot open the identity of this machine')
    assert.is(on(2, 'config getprop note text').stdout, 'one\n')
    assert.is(on(2, 'gabarit secrets decrypt').status, 3)
    const decrypted = on(1, 'gabarit secrets decrypt')
    assert.is(decrypted.status, 0, decrypted.stderr)
    assert.is(box.must('config getprop vault Password'), 'another-one\n')
  },
)

creds('is refused if systemd-creds cannot do it, and nothing is changed', () => {
  box.write('/bin/systemd-creds', '#!/bin/sh\necho "no key here" >&2\nexit 1\n', 0o755)
  const env = { PATH: `${box.path('/bin')}:${BIN}:${process.env.PATH}` }
  const { status, stderr } = box.run('gabarit secrets encrypt --systemd-creds', { env })
  assert.is(status, 3)
  assert.match(stderr, 'systemd-creds cannot keep the identity: no key here')
  assert.not(box.exists(`${STATE}/secrets`))
})

creds.run()

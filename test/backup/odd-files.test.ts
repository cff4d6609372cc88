// What a saved folder may have: times of a wrong clock, names in another encoding, huge files, links in front of links.
import { symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { must } from '../support/sandbox.ts'
import { emptyMachine, onSavedServer } from './support.ts'

const { tests, step, server } = onSavedServer('odd files in a backup')

const restored = () => {
  const machine = emptyMachine()
  machine.must(['gabarit', 'restore', server.archive, '--identity', server.identity])
  return machine
}

step('altered before 1970, or after 2242: saved, and restored', () => {
  for (const [name, year] of [
    ['early', 1955],
    ['late', 2300],
  ] as const) {
    const time = new Date(Date.UTC(year, 0))
    utimesSync(server.write(`/etc/gabarit/${name}`, name), time, time)
  }
  server.save()
  const list = must(['sh', '-c', `age -d -i ${server.identity} ${server.archive} | tar tv 2>&1`])
  assert.match(list, /1970-01-01 .*early\n.*2242-.*late\n/)
  const machine = restored()
  assert.is(machine.read('/etc/gabarit/early'), 'early')
  machine.remove()
})

step('links to what is behind links: nothing is restored through one', () => {
  server.write('/etc/gabarit/releases/1/notes', 'first')
  symlinkSync('releases/1', server.path('/etc/gabarit/current'))
  symlinkSync('current/notes', server.path('/etc/gabarit/a-note'))
  server.save()
  const machine = restored()
  assert.is(machine.read('/etc/gabarit/a-note'), 'first')
  machine.remove()
})

step('a name that is not in UTF-8: told', () => {
  writeFileSync(Buffer.from(server.path('/etc/gabarit/caf\xe9'), 'latin1'), 'x')
  const { status, stderr } = server.run(['gabarit', 'backup', server.archive, '--force'])
  assert.is(status, 0)
  assert.match(stderr, /^warning: not saved, because its name is not in UTF-8: \/etc\/gabarit\/caf/m)
})

step('larger than what can be read: refused, and named', () => {
  truncateSync(server.write('/etc/gabarit/huge', ''), 3 * 1024 ** 3)
  const { status, stderr } = server.run(['gabarit', 'backup', server.archive, '--force'])
  assert.is(status, 3)
  assert.match(stderr, '/etc/gabarit/huge: the files to save are larger than 512 MiB together')
})

tests.run()

// Where a secret must never be in clear: in memory of processes that wait, in what is written on the way, in arguments, in archives.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CONFIRMATION } from '../../src/state/confirmation.ts'
import { findPlaces } from '../../src/system/places.ts'
import { guardProcess } from '../../src/transaction/start-guard.ts'
import { needsCommands } from '../support/packages.ts'
import { foundInMemory } from '../support/process-memory.ts'
import { BIN, must, PROJECT, preloading, Sandbox } from '../support/sandbox.ts'
import { needsRoot } from '../support/skip.ts'
import { stepsOf } from '../support/steps.ts'
import { waitFor } from '../support/wait.ts'
import { IDENTITY, serverWithSecrets, stateWith } from './support.ts'

const nowhere = suite('a secret in clear')
const step = stepsOf(nowhere, needsRoot() ?? needsCommands('age', 'age-keygen', 'restic'))

const VALUES = ['vault-secret-4711', 'token-secret-0815', 'restic-secret-1337']
const box = serverWithSecrets()
const safe = new Sandbox()
const [key, archive] = [join(safe.root, 'key.txt'), join(safe.root, 'site.tar.age')]
const children = new Set<number>()
nowhere.after(() => {
  for (const pid of children) process.kill(pid, 'SIGKILL')
  for (const one of [box, safe]) one.remove()
})

const wall = { GABARIT_WALL: '/bin/true' }
/** The values, and what opens them. */
const all = () => [...VALUES, /AGE-SECRET-KEY-1\S+/.exec(box.read(IDENTITY))?.[0] ?? '']

step('a server with secrets, encrypted', () => {
  box.must('gabarit secrets encrypt')
  box.write('/etc/gabarit/db/configuration/note.json', JSON.stringify({ properties: { token: { secret: true } } }))
  const [vault = '', token = '', restic = ''] = VALUES
  box.must(['config', 'setprop', 'vault', 'Password', vault])
  box.must(['config', 'setprop', 'note', 'token', token])
  box.must('config set DomainName example.org')
  box.must('gabarit initialize-default-databases')
  box.must('signal-event change')
  mkdirSync(box.path('/mnt'))
  box.write('/srv/page', 'page\n')
  box.must(['db', 'backups', 'set', 'nas', 'data', 'Folders', '/srv', 'Repository', '/mnt/restic', 'Password', restic])
  box.must('signal-event change')
  must(['age-keygen', '-o', key])
  box.must(['config', 'set', 'backup', 'service', 'Recipients', must(['age-keygen', '-y', key]).trim()])
  for (const value of VALUES) assert.equal(stateWith(box, value), [])
})

step('memory: not of the guard of a change, nor of the helper of the console', async () => {
  const holder = spawn('sleep', ['60'], { env: { PATH: process.env.PATH, HELD: VALUES[0] }, stdio: 'ignore' })
  children.add(holder.pid ?? 0)
  await waitFor('the control', () => readFileSync(`/proc/${holder.pid}/comm`, 'utf8') === 'sleep\n' || undefined)
  assert.equal(foundInMemory(holder.pid ?? 0, VALUES), VALUES.slice(0, 1), 'a search that finds nothing proves nothing')
  box.must('config setprop note text other')
  box.must('signal-event change --confirm-within 1h', { env: wall })
  const places = findPlaces(PROJECT, { GABARIT_ROOT: box.root })
  const token = CONFIRMATION.read(places)?.token ?? ''
  const guard = await waitFor('the guard', () => guardProcess(places, token))
  const socket = box.path('/helper.sock')
  const env = { ...process.env, GABARIT_ROOT: box.root, GABARIT_SERVICE_MANAGER: 'none' }
  const helper = spawn(join(BIN, 'gabarit'), ['web', 'helper', '--socket', socket, '--stay'], { env, stdio: 'ignore' })
  children.add(helper.pid ?? 0)
  await waitFor('the helper', () => existsSync(socket) || undefined)
  // It has looked at the confirmation more than once.
  await waitFor(
    'a second look of the guard',
    () => box.must('gabarit confirm status').includes('guard: process') || undefined,
  )
  for (const [name, pid] of Object.entries({ guard, helper: helper.pid ?? 0 }))
    assert.equal(foundInMemory(pid, all()), [], name)
  box.must('gabarit confirm')
})

/** A command, and what it writes below gabarit's own folder or in the folder of temporary files; arguments go to `seen`. */
function written(command: readonly string[]): { path: string; data: Buffer }[] {
  const notes = join(safe.root, 'written')
  const temporary = safe.path('/tmp')
  mkdirSync(temporary, { recursive: true })
  safe.write('written', '')
  const env = {
    ...preloading(join(import.meta.dirname, 'written.cjs')),
    GABARIT_TEST_WRITTEN: notes,
    TMPDIR: temporary,
    ...wall,
  }
  box.must(command, { env: { ...env, PATH: `${safe.path('/spy')}:${BIN}:${process.env.PATH}` } })
  const lines = readFileSync(notes, 'utf8').trimEnd().split('\n')
  const all = lines.filter(Boolean).map(line => JSON.parse(line))
  return all
    .map(({ path, data }) => ({ path, data: Buffer.from(data, 'base64') }))
    .filter(({ path }) => [box.path('/var/lib/gabarit'), temporary, safe.root].some(folder => path.startsWith(folder)))
}

step('what commands write on the way, and the arguments of what they start', () => {
  for (const name of ['age', 'restic']) {
    const real = must(['sh', '-c', `command -v ${name}`]).trim()
    safe.write(
      `spy/${name}`,
      `#!/bin/sh\ncat /proc/[0-9]*/cmdline >>${safe.root}/seen 2>/dev/null\nexec ${real} "$@"\n`,
      0o755,
    )
  }
  const line = (text: string) => text.split(' ')
  const commands = [
    ['gabarit', 'backup', archive, '--force'],
    ['gabarit', 'backup', 'verify', archive, '--identity', key],
    line('gabarit backup --data nas'),
    line('config setprop note text again'),
    line('signal-event change'),
    ['gabarit', 'restore', archive, '--identity', key],
    line('config setprop note text third'),
    line('signal-event change --confirm-within 1h'),
    line('gabarit confirm'),
  ]
  const named = new Set<string>()
  for (const command of commands) {
    const found = written(command)
    for (const { path } of found) named.add(path)
    for (const { path, data } of found)
      for (const value of all()) assert.not(data.includes(value), `${command.join(' ')} wrote ${value} into ${path}`)
  }
  for (const name of ['configuration.json', 'confirmation.json', 'history/', 'etc/gabarit/db'])
    assert.ok(
      [...named].some(path => path.includes(name)),
      `${name} is among ${[...named].join('\n')}`,
    )
  const seen = readFileSync(safe.path('seen'))
  assert.ok(seen.includes('--encrypt') && seen.includes('backup'))
  for (const value of all()) assert.not(seen.includes(value), value)
  for (const value of all()) assert.not(readFileSync(archive).includes(value))
  for (const value of VALUES) assert.equal(stateWith(box, value), [])
})

nowhere.run()

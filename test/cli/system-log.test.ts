// What is done reaches the log of the server, secrets taken out. On `/`, in private namespaces, with a real syslogd.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { findCommand, needsCommands } from '../support/packages.ts'
import { must, run } from '../support/sandbox.ts'
import { firstReason, testIf } from '../support/skip.ts'
import { waitFor } from '../support/wait.ts'

const reason = firstReason(enterNamespace('log'), needsCommands('busybox', 'logger', 'mount'))
const log = suite('the log of the server')
const test = (name: string, body: () => Promise<void>) => testIf(log, reason, name, body)
const env = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'none' }
const FILE = '/var/log/messages'

let daemon: ChildProcess | undefined
log.before(() => {
  if (reason !== undefined) return
  // A folder of devices of our own, for its socket only.
  mkdirSync('/run/devices/upper', { recursive: true })
  mkdirSync('/run/devices/work')
  must([
    'mount',
    '-t',
    'overlay',
    '-o',
    'lowerdir=/dev,upperdir=/run/devices/upper,workdir=/run/devices/work',
    'dev',
    '/dev',
  ])
  daemon = spawn(findCommand('busybox') ?? '', ['syslogd', '-n', '-O', FILE], { stdio: 'ignore' })
})
log.after(() => {
  daemon?.kill()
})

test('an event: who, steps that went wrong, the outcome, and no secret', async () => {
  await waitFor('syslogd', () => existsSync('/dev/log'))
  const description = { properties: { password: { secret: true } } }
  outputFileSync('/etc/gabarit/db/configuration/shop.json', JSON.stringify(description))
  outputFileSync('/etc/gabarit/templates/etc/shop', 'word <%= config.shop.word %>\n')
  outputFileSync('/etc/gabarit/events/shop-update/templates2expand/etc/shop', '')
  outputFileSync('/etc/gabarit/events/shop-update/S10say', 'echo the password is geheim123; exit 5\n', { mode: 0o755 })
  must(['config', 'set', 'shop', 'service', 'word', 'one', 'password', 'geheim123'], { env })
  assert.is(run(['signal-event', 'shop-update', 'now'], { env }).status, 1)
  const lines = () => (existsSync(FILE) ? readFileSync(FILE, 'utf8') : '')
  await waitFor('the last line', () => lines().includes('of the history'))
  assert.match(lines(), /daemon\.info gabarit\[\d+\]: signal-event shop-update now by \w+/)
  assert.match(lines(), 'created /etc/shop')
  assert.match(lines(), /daemon\.info gabarit.*S10say: the password is \*{8}/)
  assert.match(lines(), /daemon\.err gabarit.*S10say failed: exit status 5/)
  assert.match(lines(), /shop-update now: failed, entry 1 of the history/)
  assert.not.match(lines(), 'geheim123')
})

test('what is refused, and what only looks', async () => {
  const before = readFileSync(FILE, 'utf8')
  must(['signal-event', '--dry-run', 'shop-update'], { env })
  assert.is(run(['gabarit', 'rollback', '77'], { env }).status, 2)
  const added = () => readFileSync(FILE, 'utf8').slice(before.length)
  await waitFor('the refusal', () => added().includes('the history has no entry 77'))
  assert.match(added(), /gabarit rollback by \w+/)
  assert.not.match(added(), 'signal-event')
})

log.run()

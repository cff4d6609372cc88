// A restore that nobody confirms: with its files and databases, its pins go back.
import { readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { waitFor } from '../support/wait.ts'
import { onSavedServer } from './support.ts'

const { tests, step, server } = onSavedServer('a restore that nobody confirms')

const [HOSTS, LOGS] = ['/etc/hosts', '/etc/logrotate.d/gabarit']
const pins = () => server.must('gabarit pin')
const restore = (window: string) =>
  server.must(['gabarit', 'restore', server.archive, '--confirm-within', window], {
    env: { GABARIT_WALL: '/bin/true' },
  })

step('a server on which one pin of the archive is gone, and another one has another reason', () => {
  server.must(['gabarit', 'pin', HOSTS, '--note', 'as the provider wants it'])
  server.must(['gabarit', 'pin', LOGS, '--note', 'as it was'])
  server.write(HOSTS, '127.0.0.1 pinned\n')
  server.save()
  server.must(['gabarit', 'unpin', HOSTS])
  server.must(['gabarit', 'pin', LOGS, '--note', 'as it is'])
  server.must(['gabarit', 'pin', '/etc/httpd/conf/httpd.conf', '--note', 'not in the archive'])
  server.must(['gabarit', 'restore', HOSTS])
  server.must('signal-event console-save')
})

step('cancelled', () => {
  const [before, hosts] = [pins(), server.read(HOSTS)]
  restore('60s')
  assert.is(server.read(HOSTS), '127.0.0.1 pinned\n')
  assert.match(pins(), /as the provider wants it.*not in the archive.*as it was/s)
  server.must('gabarit confirm cancel')
  assert.is(pins(), before)
  assert.is(server.read(HOSTS), hosts)
})

step('expired; what somebody has pinned meanwhile stays', async () => {
  const hosts = server.read(HOSTS)
  restore('1s')
  await waitFor('the way back', () => !server.exists('/var/lib/gabarit/confirmation.json') || undefined)
  await waitFor('the pins', () => !pins().includes('as the provider wants it') || undefined)
  assert.match(pins(), 'as it is')
  assert.is(server.read(HOSTS), hosts)
  assert.match(server.must('gabarit history'), 'was not confirmed in time')
})

step('expired while its guard was dead: the next backup goes back first', async () => {
  const before = pins()
  restore('60s')
  const guard = () => JSON.parse(server.must('gabarit confirm status --json')).guard ?? undefined
  process.kill(await waitFor<number>('the guard', guard), 'SIGKILL')
  const file = server.path('/var/lib/gabarit/confirmation.json')
  const open = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...open, window: { ...open.window, ends: open.window.opened } }))
  const { status, stderr } = server.run(['gabarit', 'backup', server.path('/later.tar.age')])
  assert.is(status, 0, stderr)
  assert.match(stderr, 'was not confirmed in time and was rolled back. Everything is as it was')
  assert.is(pins(), before)
})

step('confirmed, they stay', () => {
  restore('60s')
  server.must('gabarit confirm')
  assert.match(pins(), /as the provider wants it.*as it was/s)
})

tests.run()

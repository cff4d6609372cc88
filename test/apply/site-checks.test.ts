import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeServer, newestEntry } from '../support/change-server.ts'
import { BIN, type Sandbox } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

const site = suite("the site's own checks")

const check = (box: Sandbox, name: string, script: string, mode = 0o755) =>
  box.write(`/etc/gabarit/checks.d/${name}`, `#!/bin/sh\n${script}\n`, mode)

site('one that is content says nothing; what it prints is a warning; it sees the plan, without secrets', () => {
  const box = changeServer()
  check(box, '10quiet', 'exit 0')
  check(box, '20sees', 'cat > "$GABARIT_ROOT/seen.json"; echo "look at the vault"')
  check(box, '30off', 'exit 1', 0o644)
  const { status, stderr } = box.run('signal-event change')
  assert.is(status, 0, stderr)
  assert.match(stderr, /warning: \S+20sees: look at the vault/)
  assert.not.match(stderr, '10quiet')
  const seen = JSON.parse(box.read('/seen.json'))
  const files = seen.files as { path: string; change: string; template: string; diff: string }[]
  assert.equal(files.map(({ path }) => path).sort(), ['/etc/note', '/etc/vault'])
  assert.equal(seen.notify, ['noted:reload'])
  const note = files.find(({ path }) => path === '/etc/note')
  assert.equal([note?.change, note?.template], ['created', '/etc/note'])
  assert.match(note?.diff ?? '', '+text one')
  assert.not.match(box.read('/seen.json'), 'opensesame')
  const validators = newestEntry(box).validators as string[]
  assert.equal(
    validators.map(path => path.split('/').at(-1)),
    ['10quiet', '20sees'],
  )
  box.remove()
})

site('all refusals at once, exit 3, nothing written, no service touched, and the history says why', () => {
  const box = changeServer()
  check(box, '10no', 'echo "not on a Friday"; exit 1')
  check(box, '20silent', 'exit 7')
  check(box, '30killed', 'kill -9 $$')
  check(box, '40yes', 'exit 0')
  const { status, stdout, stderr } = box.run('signal-event change')
  assert.is(status, 3)
  for (const line of [
    /10no refuses: not on a Friday/,
    /20silent refuses: exit status 7/,
    /30killed refuses: was killed by SIGKILL/,
  ])
    assert.match(stderr, line)
  assert.match(stderr, 'Nothing was changed.')
  assert.not.match(stdout, 'noted')
  for (const path of ['/etc/note', '/etc/vault', '/var/lib/gabarit/manifest.json', '/var/lib/gabarit/journal.json'])
    assert.not(box.exists(path), path)
  assert.not(box.exists('/var/lib/gabarit/pending.json'), 'no adjustment waits for files that were not written')
  const entry = newestEntry(box)
  assert.equal([entry.outcome, entry.paths], ['refused', []])
  assert.match(JSON.stringify(entry.problems), 'not on a Friday')
  box.remove()
})

site('apply and expand-template ask too; a dry run does not', () => {
  const box = changeServer(true)
  check(box, '10no', 'echo "refused by the site"; exit 1')
  box.must('config setprop note text two')
  assert.is(box.run('signal-event --dry-run change').status, 0)
  for (const command of ['expand-template /etc/note', 'gabarit apply']) {
    const { status, stderr } = box.run(command)
    assert.is(status, 3, command)
    assert.match(stderr, 'refused by the site')
  }
  assert.not(box.exists('/etc/note'))
  box.remove()
})

site('two fragments that fail, and all their errors at once', () => {
  const box = changeServer()
  box.must('signal-event change')
  box.write('/etc/gabarit/templates/etc/note', '<%= config.nobody.x %>\n')
  box.write('/etc/gabarit/templates/etc/vault', '<% throw new Error("no vault") %>\n')
  const { status, stderr } = box.run('gabarit apply')
  assert.is(status, 3)
  assert.match(stderr, 'templates/etc/note:1')
  assert.match(stderr, 'templates/etc/vault:1')
  assert.match(stderr, 'Nothing was changed.')
  box.remove()
})

site('twenty changes of properties during an event: none is lost, and what came too late is pending', async () => {
  const box = changeServer()
  box.write(
    '/etc/gabarit/events/change/S10slow',
    '#!/bin/sh\ntouch "$GABARIT_ROOT/started"\nwhile [ ! -e "$GABARIT_ROOT/go" ]; do sleep 0.05; done\n',
    0o755,
  )
  const env = { ...process.env, GABARIT_ROOT: box.root, GABARIT_SERVICE_MANAGER: 'none' }
  const event = spawn(`${BIN}/signal-event`, ['change'], { env, stdio: 'ignore' })
  await waitFor('the event', () => existsSync(box.path('/started')))
  const writers = Array.from({ length: 20 }, (_, index) =>
    spawn(`${BIN}/config`, ['setprop', 'note', `late${index}`, String(index)], { env, stdio: 'ignore' }),
  )
  const ended = writers.map(child => new Promise(resolve => child.on('exit', resolve)))
  assert.equal(
    await Promise.all(ended),
    writers.map(() => 0),
  )
  box.write('/go', '')
  assert.is(await new Promise(resolve => event.on('exit', resolve)), 0)
  for (let index = 0; index < 20; index++) assert.is(box.must(`config getprop note late${index}`), `${index}\n`)
  assert.is(JSON.parse(box.must('config --json log note')).pending.length, 20)
  box.must('signal-event change')
  assert.is(JSON.parse(box.must('config --json log note')).pending.length, 0)
  box.remove()
})

site.run()

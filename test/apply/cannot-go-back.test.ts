// A service does not come up, and what was before cannot be put back. The manager is a script that puts a folder in the way.
import { chmodSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeServer, newestEntry } from '../support/change-server.ts'

const stuck = suite('going back that fails')

const MANAGER = `#!/bin/sh
case $1 in
  status) [ -e "$0.ill" ] && echo "$2 EXITED" || echo "$2 RUNNING" ;;
  start) ;;
  *) touch "$0.ill"; rm -f "$GABARIT_ROOT/etc/note"; mkdir "$GABARIT_ROOT/etc/note" ;;
esac
`

stuck('it says both, and does not claim that nothing was changed', () => {
  const box = changeServer()
  box.must('signal-event change')
  box.must('config setprop note text two')
  chmodSync(box.write('/bin/supervisorctl', MANAGER), 0o755)
  const env = { GABARIT_SERVICE_MANAGER: 'supervisord', PATH: `${box.path('/bin')}:${process.env.PATH}` }
  const signal = new URL('../../bin/signal-event', import.meta.url).pathname
  const { status, stderr } = box.run([signal, 'change'], { env })
  assert.is(status, 1, stderr)
  assert.match(stderr, 'noted does not come up\nand it could not go back: ')
  assert.match(stderr, 'The new files are in force.')
  assert.not.match(stderr, 'Nothing was changed')
  const entry = newestEntry(box)
  assert.is(entry.outcome, 'failed')
  assert.match(String(entry.problems), 'could not go back')
  box.remove()
})

stuck.run()

// A service does not come up, and what was before cannot be put back. The manager is a script that puts a folder in the way.
import { chmodSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeServer, newestEntry } from '../support/change-server.ts'

const stuck = suite('going back that fails')

const MANAGER = `#!/bin/sh
case $1 in
  status) [ -e "$0.ill" ] && echo "$2 EXITED" || echo "$2 RUNNING" ;;
  start | maintail) ;;
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
  assert.match(stderr, 'noted does not come up\nand the rollback failed: ')
  assert.match(stderr, 'The new files are in effect.')
  assert.not.match(stderr, 'Nothing was changed')
  const entry = newestEntry(box)
  assert.is(entry.outcome, 'failed')
  assert.match(String(entry.problems), 'the rollback failed')
  box.remove()
})

/** One service dies of its new files, is started in vain, and then starts with the old ones; another one obeys only once. */
const HALF = `#!/bin/sh
echo "$*" >> "$0.log"
case "$*" in
  'status noted') [ -e "$0.ill" ] && echo 'noted EXITED' || echo 'noted RUNNING' ;;
  status*) echo "$2 RUNNING" ;;
  'start noted') [ -e "$0.tried" ] && rm -f "$0.ill" || touch "$0.tried" ;;
  *other) [ ! -e "$0.asked" ] || [ -e "$0.well" ] || exit 1; touch "$0.asked" ;;
  *noted) [ -e "$0.tried" ] || touch "$0.ill" ;;
esac
`

stuck('a service that cannot be told of the old files is told by the next event', () => {
  const box = changeServer()
  box.must('config set other service status enabled')
  box.must('signal-event change')
  box.write('/etc/gabarit/events/change/services2adjust/other', 'reload\n')
  box.write('/etc/gabarit/events/later/services2adjust/none', '')
  box.must('config setprop note text two')
  const program = box.write('/bin/supervisorctl', HALF, 0o755)
  const env = { GABARIT_SERVICE_MANAGER: 'supervisord', PATH: `${box.path('/bin')}:${process.env.PATH}` }
  const signal = new URL('../../bin/signal-event', import.meta.url).pathname
  const { status, stderr } = box.run([signal, 'change'], { env })
  assert.is(status, 4, stderr)
  assert.match(stderr, 'The next event will try again: other')
  assert.match(box.must('gabarit status'), 'other: reload')
  box.write('/bin/supervisorctl.well', '')
  writeFileSync(`${program}.log`, '')
  assert.is(box.run([signal, 'later'], { env }).status, 0)
  assert.match(box.read('/bin/supervisorctl.log'), 'signal HUP other')
  assert.not.match(box.must('gabarit status'), 'other: reload')
  box.remove()
})

/** One service dies of its new files and is started in vain, until the files are as they were. What is asked is written down. */
const LATE = `#!/bin/sh
echo "$*" >> "$0.log"
case "$*" in
  'status late') [ -e "$0.ill" ] && echo 'late EXITED' || echo 'late RUNNING' ;;
  status*) echo "$2 RUNNING" ;;
  'start late') [ ! -e "$0.tried" ] || rm -f "$0.ill"; touch "$0.tried" ;;
  *late) [ -e "$0.tried" ] || touch "$0.ill" ;;
esac
`

stuck(
  'an event that an action signalled stays, as its own, and waits for its confirmation; what read the files is told',
  () => {
    const box = changeServer()
    box.must('signal-event change')
    box.must('config set late service status enabled')
    box.write('/etc/gabarit/templates/etc/inner', 'inner <%= config.note.text %>\n')
    box.write('/etc/gabarit/templates/etc/inner.template.json', '{"notify": ["late:reload"]}')
    box.write('/etc/gabarit/events/inner/templates2expand/etc/inner', '')
    box.write('/etc/gabarit/events/change/S95inner', '#!/bin/sh\nexec signal-event inner\n', 0o755)
    box.must('config setprop note text two')
    box.write('/bin/supervisorctl', LATE, 0o755)
    const env = { GABARIT_SERVICE_MANAGER: 'supervisord', PATH: `${box.path('/bin')}:${process.env.PATH}` }
    const signal = new URL('../../bin/signal-event', import.meta.url).pathname
    const { status, stderr, stdout } = box.run([signal, 'change', '--confirm-within', '1h'], { env })
    assert.is(status, 4, stderr)
    assert.match(stderr, 'The files of this event were rolled back. Events signalled by its actions are kept')
    assert.match(stderr, 'gabarit show 3')
    assert.equal([box.read('/etc/note'), box.read('/etc/inner')], ['text one\n', 'inner two\n'])
    assert.is(box.read('/bin/supervisorctl.log').split('signal HUP noted').length, 3, 'the new file, and the old one')
    box.must('config setprop note text three')
    const plan = box.must('gabarit diff')
    assert.match(plan, '+inner three')
    assert.not.match(plan, /edited by hand|not generated by gabarit/)
    box.must('config setprop note text two')
    assert.match(stdout, 'rolls back automatically at')
    box.must('gabarit confirm cancel')
    assert.equal([box.read('/etc/note'), box.exists('/etc/inner')], ['text one\n', false])
    assert.is(box.must('config getprop note text'), 'one\n')
    box.remove()
  },
)

stuck.run()

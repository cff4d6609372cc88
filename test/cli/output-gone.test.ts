// Nobody reads what a command says, or it cannot be written: what the command does is done all the same, to its end.
import { existsSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeServer, newestEntry } from '../support/change-server.ts'

const gone = suite('an output that is gone')

gone('a reader that went away does not stop an event half-way', () => {
  const box = changeServer(true)
  // Written to until it is closed for certain.
  const untilClosed = 'trap "" PIPE; while echo x; do :; done 2>/dev/null'
  box.must(['sh', '-c', `(${untilClosed}; signal-event change; echo $? >status) | true`])
  assert.is(box.read('/status'), '0\n')
  assert.is(newestEntry(box).outcome, 'done')
  assert.not(existsSync(box.path('/var/lib/gabarit/event.lock')))
  assert.match(box.must('gabarit status'), 'nothing to do')
  box.remove()
})

gone('a full disk behind standard output: everything is done, and the status says that its words are lost', () => {
  const box = changeServer(true)
  const { status, stderr } = box.run(['sh', '-c', 'signal-event change >/dev/full'])
  assert.is(status, 1, stderr)
  assert.match(stderr, 'cannot write to standard output: no space left on device')
  assert.is(newestEntry(box).outcome, 'done')
  assert.match(box.must('gabarit status'), 'nothing to do')
  box.remove()
})

gone.run()

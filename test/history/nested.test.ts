import { statSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { HistoryEntry, PropertyChange } from '../../src/state/history/entry.ts'
import { Sandbox } from '../support/sandbox.ts'

const nested = suite('events within events, in the history')

/** A server with /etc/x, made by the events `outer`, which has run once, and `inner`; `outer` has an action behind its files. */
function server(action: string): Sandbox {
  const box = new Sandbox()
  box.write('/etc/gabarit/templates/etc/x', 'x <%= config.word %>\n')
  for (const event of ['outer', 'inner']) box.write(`/etc/gabarit/events/${event}/templates2expand/etc/x`, '')
  box.must('config set word 1')
  box.must('signal-event outer')
  box.write('/etc/gabarit/events/outer/S50', `#!/bin/sh\n${action}\n`, 0o755)
  box.must('config set word 2')
  return box
}

const history = (box: Sandbox): HistoryEntry[] => JSON.parse(box.must('gabarit history --json'))

nested('both write one file: going back is going back to before the first of them', () => {
  const box = server('config set word 3\nsignal-event inner')
  box.must('signal-event outer')
  assert.is(box.read('/etc/x'), 'x 3\n')
  assert.equal(
    history(box).map(({ id, args }) => [id, ...args]),
    [
      [3, 'inner'],
      [2, 'outer'],
      [1, 'outer'],
    ],
  )
  const properties = (id: number) => JSON.parse(box.must(['gabarit', 'show', String(id), '--json'])).properties
  assert.equal(
    [2, 3].map(id => properties(id).map((change: PropertyChange) => [change.key, change.old, change.new])),
    [[['word', '1', '2']], [['word', '2', '3']]],
  )
  assert.not.match(box.must('gabarit status'), 'properties changed')
  box.must('gabarit rollback 1')
  assert.equal([box.read('/etc/x'), box.must('config get word')], ['x 1\n', '1\n'])
  box.must('gabarit rollback 2')
  assert.equal([box.read('/etc/x'), box.must('config get word')], ['x 2\n', '2\n'])
  box.remove()
})

nested('the time of an entry is that of its beginning, before any action', () => {
  const box = server(':')
  // The time of a file comes from a coarser clock, which may be some milliseconds behind.
  box.write('/etc/gabarit/events/outer/S01', '#!/bin/sh\nsleep 0.1\ntouch "$GABARIT_ROOT/acted"\n', 0o755)
  box.must('signal-event outer')
  assert.ok(Date.parse(history(box)[0]?.time ?? '') <= statSync(box.path('/acted')).mtimeMs)
  box.remove()
})

nested('pruning in an action leaves what its own event needs', () => {
  const box = server('gabarit prune --keep 100')
  box.must('signal-event outer')
  box.must('gabarit rollback')
  assert.is(box.read('/etc/x'), 'x 1\n')
  box.remove()
})

nested('an action starts several at once: one after the other, each with its entry, and nothing is lost', () => {
  const names = ['a', 'b', 'c', 'd']
  const box = server(`${names.map(name => `signal-event ${name} &`).join('\n')}\nwait`)
  for (const name of names) {
    box.write(`/etc/gabarit/templates/etc/${name}`, `${name} <%= config.word %>\n`)
    box.write(`/etc/gabarit/events/${name}/templates2expand/etc/${name}`, '')
    // An action of its own that signals one more.
    box.write(`/etc/gabarit/events/${name}/S60`, '#!/bin/sh\nexec signal-event inner\n', 0o755)
  }
  box.must('signal-event outer')
  for (const name of names) assert.is(box.read(`/etc/${name}`), `${name} 2\n`)
  assert.equal(
    history(box)
      .map(({ args }) => args[0])
      .sort(),
    [...names, 'outer', 'outer'],
  )
  box.must('gabarit rollback 1')
  for (const name of names) assert.not(box.exists(`/etc/${name}`))
  box.remove()
})

nested.run()

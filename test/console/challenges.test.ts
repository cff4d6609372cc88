// What passkeys are asked to sign.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Challenges } from '../../src/console/access/challenges.ts'

const challenges = suite('challenges')

challenges('one works once, for its purpose and its time', () => {
  const open = new Challenges()
  const purpose = ['session', 'gabarit', 'apply', '--plan', 'a']
  const used = open.make(purpose)
  assert.equal([open.use(used, purpose), open.use(used, purpose)], [true, false])
  for (const other of [['session', 'gabarit', 'apply', '--plan', 'b'], ['session', 'gabarit,apply', '--plan', 'a'], []])
    assert.not(open.use(open.make(purpose), other), other.join(' '))
  assert.not(open.use(open.make(purpose, 0), purpose, 10 * 60_000), 'too late')
  assert.not(open.use('guessed', purpose))
  assert.is.not(open.make(purpose), open.make(purpose))
})

challenges('those that nobody uses do not pile up: the oldest is forgotten', () => {
  const open = new Challenges()
  const made = Array.from({ length: 1001 }, () => open.make(['login']))
  assert.equal(
    [made[0] ?? '', made[1] ?? ''].map(one => open.use(one, ['login'])),
    [false, true],
  )
})

challenges.run()

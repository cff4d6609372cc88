// What the leader of a fleet does next: the rules of a roll-out, without a store.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { resumed } from '../../src/modules/fleet/rollout/rollout.ts'
import { NEW, WELL } from '../../src/modules/fleet/rollout/status.ts'
import { wavesOf } from '../../src/modules/fleet/rollout/waves.ts'
import { ImaginedFleet, MINUTE, RELEASE } from './imagined-fleet.ts'

const tests = suite('the steps of a roll-out')

const threeWaves = () => new ImaginedFleet([['a'], ['b'], ['c', 'd']])

tests('one wave after the other: each when all before it are confirmed, and well through the soak', () => {
  const fleet = threeWaves()
  assert.equal(fleet.run(), ['a'])
  fleet.take('a')
  assert.equal(fleet.run(), [], 'the soak is not over')
  fleet.pass(1, 'a', 'b', 'c', 'd')
  assert.equal(fleet.run(), ['b'])
  fleet.take('b')
  fleet.pass(1, 'a', 'b', 'c', 'd')
  assert.equal(fleet.run(), ['c', 'd'])
  fleet.take('c')
  fleet.pass(1, 'a', 'b', 'c', 'd')
  assert.equal(fleet.step(), { do: 'wait', for: ['d'] })
  fleet.take('d')
  fleet.pass(1, 'a', 'b', 'c', 'd')
  fleet.run()
  assert.is(fleet.rollout.state, 'done')
})

tests('only so many hosts change at the same time; one that has confirmed makes room', () => {
  const fleet = new ImaginedFleet([['a', 'b', 'c', 'd']], { atOnce: 2 })
  assert.equal(fleet.run(), ['a', 'b'])
  fleet.take('a')
  assert.equal(fleet.run(), ['c'])
  fleet.take('b', 'c')
  assert.equal(fleet.run(), ['d'])
})

tests('time alone proves nothing: a host must have said at the end of the soak that it is well', () => {
  const fleet = threeWaves()
  fleet.run()
  fleet.take('a')
  fleet.pass(2, 'b', 'c', 'd')
  assert.equal(fleet.step(), { do: 'wait', for: ['a'] })
})

tests('a canary that went back halts the rest, with its reason', () => {
  const fleet = threeWaves()
  fleet.run()
  fleet.goBack('a', 'httpd does not run')
  assert.equal(fleet.run(), [])
  const { state, reason, wave } = fleet.rollout
  assert.equal({ state, reason, wave }, { state: 'halted', reason: 'a went back: httpd does not run', wave: 0 })
})

tests('two hosts at once are both named', () => {
  const fleet = new ImaginedFleet([['a', 'b', 'c'], ['d']])
  fleet.run()
  fleet.take('b')
  fleet.goBack('a', 'one')
  fleet.say('c', { release: RELEASE, attempt: 1, state: 'refused', reason: 'other' })
  fleet.run()
  assert.is(fleet.rollout.reason, 'a went back: one; c refused release 7: other')
})

tests('a host that is ill after it has confirmed halts the rest', () => {
  const fleet = threeWaves()
  fleet.run()
  fleet.take('a')
  fleet.say('a', { health: 'sshd does not run' })
  fleet.run()
  assert.is(fleet.rollout.reason, 'a is not well: sshd does not run')
})

tests('one that is ill before its wave opens halts nothing yet', () => {
  const fleet = threeWaves()
  fleet.say('d', { health: 'sshd does not run' })
  assert.equal(fleet.run(), ['a'])
  assert.is(fleet.rollout.state, 'running')
})

tests('a silent host halts the rest after three intervals, if its wave is open', () => {
  const fleet = threeWaves()
  fleet.run()
  fleet.pass(3, 'a', 'b')
  fleet.run()
  assert.is(fleet.rollout.state, 'running', 'c and d are not asked yet')
  fleet.pass(3, 'b')
  fleet.run()
  assert.is(fleet.rollout.state, 'running', 'not more than three intervals')
  fleet.pass(1, 'b')
  fleet.run()
  assert.is(fleet.rollout.reason, 'a has been silent for 4 min')
})

tests('what happened while the controller was away does not count as silence, and the soak begins anew', () => {
  const fleet = threeWaves()
  fleet.run()
  fleet.take('a')
  fleet.now += 10 * MINUTE
  fleet.comeBack()
  fleet.say('a', {})
  assert.equal(fleet.step(), { do: 'wait', for: ['a'] })
  fleet.pass(1, 'a', 'b', 'c', 'd')
  assert.equal(fleet.run(), ['b'])
})

tests('a host that reports but never takes the order halts the rest in the end', () => {
  const fleet = threeWaves()
  fleet.run()
  fleet.pass(13, 'a', 'b', 'c', 'd')
  fleet.run()
  assert.is(fleet.rollout.state, 'running')
  fleet.pass(1, 'a', 'b', 'c', 'd')
  fleet.run()
  assert.is(fleet.rollout.reason, 'a has not confirmed release 7 within 13 min')
})

tests('resumed: those that went back try again with the next attempt, the others are left alone', () => {
  const fleet = new ImaginedFleet([['a', 'b'], ['c']])
  fleet.run()
  fleet.take('b')
  fleet.goBack('a', 'httpd does not run')
  fleet.run()
  fleet.rollout = resumed(fleet.rollout)
  fleet.placed.clear()
  assert.equal(fleet.run(), ['a'])
  assert.is(fleet.rollout.state, 'running', 'the former attempt no longer counts')
  fleet.take('a')
  fleet.pass(1, 'a', 'b', 'c')
  assert.equal(fleet.run(), ['c'])
})

tests('resumed without a host: it is not asked, and not waited for', () => {
  const fleet = new ImaginedFleet([['a', 'b'], ['c']])
  fleet.run()
  fleet.take('b')
  fleet.pass(4, 'b', 'c')
  fleet.run()
  assert.is(fleet.rollout.reason, 'a has been silent for 4 min')
  fleet.rollout = resumed(fleet.rollout, new Set(['a']))
  fleet.placed.clear()
  assert.equal(fleet.run(), ['c'])
})

tests('halted by hand: nothing is placed any more', () => {
  const fleet = threeWaves()
  fleet.rollout = { ...fleet.rollout, state: 'halted', reason: 'by alice' }
  assert.equal(fleet.run(), [])
})

tests('a host that left during its wave does not count; one that joined waits for the next release', () => {
  const fleet = threeWaves()
  fleet.run()
  fleet.members.delete('a')
  fleet.members.add('new')
  assert.equal(fleet.run(), ['b'])
})

tests('an empty fleet is done at once', () => {
  const fleet = threeWaves()
  fleet.members.clear()
  assert.equal(fleet.run(), [])
  assert.is(fleet.rollout.state, 'done')
})

tests('a host that says it has another release is not done with this one', () => {
  const fleet = threeWaves()
  fleet.run()
  fleet.say('a', { at: 9, release: 9, attempt: 1, state: 'confirmed' })
  assert.equal(fleet.step(), { do: 'wait', for: ['a'] })
  fleet.say('a', { release: 7, attempt: 1, state: 'refused', reason: 'release 7 is older than 9' })
  fleet.run()
  assert.is(fleet.rollout.reason, 'a refused release 7: release 7 is older than 9')
})

const rank = (groups: string[] = [], controller = false) => ({ groups, controller })

tests('waves: the canaries, a tenth of the rest, the rest; a controller comes last', () => {
  const hosts = Array.from({ length: 21 }, (_, number) => `h${String(number).padStart(2, '0')}`)
  const members = new Map(hosts.map(name => [name, rank()]))
  members.set('a', rank(['web'], true)).set('z', rank(['web', 'canary']))
  const [canaries, tenth, rest] = wavesOf(members)
  assert.equal(canaries, ['z'])
  assert.equal(tenth, ['h00', 'h01', 'h02'])
  assert.is(rest?.length, 19)
  assert.is(rest?.at(-1), 'a')
})

tests('waves without a group of canaries: the first host that is no controller', () => {
  assert.equal(wavesOf(new Map([['a', rank([], true)]])), [['a']])
  const two = new Map([
    ['a', rank([], true)],
    ['b', rank()],
  ])
  assert.equal(wavesOf(two), [['b'], ['a']])
  assert.equal(wavesOf(new Map()), [])
})

tests('well is one word', () => assert.is(NEW.health, WELL))

tests.run()

// The gateway is killed in the middle of many logouts: what it had answered has happened, and nobody else is affected.
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BIN } from '../support/sandbox.ts'
import { BareGate } from './bare-gate.ts'

const tests = suite('a gateway that is killed')

const COUNT = 100
/** After so many answers of a start it is killed. */
const KILLS = [1, 10, 20, 30]

const gate = new BareGate(join(BIN, 'gabarit'))
tests.after(() => gate.remove())

tests('no session whose logout was answered answers again, and the others go on', async () => {
  const users = Array.from({ length: COUNT }, (_, number) => `user${number}`)
  const tokens = gate.fill([...users, 'bystander'])
  const [bystander = ''] = tokens.splice(COUNT)
  const answered = new Set<number>()

  /** The statuses of these sessions. */
  const statuses = (numbers: Iterable<number>) =>
    Promise.all(Array.from(numbers, number => gate.check(tokens[number] ?? '')))
  /** Sends the logouts that have had no answer, all at once. */
  const logOut = async (most: number) => {
    let answers = 0
    const open = Array.from(users.keys()).filter(number => !answered.has(number))
    const sent = open.map(async number => {
      const { status } = await gate.logout(gate.logoutMessage(`user${number}`))
      assert.is(status, 200)
      answered.add(number)
      if (++answers === most) await gate.kill()
    })
    const results = await Promise.allSettled(sent)
    for (const result of results) if (result.status === 'rejected') assert.match(String(result.reason.code), /^E/)
  }

  for (const most of KILLS) {
    await gate.start()
    await logOut(most)
    assert.ok(answered.size < COUNT, `killed too late: ${answered.size} were answered`)
    await gate.start()
    assert.equal(new Set(await statuses(answered)), new Set([401]), `after ${answered.size} answers`)
    assert.is(await gate.check(bystander), 200)
    await gate.kill()
  }
  await gate.start()
  await logOut(COUNT + 1)
  assert.is(answered.size, COUNT)
  await gate.kill()
  await gate.start()
  assert.equal(new Set(await statuses(users.keys())), new Set([401]))
  assert.is(await gate.check(bystander), 200)
})

tests.run()

// The arithmetic of the limits, against a second implementation that counts tokens, at random and at the edges.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LIMITS, type Limit, levelOf } from '../../src/modules/letsencrypt/ledger/limits.ts'
import { random } from '../support/random.ts'

const bucket = suite('the bucket of a limit')
const START = Date.UTC(2026, 10, 1)
const HOUR = 3600 * 1000

/** Tokens that come back little by little, in fractions without rounding. */
class Tokens {
  readonly #limit: Limit
  /** Tokens times the period in milliseconds. */
  #content: bigint
  #time = START

  constructor(limit: Limit) {
    this.#limit = limit
    this.#content = this.#full
  }

  get #period(): bigint {
    return BigInt(this.#limit.seconds) * 1000n
  }

  get #full(): bigint {
    return BigInt(this.#limit.count) * this.#period
  }

  allows(now: number): boolean {
    return this.#at(now) >= this.#period
  }

  use(now: number): void {
    this.#content = this.#at(now) - this.#period
    this.#time = now
  }

  #at(now: number): bigint {
    const filled = this.#content + BigInt(now - this.#time) * BigInt(this.#limit.count)
    return filled > this.#full ? this.#full : filled
  }
}

for (const [mode, limits] of Object.entries(LIMITS))
  for (const [name, limit] of Object.entries(limits))
    bucket(`${mode} ${name}: the same answers as counting tokens, and exact times`, () => {
      const next = random(limit.count + limit.seconds)
      const interval = (limit.seconds * 1000) / limit.count
      const tokens = new Tokens(limit)
      const times: number[] = []
      let now = START
      for (let step = 0; step < 400; step++) {
        // Mostly in haste, so that the bucket is empty now and then; sometimes after a long rest.
        now += Math.round(next() * interval * (next() < 0.02 ? limit.count : 1.4))
        const { used, freeAt } = levelOf(times, limit, now)
        assert.is(freeAt === undefined, tokens.allows(now), `step ${step}: ${used} used`)
        if (freeAt === undefined) {
          times.push(now)
          tokens.use(now)
          continue
        }
        assert.is(used, limit.count)
        assert.not(tokens.allows(freeAt - 1), `step ${step}: too late`)
        assert.ok(tokens.allows(freeAt), `step ${step}: too early`)
        assert.ok(levelOf(times, limit, freeAt - 1).freeAt !== undefined)
        assert.is(levelOf(times, limit, freeAt).freeAt, undefined)
      }
      assert.ok(times.length > 100)
    })

bucket('five certificates at once: the next one a fifth of a week later, to the millisecond', () => {
  const limit = LIMITS.production['exact-set']
  const times = [START, START, START, START, START]
  const free = START + (7 * 24 * HOUR) / 5
  assert.equal(levelOf(times, limit, START), { used: 5, freeAt: free })
  assert.equal(levelOf(times, limit, free - 1), { used: 5, freeAt: free })
  assert.equal(levelOf(times, limit, free), { used: 4, freeAt: undefined })
  assert.equal(levelOf(times, limit, START + 7 * 24 * HOUR - 1), { used: 1, freeAt: undefined })
  assert.equal(levelOf(times, limit, START + 7 * 24 * HOUR), { used: 0, freeAt: undefined })
})

bucket('the order of the uses does not matter; one that lies ahead counts as now', () => {
  const limit = LIMITS.production.failures
  const times = [START + 5, START, START + 60_000, START + 3]
  const now = START + 100_000
  assert.equal(levelOf(times.toReversed(), limit, now), levelOf(times, limit, now))
  assert.equal(levelOf([...times, now + HOUR], limit, now), levelOf([...times, now], limit, now))
})

bucket('more uses than there may be leave nothing, not less', () => {
  const { used, freeAt } = levelOf(Array(9).fill(START), LIMITS.production.failures, START)
  assert.is(used, 5)
  assert.is(freeAt, START + (5 * HOUR) / 5)
})

bucket.run()

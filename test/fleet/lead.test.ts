// A leader carries a roll-out out, step by step; whoever follows it goes on where it stopped.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Leader } from '../../src/modules/fleet/rollout/lead.ts'
import type { Rollout } from '../../src/modules/fleet/rollout/rollout.ts'
import { readSilent } from '../../src/modules/fleet/rollout/silent.ts'
import { NEW, type Status } from '../../src/modules/fleet/rollout/status.ts'
import { LEADER_KEY, memberKey, orderKey, ROLLOUT_KEY, statusKey } from '../../src/modules/fleet/store/keys.ts'
import type { Change, Compared } from '../../src/modules/fleet/store/store.ts'
import { waitFor } from '../support/wait.ts'
import { MemoryStore } from './memory-store.ts'

const tests = suite('the leader of a fleet')

const RELEASE = 3
const HOSTS = ['a', 'b', 'c', 'd', 'e']
const WAVES = [['a'], ['b'], ['c', 'd', 'e']]

/** A store that counts, and that a leader loses at some commit: what it sent then may have arrived, or not. */
class CountingStore extends MemoryStore {
  commits = 0
  loseAt = Number.POSITIVE_INFINITY
  arrives = true
  /** Called instead of the answer, once. */
  lost: () => void = () => {}
  readonly rollouts: Rollout[] = []

  override async commit(compare: readonly Compared[], changes: readonly Change[]): Promise<boolean> {
    const ofLeader = compare.some(({ key }) => key === LEADER_KEY)
    if (ofLeader && ++this.commits === this.loseAt) {
      if (this.arrives) await this.#note(compare, changes)
      this.lost()
      return new Promise(() => {})
    }
    return this.#note(compare, changes)
  }

  async #note(compare: readonly Compared[], changes: readonly Change[]): Promise<boolean> {
    const done = await super.commit(compare, changes)
    for (const change of changes)
      if (done && change.key === ROLLOUT_KEY && 'value' in change) this.rollouts.push(JSON.parse(change.value))
    return done
  }
}

const start: Rollout = {
  ...{
    release: RELEASE,
    attempt: 1,
    waves: WAVES,
    wave: 0,
    state: 'running',
    reason: '',
    soak: 0,
    within: 60,
    atOnce: 50,
  },
}

/** Hosts that take what is ordered, and say so. @param goesBack one that does not */
function takers(store: MemoryStore, goesBack?: string): AbortController {
  const ended = new AbortController()
  const take = async (host: string) => {
    const order = await store.get(orderKey(host))
    if (order === undefined) return
    const { release, attempt } = JSON.parse(order.value)
    const well = { at: release, state: 'confirmed' } as const
    const back = { state: 'went back', reason: 'httpd does not run' } as const
    await say(store, host, { release, attempt, ...(host === goesBack ? back : well) })
  }
  for (const host of HOSTS) void store.watch(orderKey(host), () => void take(host), ended.signal)
  return ended
}

async function say(store: MemoryStore, host: string, more: Partial<Status>): Promise<void> {
  await store.commit([], [{ key: statusKey(host), value: JSON.stringify({ ...NEW, ...more }) }])
}

async function fleet(store: MemoryStore): Promise<void> {
  for (const host of HOSTS) {
    await store.commit([], [{ key: memberKey(host), value: '{}' }])
    await say(store, host, {})
  }
  await store.commit([], [{ key: ROLLOUT_KEY, value: JSON.stringify(start) }])
}

/** A leader, until it is ended. */
async function lead(store: MemoryStore, told: string[] = [], interval = 60_000) {
  await store.commit([], [{ key: LEADER_KEY, value: 'me' }])
  const revision = (await store.get(LEADER_KEY))?.revision ?? 0
  const end = new AbortController()
  const term = { fence: { key: LEADER_KEY, revision }, signal: end.signal }
  const orderOf = async (host: string, { release, attempt }: Rollout) => JSON.stringify({ host, release, attempt })
  const leader = new Leader(store, term, {
    ...{ orderOf, interval: () => interval, tell: text => told.push(text), certificateFor: async () => '' },
    rollouts: {
      read: entry => entry && { rollout: JSON.parse(entry.value), revision: entry.revision },
      text: rollout => JSON.stringify(rollout),
    },
    reportsOf: entries =>
      new Map(
        [...entries].map(([host, { value, revision }]) => [
          host,
          { status: JSON.parse(value), revision, count: revision, request: '' },
        ]),
      ),
  })
  return { end: () => end.abort(), ended: leader.lead() }
}

const stateOf = async (store: MemoryStore): Promise<Rollout> => JSON.parse((await store.get(ROLLOUT_KEY))?.value ?? '')

tests('all waves, one after the other', async () => {
  const store = new CountingStore()
  await fleet(store)
  const told: string[] = []
  const hosts = takers(store)
  const { end, ended } = await lead(store, told)
  await waitFor('the end', async () => (await stateOf(store)).state === 'done')
  end()
  await ended
  hosts.abort()
  assert.equal(
    store.rollouts.map(({ wave, state }) => `${wave} ${state}`),
    ['0 running', '1 running', '2 running', '2 done'],
  )
  assert.equal(told, ['release 3: wave 2 of 3', 'release 3: wave 3 of 3', 'release 3 is everywhere'])
})

tests('one that went back halts the rest: nobody else has an order', async () => {
  const store = new CountingStore()
  await fleet(store)
  const hosts = takers(store, 'b')
  const { end, ended } = await lead(store)
  const { reason } = await waitFor('the halt', async () => {
    const rollout = await stateOf(store)
    return rollout.state === 'halted' && rollout
  })
  end()
  await ended
  hosts.abort()
  assert.is(reason, 'b went back: httpd does not run')
  for (const host of ['c', 'd', 'e']) assert.is(await store.get(orderKey(host)), undefined)
})

tests(
  'killed at any commit, whether it arrived or not: the next leader goes on, and no step is made twice',
  async () => {
    for (const arrives of [true, false])
      for (let kill = 1; ; kill++) {
        const store = new CountingStore()
        await fleet(store)
        store.loseAt = kill
        store.arrives = arrives
        const killed = new Promise<string>(resolve => {
          store.lost = () => resolve('killed')
        })
        const hosts = takers(store)
        const first = await lead(store)
        const done = waitFor('the end', async () => (await stateOf(store)).state === 'done')
        const how = await Promise.race([killed, done.then(() => 'done')])
        if (how === 'done') {
          first.end()
          hosts.abort()
          assert.ok(kill > 6, `only ${kill} commits`)
          break
        }
        const next = await lead(store)
        await done
        first.end()
        next.end()
        await next.ended
        hosts.abort()
        const steps = store.rollouts.map(({ wave, state }) => `${wave} ${state}`)
        assert.equal(steps, ['0 running', '1 running', '2 running', '2 done'], `killed at commit ${kill}`)
      }
  },
)

tests('one whose term has ended without its knowing it changes nothing', async () => {
  const store = new CountingStore()
  await fleet(store)
  const old = await lead(store)
  await store.commit([], [{ key: LEADER_KEY, value: 'other' }])
  const hosts = takers(store)
  const before = store.rollouts.length
  for (const host of HOSTS) await say(store, host, { at: RELEASE, release: RELEASE, state: 'confirmed' })
  await waitFor('several tries', () => store.commits > 3)
  old.end()
  await old.ended
  hosts.abort()
  assert.is(store.rollouts.length, before)
})

tests('silent hosts are noted for those who look once', async () => {
  const store = new CountingStore()
  await fleet(store)
  const hosts = takers(store)
  const { end, ended } = await lead(store, [], 1)
  const silent = await waitFor('the note', async () => {
    const found = await readSilent(store)
    return Object.keys(found).length === HOSTS.length && found
  })
  assert.ok(Math.abs(Date.now() - Date.parse(silent.a ?? '')) < 60_000)
  end()
  await ended
  hosts.abort()
})

tests.run()

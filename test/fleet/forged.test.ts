// Somebody has taken over the store of a fleet: roll-outs and reports that are not genuine, or old ones, are refused and told.
import { createPublicKey } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { identityFile, newIdentity, recipientIn } from '../../src/archive/identity.ts'
import { seal } from '../../src/archive/sealed.ts'
import { newKey, newSigningKey, publicSigner } from '../../src/modules/fleet/authority.ts'
import { addressesText, takeAddresses } from '../../src/modules/fleet/cluster/addresses.ts'
import { ReportCount } from '../../src/modules/fleet/host/report-count.ts'
import { FLEET_FILES, fleetFile, fleetState, MEMBER_FILE } from '../../src/modules/fleet/member.ts'
import { memberChange } from '../../src/modules/fleet/members.ts'
import { adopt } from '../../src/modules/fleet/release/adopt.ts'
import { decide } from '../../src/modules/fleet/rollout/decide.ts'
import { type Observed, observe } from '../../src/modules/fleet/rollout/observed.ts'
import { readReports, reportText } from '../../src/modules/fleet/rollout/reports.ts'
import type { Rollout } from '../../src/modules/fleet/rollout/rollout.ts'
import { Rollouts } from '../../src/modules/fleet/rollout/rollouts.ts'
import { NEW, type Status } from '../../src/modules/fleet/rollout/status.ts'
import { addressesKey, statusKey } from '../../src/modules/fleet/store/keys.ts'
import { findPlaces } from '../../src/system/places.ts'
import { PROJECT } from '../support/sandbox.ts'
import { MemoryStore } from './memory-store.ts'

const tests = suite('a store that was taken over')
const root = mkdtempSync(join(tmpdir(), 'gabarit-forged-'))
tests.after(() => rmSync(root, { recursive: true }))

const places = findPlaces(PROJECT, {}, root)
fleetState(places).write(FLEET_FILES.signing, newSigningKey())
const member = { fleet: 'shops', signer: publicSigner(places) }

const running: Rollout = {
  ...{
    release: 3,
    attempt: 1,
    waves: [['a'], ['b', 'c']],
    wave: 0,
    state: 'running',
    reason: '',
    soak: 0,
    within: 60,
    atOnce: 9,
  },
}

let revision = 0
const entry = (value: string) => ({ key: '', value, revision: ++revision })
const refused = (work: () => unknown) => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return String(error)
  }
}

tests('a roll-out that a controller did not sign opens no wave', () => {
  const rollouts = new Rollouts(places, member)
  const text = rollouts.text(running)
  assert.equal(rollouts.read(entry(text))?.rollout, running)
  const opened = text.replace('\\"wave\\":0', '\\"wave\\":1')
  assert.is.not(opened, text)
  const NOT_SIGNED = /the roll-out is not signed by the controllers of this fleet, or was altered/
  assert.match(
    refused(() => rollouts.read(entry(opened))),
    NOT_SIGNED,
  )
  assert.match(
    refused(() => rollouts.read(entry(JSON.stringify({ ...running, wave: 1 })))),
    /is damaged/,
  )
  const other = new Rollouts(places, { ...member, fleet: 'other' })
  assert.match(
    refused(() => rollouts.read(entry(other.text(running)))),
    /is for the fleet other, not shops/,
  )
})

tests('one that was there before is not put back, also for another process', () => {
  const rollouts = new Rollouts(places, member)
  const before = rollouts.text(running)
  rollouts.read(entry(before))
  const after = rollouts.text({ ...running, state: 'halted', reason: 'by root' })
  // Written by somebody who did not succeed: it does not count until it stands in the store.
  rollouts.text(running)
  rollouts.read(entry(after))
  assert.match(
    refused(() => rollouts.read(entry(before))),
    /is older than one that was there/,
  )
  assert.match(
    refused(() => new Rollouts(places, member).read(entry(before))),
    /is older than one that was there/,
  )
  assert.is(new Rollouts(places, member).read(entry(after))?.rollout.state, 'halted')
})

const keys = { a: newKey(), b: newKey() }
const publicOf = (key: string) => createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
const members = new Map(Object.entries(keys).map(([host, key]) => [host, { key: publicOf(key) }]))
const say = (host: 'a' | 'b', count: number, more: Partial<Status> = {}, fleet = 'shops') =>
  reportText({ fleet, host, count, status: { ...NEW, ...more }, request: '' }, keys[host])
const read = (text: string) => readReports(new Map([['a', entry(text)]]), members, 'shops')

tests('a report counts only if the host itself has signed it', () => {
  const text = say('a', 1, { health: 'httpd does not run' })
  assert.is(read(text).get('a')?.status?.health, 'httpd does not run')
  // A terminal obeys nothing of it.
  assert.is(read(say('a', 1, { health: 'ill\x1b[2J\nagain' })).get('a')?.status?.health, 'ill\\x1b[2J\nagain')
  for (const forged of [text.replace('httpd does not run', 'well'), say('b', 2), say('a', 2, {}, 'other'), '{}', ''])
    assert.is(read(forged).get('a')?.status, undefined, forged)
  const unknown = readReports(new Map([['c', entry(text)]]), members, 'shops')
  assert.is(unknown.size, 0)
})

/** What the leader decides after these texts stood in the store, one after the other. */
function decided(...texts: readonly string[]) {
  let observed: ReadonlyMap<string, Observed> = new Map()
  for (const text of texts) observed = observe(observed, read(text), ['a'], 1000)
  const decision = decide({ rollout: running, observed, placed: new Map([['a', 1000]]), interval: 60_000, now: 1000 })
  return decision.do === 'change' ? decision.rollout.reason : decision.do
}

const ill = { at: 3, release: 3, attempt: 1, state: 'went back', reason: 'httpd does not run' } as const
const fine = { ...ill, state: 'confirmed', reason: '' } as const

tests('a forged report, or one that was there before, halts the roll-out, and says why', () => {
  assert.is(decided(say('a', 1), say('a', 2, fine)), '')
  const CHANGED = 'a reports what it has not said, or said before: somebody has changed the store'
  assert.is(decided(say('a', 1), say('b', 2, fine)), CHANGED)
  assert.is(decided(say('a', 1, fine), say('a', 2, ill), say('a', 1, fine)), CHANGED)
  assert.is(decided(say('a', 1, fine), say('a', 2, ill)), 'a went back: httpd does not run')
})

tests('the numbers of reports only grow, also after a restart and with a clock that was set back', () => {
  const first = new ReportCount(places)
  const numbers = [first.next(10_000_000), first.next(9_000_000), first.next(10_000_005)]
  const second = new ReportCount(places)
  numbers.push(second.next(5000), second.next(6000), second.next(99_000_000))
  assert.equal(
    numbers,
    numbers.toSorted((a, b) => a - b),
  )
  assert.is(new Set(numbers).size, numbers.length)
})

tests(
  'a list of addresses that was there before is not put back, also if the one after it said nothing new',
  async () => {
    const [one, two] = ['https://192.0.2.1:2379', 'https://192.0.2.2:2379']
    const joined = { host: 'a', controller: false, endpoints: [one, two], user: 'host-a', password: 'secret' }
    MEMBER_FILE.write(places, { ...member, ...joined })
    const store = new MemoryStore()
    const take = async (number: number, ...endpoints: string[]) => {
      const value = addressesText({ fleet: 'shops', number, endpoints }, fleetFile(places, 'signing'))
      await store.commit([], [{ key: addressesKey('a'), value }])
      return takeAddresses(store, places).catch(String)
    }
    assert.is(await take(2, one, two), false)
    assert.match(String(await take(1, one)), /the list of addresses is older than one that was there/)
    assert.equal(MEMBER_FILE.read(places)?.endpoints, [one, two])
    assert.is(await take(3, two), true)
    assert.equal(MEMBER_FILE.read(places)?.endpoints, [two])
  },
)

tests('what a host reports as changed there reaches no database but those of the fleet for it', async () => {
  const reading = await newIdentity()
  fleetState(places).write(FLEET_FILES.reading, identityFile(reading))
  fleetState(places).write(FLEET_FILES.authorityKey, newKey())
  MEMBER_FILE.write(places, { ...member, host: 'gate', controller: true, endpoints: [], user: '', password: '' })
  const store = new MemoryStore()
  const host = {
    recipient: 'age1',
    key: publicOf(keys.a),
    groups: [],
    controller: false,
    joined: '2026-01-01T00:00:00Z',
  }
  await store.commit([], [memberChange(places, 'a', host)])
  const adopted = async (found: unknown) => {
    const data = Buffer.from(JSON.stringify(found))
    const recipients = [recipientIn(identityFile(reading)) ?? '']
    const drift = Buffer.from(await seal([{ name: 'drift.json', data }], { recipients })).toString('base64')
    await store.commit([], [{ key: statusKey('a'), value: say('a', 5, { drift }) }])
    const invocation = { args: ['a'], places, flag: () => false, answer: () => 0 }
    return adopt(invocation, store).catch(String)
  }
  const place = { key: 'admin', type: 'user', property: null, fleet: '', value: 'user', from: 'host a' }
  const what = (database: string) => ({ values: [{ ...place, database }], files: [] })
  for (const bad of [what('../../../../db/accounts'), what(join(root, 'accounts.json')), { values: 'all' }, 'nothing'])
    assert.match(String(await adopted(bad)), /^Failure: what a reports is damaged/)
  assert.equal(readdirSync(root), ['var'])
  assert.not.ok(existsSync(join(root, 'var/lib/gabarit/db')))
  assert.is(await adopted(what('accounts')), 0)
})

tests.run()

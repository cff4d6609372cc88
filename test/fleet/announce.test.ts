// The leader tells hosts where the store is, and its log what keeps it from that.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Failure } from '../../src/base/failure.ts'
import { keepHostsInformed } from '../../src/modules/fleet/cluster/announce.ts'
import { MEMBER_FILE } from '../../src/modules/fleet/member.ts'
import { LEADER_KEY, memberKey } from '../../src/modules/fleet/store/keys.ts'
import { findPlaces } from '../../src/system/places.ts'
import { PROJECT } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'
import { MemoryStore } from './memory-store.ts'

const tests = suite('telling hosts where the store is')
const root = mkdtempSync(join(tmpdir(), 'gabarit-announce-'))
tests.after(() => rmSync(root, { recursive: true }))

/** A store that may be away. */
class AbsentStore extends MemoryStore {
  isAway = false
  asked = 0

  override async get(key: string) {
    this.asked++
    if (this.isAway) throw new Failure('nobody answers')
    return super.get(key)
  }
}

tests('a store that is away is told once, and once that it is back', async () => {
  const places = findPlaces(PROJECT, {}, root)
  const member = { fleet: 'shops', signer: '', host: 'gate', controller: true, endpoints: [], user: '', password: '' }
  MEMBER_FILE.write(places, member)
  const store = new AbsentStore()
  const told: string[] = []
  const end = new AbortController()
  const term = { fence: { key: LEADER_KEY, revision: 0 }, signal: end.signal }
  const ended = keepHostsInformed(store, places, term, text => told.push(text))
  for (const isAway of [true, true, true, false, false]) {
    store.isAway = isAway
    const { asked } = store
    await store.commit([], [{ key: memberKey('a'), value: '{}' }])
    await waitFor('another look', () => store.asked > asked)
  }
  end.abort()
  await ended
  assert.equal(told, ['nobody answers', 'no longer: nobody answers'])
})

tests.run()

import { refusal } from '../../../base/failure.ts'
import { caller } from '../../../system/accounts.ts'
import type { Places } from '../../../system/places.ts'
import type { System } from '../../../system/system.ts'
import { fleetFile, type Member } from '../member.ts'
import { readMembers } from '../members.ts'
import { releaseNumbers, storeRelease } from '../release/release.ts'
import type { LayerContents } from '../release/resolve.ts'
import { ROLLOUT_KEY, STATUS_PREFIX } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import { readRollout, readStatus } from './read.ts'
import type { Rollout } from './rollout.ts'
import { wavesOf } from './waves.ts'

/** How a release is rolled out, and what it is for. */
export interface Manner {
  readonly note: string
  /** Seconds. */
  readonly soak: number
  readonly within: number
}

/** A host may say that it knows a newer release than the store, but it cannot use up the numbers. */
const MOST_AHEAD = 10_000

/**
 * Makes a release for all hosts of the fleet now, and begins to roll it out. Nobody sees a half one: the roll-out is begun last.
 * @throws Failure (refused) if another one is under way
 */
export async function beginRollout(
  store: Store,
  member: Member,
  layers: ReadonlyMap<string, LayerContents>,
  manner: Manner,
  { places, system }: { readonly places: Places; readonly system: System },
): Promise<Rollout> {
  const before = readRollout(await store.get(ROLLOUT_KEY))
  if (before?.rollout.state === 'running')
    throw refusal(`release ${before.rollout.release} is being rolled out`, {
      hint: 'Wait for it: gabarit fleet status\nOr stop it: gabarit fleet halt',
    })
  const members = await readMembers(store, places)
  const number = await nextNumber(store)
  const { user } = caller(system.env)
  const said = { fleet: member.fleet, number, time: new Date().toISOString(), user, note: manner.note }
  const stored = await storeRelease(store, said, layers, members, fleetFile(places, 'signing'))
  const { soak, within } = manner
  const rollout: Rollout = {
    ...{ release: number, attempt: 1, waves: wavesOf(members), wave: 0, state: 'running', reason: '', soak, within },
  }
  const compare = [{ key: ROLLOUT_KEY, revision: before?.revision ?? 0 }]
  const begun =
    stored !== undefined && (await store.commit(compare, [{ key: ROLLOUT_KEY, value: JSON.stringify(rollout) }]))
  if (begun) return rollout
  throw refusal('somebody else has published at the same time', { hint: 'Look at it: gabarit fleet status' })
}

/**
 * The number of the next release. Hosts may know newer ones than the store, if that was restored from a backup: numbers only
 * grow, so they would refuse an older one.
 */
async function nextNumber(store: Store): Promise<number> {
  const newest = Math.max(0, ...(await releaseNumbers(store)))
  const known = (await store.list(STATUS_PREFIX)).flatMap(({ value }) => {
    const { at = 0, release = 0 } = readStatus(value) ?? {}
    return [at, release].filter(number => number <= newest + MOST_AHEAD)
  })
  return Math.max(newest, ...known) + 1
}

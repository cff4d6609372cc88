import { recipientIn } from '../../../archive/identity.ts'
import { refusal, unlessFailed } from '../../../base/failure.ts'
import { recordsOf } from '../../../db/store.ts'
import { caller } from '../../../system/accounts.ts'
import type { Places } from '../../../system/places.ts'
import type { System } from '../../../system/system.ts'
import { refuseOutdatedPlan } from '../../../terminal/outdated-plan.ts'
import { fleetFile, type Member } from '../member.ts'
import { type FleetHost, readMembers } from '../members.ts'
import { baseNumber, noteBase, refuseOutdated } from '../release/base.ts'
import { pruneReleases } from '../release/prune.ts'
import type { Layers } from '../release/records.ts'
import { type ControllerKeys, releaseNumbers, storeRelease } from '../release/release.ts'
import { ROLLOUT_KEY } from '../store/keys.ts'
import type { Entry, Store } from '../store/store.ts'
import { layerParts, rolloutPlan } from './foretell.ts'
import type { Report } from './observed.ts'
import { listReports } from './reports.ts'
import type { Rollout } from './rollout.ts'
import { type Found, openRollouts, type Rollouts } from './rollouts.ts'
import { wavesOf } from './waves.ts'

/** How a release is rolled out, and what it is for. */
export interface Manner {
  readonly note: string
  /** Seconds. */
  readonly soak: number
  readonly within: number
  readonly atOnce: number
  /** Only if it is still this plan. */
  readonly plan: string | undefined
}

/** A host may say that it knows a newer release than the store, but it cannot use up the numbers. */
const MOST_AHEAD = 10_000

/** A roll-out that can begin now. */
export interface NextRollout {
  readonly rollout: Rollout
  readonly plan: string
  readonly members: ReadonlyMap<string, FleetHost>
  /** Of the roll-out before, in the store. */
  readonly revision: number
}

/**
 * The roll-out of these records and files to all hosts of the fleet, as it would be now.
 * @throws Failure (refused) if another one is under way, or another controller has published since this one took in a release
 */
export async function nextRollout(
  store: Store,
  { fleet }: Member,
  layers: Layers,
  { soak, within, atOnce }: Manner,
  places: Places,
): Promise<NextRollout> {
  const entry = await store.get(ROLLOUT_KEY)
  const newest = Math.max(0, ...(await releaseNumbers(store)))
  refuseOutdated(places, newest)
  const before = readable(openRollouts(places), entry)
  if (before?.rollout.state === 'running')
    throw refusal(`release ${before.rollout.release} is being rolled out`, {
      hint: 'Wait for it: gabarit fleet status\nOr stop it: gabarit fleet halt',
    })
  const members = await readMembers(store, places)
  const reports = await listReports(store, members, fleet)
  const rollout: Rollout = {
    release: nextNumber(Math.max(newest, baseNumber(places)), reports),
    attempt: 1,
    waves: wavesOf(members),
    wave: 0,
    state: 'running',
    reason: '',
    soak,
    within,
    atOnce,
  }
  const groups = [...members].map(([name, one]) => [name, one.groups])
  return { rollout, plan: rolloutPlan(rollout, groups, layerParts(layers)), members, revision: entry?.revision ?? 0 }
}

/**
 * Makes a release for all hosts of the fleet now, and begins to roll it out. Nobody sees a half one: the last commit makes both.
 * @throws Failure (refused) as {@link nextRollout}, and if it is another plan than the one that was shown
 */
export async function beginRollout(
  store: Store,
  member: Member,
  layers: Layers,
  manner: Manner,
  { places, system }: { readonly places: Places; readonly system: System },
): Promise<Rollout> {
  const { rollout, plan, members, revision } = await nextRollout(store, member, layers, manner, places)
  refuseOutdatedPlan(plan, manner.plan)
  const { release: number } = rollout
  const { user } = caller(system.env)
  const said = { fleet: member.fleet, number, time: new Date().toISOString(), user, note: manner.note }
  const stored = await storeRelease(store, said, layers, members, controllerKeys(places), {
    compare: [{ key: ROLLOUT_KEY, revision }],
    changes: [{ key: ROLLOUT_KEY, value: openRollouts(places).text(rollout) }],
  })
  if (stored === undefined)
    throw refusal('somebody else has published at the same time', { hint: 'Take it in first: gabarit fleet pull' })
  noteBase(places, number, stored.sealed)
  return rollout
}

/** How many releases stay, if nothing else is said. */
const KEPT = '10'

/**
 * Removes what no host needs any more. Whoever publishes at the same time has begun before this roll-out and is refused, so that its
 * parts may go.
 */
export async function removeOldReleases(
  store: Store,
  member: Member,
  { release, attempt }: Rollout,
  places: Places,
): Promise<void> {
  const members = await readMembers(store, places)
  const reports = await listReports(store, members, member.fleet)
  const hosts = new Map([...members.keys()].map(host => [host, reports.get(host)?.status]))
  const keep = recordsOf(places, 'configuration').get('fleet')?.properties.get('KeepReleases') || KEPT
  const mayGo = async () => {
    const now = readable(openRollouts(places), await store.get(ROLLOUT_KEY))?.rollout
    return now?.release === release && now.attempt === attempt && now.state === 'running'
  }
  await pruneReleases(store, member, hosts, Number(keep), mayGo)
}

/** One that was altered is replaced: this is how an administrator goes on after that. */
function readable(rollouts: Rollouts, entry: Entry | undefined): Found | undefined {
  return unlessFailed(() => rollouts.read(entry))
}

/** What signs and encrypts a release. @throws Failure (refused) on a host that is no controller */
export function controllerKeys(places: Places): ControllerKeys {
  return { signing: fleetFile(places, 'signing'), recipient: recipientIn(fleetFile(places, 'reading')) ?? '' }
}

/**
 * The number of the next release. Hosts may know newer ones than the store, if that was restored from a backup: numbers only
 * grow, so they would refuse an older one.
 */
function nextNumber(newest: number, reports: ReadonlyMap<string, Report>): number {
  const known = [...reports.values()].flatMap(({ status }) => {
    const { at = 0, release = 0 } = status ?? {}
    return [at, release].filter(number => number <= newest + MOST_AHEAD)
  })
  return Math.max(newest, ...known) + 1
}

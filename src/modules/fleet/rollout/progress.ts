import { EXIT } from '../../../base/failure.ts'
import type { Places } from '../../../system/places.ts'
import { needController } from '../member.ts'
import { membersIn, readMembers } from '../members.ts'
import { LEADER_KEY, MEMBERS_PREFIX, ROLLOUT_KEY, STATUS_PREFIX } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import { Mirror } from './mirror.ts'
import { listReports, readReports } from './reports.ts'
import { openHosts, type Rollout } from './rollout.ts'
import { openRollouts } from './rollouts.ts'

/** How a roll-out stands. */
export interface Progress {
  readonly rollout: Rollout
  /** The hosts that have confirmed it. */
  readonly taken: readonly string[]
  /** The hosts of the fleet that it is for. */
  readonly hosts: readonly string[]
  /** Whether a controller leads: without one, nothing goes on. */
  readonly isLed: boolean
}

/**
 * Follows a roll-out until it is done, halted, or another one has begun.
 * @param told called whenever something has changed
 */
export async function follow(
  store: Store,
  places: Places,
  { release, attempt }: Rollout,
  told: (progress: Progress) => void,
): Promise<Rollout> {
  const ended = new AbortController()
  const { fleet } = needController(places)
  const signed = openRollouts(places)
  const rollouts = new Mirror(store, ROLLOUT_KEY)
  const reports = new Mirror(store, STATUS_PREFIX)
  const members = new Mirror(store, MEMBERS_PREFIX)
  const leaders = new Mirror(store, LEADER_KEY)
  const mirrors = [rollouts, reports, members, leaders]
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      ended.abort()
      reject(error)
    }
    const tryToLook = () => {
      try {
        look()
      } catch (error) {
        fail(error)
      }
    }
    const look = () => {
      if (!mirrors.every(({ isWhole }) => isWhole)) return
      const found = signed.read(rollouts.entries.get(''))
      if (found === undefined || ended.signal.aborted) return
      const { rollout } = found
      if (rollout.state === 'running' && rollout.release === release && rollout.attempt === attempt) {
        const hosts = rollout.waves.flat().filter(host => members.entries.has(host))
        const known = readReports(reports.entries, membersIn(members.entries, places), fleet)
        const taken = hosts.filter(host => known.get(host)?.status?.at === release)
        return told({ rollout, hosts, taken, isLed: leaders.entries.size > 0 })
      }
      ended.abort()
      resolve(rollout)
    }
    for (const mirror of mirrors) mirror.follow(tryToLook, () => undefined, ended.signal).catch(fail)
  })
}

/** The exit status of a roll-out that has ended: that of the worst host whose wave was open. */
export async function worstStatus(store: Store, places: Places, rollout: Rollout): Promise<number> {
  if (rollout.state === 'done') return EXIT.done
  const { fleet } = needController(places)
  const reports = await listReports(store, await readMembers(store, places), fleet)
  const statuses = openHosts(rollout).map(host => reports.get(host)?.status)
  const ofThis = statuses.filter(one => one?.release === rollout.release && one.attempt === rollout.attempt)
  if (ofThis.some(one => one?.state === 'went back')) return EXIT.rolledBack
  return ofThis.some(one => one?.state === 'refused') ? EXIT.refused : EXIT.failed
}

import { sayDuration } from '../../../base/time.ts'
import { isSilent, longestFor, type Observed } from './observed.ts'
import { openHosts, type Rollout } from './rollout.ts'
import { WELL } from './status.ts'

/** What the leader knows. Times are in milliseconds, by its own clock. */
export interface View {
  readonly rollout: Rollout
  /** The hosts of the fleet now, with what they have said. */
  readonly observed: ReadonlyMap<string, Observed>
  /** When the orders of this attempt were placed, or found. */
  readonly placed: ReadonlyMap<string, number>
  readonly interval: number
  readonly now: number
}

/** What the leader does next. */
export type Decision =
  | { readonly do: 'place'; readonly hosts: readonly string[] }
  | { readonly do: 'change'; readonly rollout: Rollout }
  | { readonly do: 'wait'; readonly for: readonly string[] }

/**
 * The next step of a roll-out. A wave opens when all hosts before it have confirmed the release and have been well through the
 * soak. At most so many hosts change at the same time as the roll-out says. One that went back, refuses, is ill, silent or late
 * halts everything that is not open yet. A host that has left does not count; one that joined after the release waits for the next.
 */
export function decide(view: View): Decision {
  const { rollout, observed, placed } = view
  if (rollout.state !== 'running') return { do: 'wait', for: [] }
  const open = openHosts(rollout).filter(host => observed.has(host))
  const troubles = open.flatMap(host => {
    const trouble = troubleOf(host, view)
    return trouble === undefined ? [] : [`${host} ${trouble}`]
  })
  if (troubles.length > 0)
    return { do: 'change', rollout: { ...rollout, state: 'halted', reason: troubles.join('; ') } }
  const without = open.filter(host => !placed.has(host) && !hasTaken(host, view))
  const busy = open.filter(host => placed.has(host) && !hasTaken(host, view))
  const next = without.slice(0, Math.max(0, rollout.atOnce - busy.length))
  if (next.length > 0) return { do: 'place', hosts: next }
  const unproved = open.filter(host => !hasProved(host, view))
  if (unproved.length > 0) return { do: 'wait', for: unproved }
  if (rollout.wave + 1 < rollout.waves.length) return { do: 'change', rollout: { ...rollout, wave: rollout.wave + 1 } }
  return { do: 'change', rollout: { ...rollout, state: 'done' } }
}

/** Why a host halts the rest, as the end of a sentence; undefined: it does not. */
function troubleOf(host: string, { rollout, observed, placed, interval, now }: View): string | undefined {
  const seen = observed.get(host)
  if (seen === undefined) return undefined
  const { status } = seen
  if (seen.isForged) return 'reports what it has not said, or said before: somebody has changed the store'
  const answers = status?.release === rollout.release && status.attempt === rollout.attempt
  if (answers && (status.state === 'went back' || status.state === 'refused')) {
    const what = status.state === 'refused' ? `refused release ${rollout.release}` : 'went back'
    return `${what}: ${status.reason}`
  }
  if (status?.at === rollout.release && status.state === 'confirmed' && status.health !== WELL)
    return `is not well: ${status.health}`
  if (isSilent(seen, interval, now)) return `has been silent for ${sayDuration((now - seen.heard) / 1000)}`
  const since = placed.get(host)
  const longest = longestFor(rollout.within, interval)
  if (since !== undefined && now - since > longest && status?.at !== rollout.release)
    return `has not confirmed release ${rollout.release} within ${sayDuration(longest / 1000)}`
  return undefined
}

/** Whether the release is in effect there for good: in an earlier attempt, too. */
function hasTaken(host: string, { rollout, observed }: View): boolean {
  const status = observed.get(host)?.status
  return status?.at === rollout.release && status.release === rollout.release && status.state === 'confirmed'
}

/** What it says at the end of the soak counts, not that time has passed. */
function hasProved(host: string, view: View): boolean {
  const { heard = 0, since = 0 } = view.observed.get(host) ?? {}
  return hasTaken(host, view) && heard - since >= view.rollout.soak * 1000
}

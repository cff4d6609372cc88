import { columns } from '../../../base/columns.ts'
import { Failure, orFailure } from '../../../base/failure.ts'
import { sayTime } from '../../../base/time.ts'
import type { Places } from '../../../system/places.ts'
import { needController } from '../member.ts'
import { readMembers } from '../members.ts'
import { LEADER_KEY, ROLLOUT_KEY } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import { listReports } from './reports.ts'
import type { Rollout } from './rollout.ts'
import { openRollouts } from './rollouts.ts'
import { readSilent } from './silent.ts'
import { type Status, WELL } from './status.ts'

/** One host, for people and scripts. */
export interface HostRow {
  readonly name: string
  readonly controller: boolean
  readonly groups: readonly string[]
  /** Null: it has never reported. */
  readonly status: Omit<Status, 'drift'> | null
  /** Whether a property of the fleet has another value there. */
  readonly drifts: boolean
  /** Since when nothing was heard of it, in ISO 8601; null if it reports. */
  readonly silentSince: string | null
  /** What somebody has to look at; null if nothing. */
  readonly trouble: string | null
}

/** A fleet at one moment. */
export interface Overview {
  /** Null: nothing was published. */
  readonly rollout: Rollout | null
  /** Why what the store says of the roll-out is not believed; null if it is. */
  readonly problem: string | null
  /** The controller that leads; null if none does. */
  readonly leader: string | null
  readonly hosts: readonly HostRow[]
}

/** Reads how the fleet stands. */
export async function overviewOf(store: Store, places: Places): Promise<Overview> {
  const { fleet } = needController(places)
  const members = await readMembers(store, places)
  const [reports, entry, leader, silent] = await Promise.all([
    listReports(store, members, fleet),
    store.get(ROLLOUT_KEY),
    store.get(LEADER_KEY),
    readSilent(store),
  ])
  const found = orFailure(() => openRollouts(places).read(entry))
  const problem = found instanceof Failure ? found.describe() : null
  const rollout = found instanceof Failure ? null : (found?.rollout ?? null)
  const hosts = [...members].map(([name, { controller, groups }]): HostRow => {
    const report = reports.get(name)
    const { drift = '', ...status } = report?.status ?? {}
    const known = report?.status === undefined ? null : (status as Omit<Status, 'drift'>)
    const isForged = report !== undefined && known === null
    const silentSince = silent[name] ?? null
    return {
      ...{ name, controller, groups, status: known, drifts: drift !== '', silentSince },
      trouble: isForged ? FORGED : troubleOf(known, silentSince, rollout),
    }
  })
  return { rollout, problem, leader: leader?.value ?? null, hosts }
}

const FORGED = 'somebody else has written its report into the store'

function troubleOf(
  status: Omit<Status, 'drift'> | null,
  silentSince: string | null,
  rollout: Rollout | null,
): string | null {
  if (silentSince !== null) return `silent since ${sayTime(silentSince)}`
  if (status === null) return 'has never reported'
  const { state, release, reason, health } = status
  if (state === 'went back' || state === 'refused')
    return `${state === 'refused' ? 'refused' : 'went back from'} release ${release}: ${reason}`
  if (health !== WELL) return health
  return rollout?.state === 'done' && status.at < rollout.release ? `not at release ${rollout.release} yet` : null
}

/** Whether nothing needs anybody. */
export function isWell({ rollout, problem, hosts }: Overview): boolean {
  return problem === null && rollout?.state !== 'halted' && hosts.every(({ trouble }) => trouble === null)
}

/** For people. */
export function overviewLines({ rollout, problem, leader, hosts }: Overview): string[] {
  const rows = hosts.map(({ name, controller, groups, status, drifts, trouble }) => [
    name,
    status === null || status.at === 0 ? '-' : String(status.at),
    status === null || status.state === 'none' ? '-' : status.state,
    drifts ? 'drift' : '',
    [...(controller ? ['controller'] : []), ...groups].join(' '),
    (trouble ?? '').split('\n')[0] ?? '',
  ])
  return [
    problem ?? (rollout === null ? 'nothing was published yet' : rolloutLine(rollout)),
    leader === null ? 'no controller leads: does gabarit-fleet run on one?' : `leader: ${leader}`,
    ...columns([['HOST', 'RELEASE', 'STATE', '', 'GROUPS', ''], ...rows]),
  ]
}

/** How a roll-out stands, in one line. */
export function rolloutLine({ release, state, wave, waves, reason }: Rollout): string {
  if (state === 'done') return `release ${release} is rolled out`
  const where = `in wave ${wave + 1} of ${waves.length}`
  return state === 'running'
    ? `release ${release} is being rolled out, ${where}`
    : `release ${release} is halted ${where}: ${reason}`
}

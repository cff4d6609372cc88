import { type Status, WELL } from './status.ts'

/** What a host has said, and since when by the clock of the controller that watches. Times are in milliseconds. */
export interface Observed {
  readonly status: Status | undefined
  /** What stands in the store was not said by the host, or was said before: somebody else has put it there. */
  readonly isForged: boolean
  /** Of its newest report. */
  readonly count: number
  /** Grows with every report, even if it says the same. */
  readonly revision: number
  /** When it was heard last. */
  readonly heard: number
  /** Since when it has said the same of its release and its health. */
  readonly since: number
}

/** A report as it stands in the store. */
export interface Report {
  /** Undefined: the host has not signed it. */
  readonly status: Status | undefined
  /** Grows with every report of the host. */
  readonly count: number
  readonly revision: number
  /** For a new certificate; else empty. */
  readonly request: string
}

/**
 * What is known after a look. A host that has never reported counts from the first look. Clocks of hosts do not matter.
 * @param reports what stands in the store now
 * @param members the hosts of the fleet now
 */
export function observe(
  before: ReadonlyMap<string, Observed>,
  reports: ReadonlyMap<string, Report>,
  members: Iterable<string>,
  now: number,
): ReadonlyMap<string, Observed> {
  return new Map([...members].map(host => [host, observeHost(before.get(host), reports.get(host), now)]))
}

function observeHost(before: Observed | undefined, report: Report | undefined, now: number): Observed {
  const { status, count = 0, revision = 0 } = report ?? {}
  const isForged = report !== undefined && (status === undefined || count < (before?.count ?? 0))
  if (before === undefined) return { status, count, revision, isForged, heard: now, since: now }
  if (before.revision === revision) return before
  // What it has not said is no sign of life.
  if (isForged) return { ...before, revision, isForged }
  const since = saysTheSame(before.status, status) ? before.since : now
  return { status, count, revision, isForged, heard: now, since }
}

function saysTheSame(one: Status | undefined, other: Status | undefined): boolean {
  return (
    one?.at === other?.at &&
    one?.release === other?.release &&
    one?.state === other?.state &&
    (one?.health === WELL) === (other?.health === WELL)
  )
}

/**
 * The same after the controller itself was away: nobody was silent meanwhile, as far as it knows, and a soak begins anew.
 */
export function afterAbsence(before: ReadonlyMap<string, Observed>, now: number): ReadonlyMap<string, Observed> {
  return new Map([...before].map(([host, seen]) => [host, { ...seen, heard: now, since: now }]))
}

/** Intervals without a report after which a host counts as silent. */
const PATIENCE = 3

/** Whether a host has been silent for too long. @param interval of reports, in milliseconds */
export function isSilent({ heard }: Observed, interval: number, now: number): boolean {
  return now - heard > PATIENCE * interval
}

/** How long a host may take for an order: its window, and what it needs besides. In milliseconds. */
export function longestFor(within: number, interval: number): number {
  return within * 1000 + PATIENCE * interval
}

import { type Status, WELL } from './status.ts'

/** What a host has said, and since when by the clock of the controller that watches. Times are in milliseconds. */
export interface Observed {
  readonly status: Status | undefined
  /** Grows with every report, even if it says the same. */
  readonly revision: number
  /** When it was heard last. */
  readonly heard: number
  /** Since when it has said the same of its release and its health. */
  readonly since: number
}

/** A report as it stands in the store. */
export interface Report {
  readonly status: Status
  readonly revision: number
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
  const { status, revision = 0 } = report ?? {}
  if (before === undefined) return { status, revision, heard: now, since: now }
  if (before.revision === revision) return before
  return { status, revision, heard: now, since: saysTheSame(before.status, status) ? before.since : now }
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

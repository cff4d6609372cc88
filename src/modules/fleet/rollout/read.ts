import { orUndefined, refusal } from '../../../base/failure.ts'
import { STATUS_PREFIX } from '../store/keys.ts'
import type { Entry, Store } from '../store/store.ts'
import type { Report } from './observed.ts'
import { type Rollout, rollout } from './rollout.ts'
import { type Status, status } from './status.ts'

/** What was read before: the leader looks at all reports again whenever one changes. */
const known = new WeakMap<Entry, Report | null>()

/** The reports of hosts, by their names. One that is no report counts as silence: a host may write anything there. */
export function readReports(entries: ReadonlyMap<string, Entry>): ReadonlyMap<string, Report> {
  const reports = new Map<string, Report>()
  for (const [host, entry] of entries) {
    const report = known.get(entry) ?? readReport(entry)
    known.set(entry, report)
    if (report !== null) reports.set(host, report)
  }
  return reports
}

/** The reports of all hosts, as they are now. */
export async function listReports(store: Store): Promise<ReadonlyMap<string, Report>> {
  const entries = await store.list(STATUS_PREFIX)
  return readReports(new Map(entries.map(entry => [entry.key.slice(STATUS_PREFIX.length), entry])))
}

function readReport({ value, revision }: Entry): Report | null {
  const status = readStatus(value)
  return status === undefined ? null : { status, revision }
}

/** Longest text of a host that is taken. */
const LONGEST = 100_000

/** What a host says; undefined if it is not understood. */
export function readStatus(text: string): Status | undefined {
  return text.length > LONGEST ? undefined : orUndefined(() => status(JSON.parse(text)))
}

/** A roll-out, and the revision of its key. @throws Failure (refused) if it is damaged */
export function readRollout(
  entry: Entry | undefined,
): { readonly rollout: Rollout; readonly revision: number } | undefined {
  if (entry === undefined) return undefined
  const read = orUndefined(() => rollout(JSON.parse(entry.value)))
  if (read === undefined)
    throw refusal('the roll-out in etcd is damaged', { hint: 'Publish again: gabarit fleet publish' })
  return { rollout: read, revision: entry.revision }
}

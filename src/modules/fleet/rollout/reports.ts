import { escapeLines } from '../../../base/escape-controls.ts'
import { orUndefined } from '../../../base/failure.ts'
import { integer, objectOf, type TypeOf, text } from '../../../base/shape.ts'
import type { FleetHost } from '../members.ts'
import { type Statement, signed, verified } from '../release/signed.ts'
import { STATUS_PREFIX } from '../store/keys.ts'
import type { Entry, Store } from '../store/store.ts'
import type { Report } from './observed.ts'
import { status } from './status.ts'

/** What a host writes into the store. */
type Said = TypeOf<typeof said>
const said = objectOf({
  fleet: text,
  host: text,
  /** Grows with each report, so that a former one cannot be put back. */
  count: integer,
  status,
  /** It asks for a new certificate, in PEM; else empty. */
  request: text,
})

const REPORT: Statement<Said> = { kind: 'report', by: 'the host', form: '1', shape: said }

/** A report as it goes into the store. @param key of the host: that by which it reaches the store, in PEM */
export function reportText(what: Said, key: string): string {
  return signed(REPORT, what, key)
}

/** What was read before: the leader looks at all reports again whenever one changes. */
const known = new WeakMap<Entry, Report>()

/** What the hosts of a fleet report, by their names. What a host has not signed itself is kept apart: see {@link Report}. */
export function readReports(
  entries: ReadonlyMap<string, Entry>,
  members: ReadonlyMap<string, Pick<FleetHost, 'key'>>,
  fleet: string,
): ReadonlyMap<string, Report> {
  const reports = new Map<string, Report>()
  for (const [host, entry] of entries) {
    const key = members.get(host)?.key
    if (key === undefined) continue
    const report = known.get(entry) ?? readReport(entry, host, key, fleet)
    known.set(entry, report)
    reports.set(host, report)
  }
  return reports
}

/** The reports of these hosts, as they are now. */
export async function listReports(
  store: Store,
  members: ReadonlyMap<string, Pick<FleetHost, 'key'>>,
  fleet: string,
): Promise<ReadonlyMap<string, Report>> {
  const entries = await store.list(STATUS_PREFIX)
  return readReports(new Map(entries.map(entry => [entry.key.slice(STATUS_PREFIX.length), entry])), members, fleet)
}

/** Longest text of a host that is taken. */
const LONGEST = 100_000

function readReport({ value, revision }: Entry, host: string, key: string, fleet: string): Report {
  const read = value.length > LONGEST ? undefined : orUndefined(() => verified(REPORT, value, key))
  if (read === undefined || read.host !== host || read.fleet !== fleet)
    return { status: undefined, count: 0, revision, request: '' }
  const { status, count, request } = read
  // A terminal shows them, and must obey nothing of it.
  const shown = { reason: escapeLines(status.reason), health: escapeLines(status.health) }
  return { status: { ...status, ...shown }, count, revision, request }
}

import { systemReason } from '../../../system/atomic-write.ts'
import type { Authority, Clock, NameToCheck } from '../world.ts'
import { CHECKS, type CheckResult, failed, type NameReport } from './check.ts'
import { checkDirectory } from './directory.ts'
import { Dns } from './dns.ts'
import type { Token } from './fetch.ts'
import { checkCount } from './names.ts'
import { checkName } from './one-name.ts'
import { withToken } from './token.ts'

export interface PreflightOptions {
  readonly names: readonly NameToCheck[]
  readonly authority: Authority
  readonly challenge: 'http-01' | 'dns-01'
  /** Folder of the challenge responses, a real path. */
  readonly wellKnown: string
  /** Command that delivers the responses to another machine, see {@link withDelivery}; undefined: they are served here. */
  readonly challengeHook?: string | undefined
  /** DNS servers to query, see {@link Dns}; undefined: the system's. */
  readonly dnsServer: string | undefined
  /** Names of the authority in CAA records; none: those in its directory. */
  readonly caaIdentities?: readonly string[]
  /** Checks to skip, or `all`. */
  readonly skip: ReadonlySet<string>
  /** 80; an authority asks nowhere else. */
  readonly httpPort?: number
  readonly clock: Clock
}

export interface PreflightReport {
  readonly names: readonly NameReport[]
  /** Results that do not concern a single name. */
  readonly general: readonly CheckResult[]
  /** Whether nothing failed. */
  readonly ok: boolean
}

/** How many names to check at the same time: all requests go to one small web server. */
const AT_ONCE = 20

/**
 * Checks for everything that would make an authority refuse, before a certificate is requested: failures count against its
 * limits. Findings are in the report; nothing is thrown.
 * @param progress shows how many names are done
 */
export async function preflight(
  options: PreflightOptions,
  progress: (what: string) => void = () => {},
): Promise<PreflightReport> {
  const count = options.names.length
  progress(`checking ${count} names`)
  let done = 0
  const onName = ({ name }: NameReport) => progress(`checked ${++done} of ${count}: ${name}`)
  const skip = options.skip.has('all') ? new Set<string>(CHECKS) : options.skip
  const dns = resolver(options.dnsServer)
  if (!(dns instanceof Dns)) return withVerdict([dns], [])
  const directory = await checkDirectory(options.authority, options.clock, skip)
  const given = options.caaIdentities ?? []
  const caaIdentities = given.length > 0 ? given.map(name => name.toLowerCase()) : directory.caaIdentities
  const { authority, challenge, challengeHook, wellKnown, httpPort = 80 } = options
  const shared = { authority, challenge, challengeHook, wellKnown, httpPort, skip, caaIdentities, dns }
  // The site's hook expects one call at a time, as from dehydrated.
  const atOnce = challengeHook === undefined ? AT_ONCE : 1
  const run = (token: Token | undefined) =>
    inParallel(options.names, atOnce, name => checkName(name, { ...shared, token }), onName)
  const general = [...directory.results, ...(skip.has('count') ? [] : [checkCount(options.names)])]
  if (skip.has('fetch') || challenge === 'dns-01') return withVerdict(general, await run(undefined))
  try {
    return withVerdict(general, await withToken(wellKnown, run))
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    return withVerdict([...general, noToken(wellKnown, error)], await run(undefined))
  }
}

/** The names that failed a check, with the reasons. */
export function failingNames(report: PreflightReport): { name: string; reasons: string[] }[] {
  return report.names.flatMap(({ name, results }) => {
    const reasons = results.filter(({ state }) => state === 'failed').map(({ reason }) => reason)
    return reasons.length === 0 ? [] : [{ name, reasons }]
  })
}

function withVerdict(general: readonly CheckResult[], names: readonly NameReport[]): PreflightReport {
  const results = [...general, ...names.flatMap(name => name.results)]
  return { general, names, ok: results.every(({ state }) => state !== 'failed') }
}

function resolver(servers: string | undefined): Dns | CheckResult {
  try {
    return new Dns(servers)
  } catch {
    const hint = 'The property DNSServer takes IP addresses: 9.9.9.9, or 127.0.0.1:5353'
    return failed('dns', `${JSON.stringify(servers)} is not a DNS server`, hint)
  }
}

function noToken(folder: string, error: Error): CheckResult {
  const reason = `no token can be written to ${folder}: ${systemReason(error)}`
  return failed('fetch', reason, 'To create the folder: signal-event console-save. The command must run as root.')
}

/** Runs something for each item of a list, this many at a time; results are in the order of the list. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  run: (item: Item) => Promise<Result>,
  done: (result: Result) => void,
): Promise<Result[]> {
  const results = new Map<number, Result>()
  const waiting = [...items.entries()]
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, item] = next
      const result = await run(item)
      results.set(index, result)
      done(result)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result)
}

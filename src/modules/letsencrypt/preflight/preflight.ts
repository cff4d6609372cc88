import { isOfSystem } from '../../../base/failure.ts'
import { inParallel } from '../../../base/in-parallel.ts'
import { systemReason } from '../../../system/atomic-write.ts'
import { NAMES_PER_CERTIFICATE } from '../ledger/limits.ts'
import { type NameToCheck, REAL_CLOCK } from '../world.ts'
import { CHECKS, type CheckResult, failed, type NameReport, ok } from './check.ts'
import { checkDirectory } from './directory.ts'
import { Dns } from './dns.ts'
import type { Token } from './fetch.ts'
import { checkName } from './one-name.ts'
import type { PreflightOptions } from './options.ts'
import { withToken } from './token.ts'

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
export async function preflight(options: PreflightOptions, progress: (what: string) => void): Promise<PreflightReport> {
  const count = options.names.length
  progress(`checking ${count} names`)
  let done = 0
  const skip = options.skip.has('all') ? new Set<string>(CHECKS) : options.skip
  const dns = resolver(options.dnsServer)
  if (!(dns instanceof Dns)) return withVerdict([dns], [])
  // The clock itself is checked, so this is always the machine's.
  const directory = await checkDirectory(options.authority, REAL_CLOCK, skip)
  const { challenge, challengeHook, wellKnown } = options
  const given = options.caaIdentities.map(name => name.toLowerCase())
  const shared = { ...options, skip, caaIdentities: given.length > 0 ? given : directory.caaIdentities, dns }
  // The site's hook expects one call at a time, as from dehydrated.
  const atOnce = challengeHook === undefined ? AT_ONCE : 1
  const run = (token: Token | undefined) =>
    inParallel(options.names, atOnce, async name => {
      const report = await checkName(name, { ...shared, token })
      progress(`checked ${++done} of ${count}: ${name.name}`)
      return report
    })
  const general = [...directory.results, checkCount(options.names)].filter(({ check }) => !skip.has(check))
  if (skip.has('fetch') || challenge === 'dns-01') return withVerdict(general, await run(undefined))
  try {
    return withVerdict(general, await withToken(wellKnown, run))
  } catch (error) {
    if (!isOfSystem(error)) throw error
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

/** How many names each certificate would have. */
export function checkCount(names: readonly NameToCheck[]): CheckResult {
  const counts = new Map<string, number>()
  for (const { certificate } of names) counts.set(certificate, (counts.get(certificate) ?? 0) + 1)
  const [most, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0])
  if (count <= NAMES_PER_CERTIFICATE) return ok('count', `${names.length} names`)
  return failed(
    'count',
    `${most} would have ${count} names, but the maximum is ${NAMES_PER_CERTIFICATE}`,
    'One certificate per domain: config setprop letsencrypt certificates per-domain',
  )
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

function noToken(folder: string, error: unknown): CheckResult {
  const reason = `no token can be written to ${folder}: ${systemReason(error)}`
  return failed('fetch', reason, 'To create the folder: signal-event console-save. The command must run as root.')
}

import { isOfSystem } from '../../../base/failure.ts'
import { inParallel } from '../../../base/in-parallel.ts'
import { systemReason } from '../../../system/atomic-write.ts'
import type { Certificates } from '../certificates.ts'
import { NAMES_PER_CERTIFICATE } from '../ledger/limits.ts'
import { REAL_CLOCK, type WantedCertificate } from '../world.ts'
import { CHECKS, type CheckResult, failed, type NameReport, ok } from './check.ts'
import { checkDirectory } from './directory.ts'
import { Dns } from './dns.ts'
import type { Token } from './fetch.ts'
import { checkName } from './one-name.ts'
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
 * @param toSkip checks to skip in addition to those that the settings skip, or `all`
 */
export async function preflight(
  { wanted, authority, settings, world: { progress } }: Certificates,
  toSkip: ReadonlySet<string>,
): Promise<PreflightReport> {
  const names = wanted.flatMap(({ name: certificate, names }) => names.map(name => ({ name, certificate })))
  progress(`checking ${names.length} names`)
  let done = 0
  const meant = new Set([...settings.skipChecks, ...toSkip])
  const skip = meant.has('all') ? new Set<string>(CHECKS) : meant
  const dns = resolver(settings.dnsServer)
  if (!(dns instanceof Dns)) return withVerdict([dns], [])
  // The clock itself is checked, so this is always the machine's.
  const directory = await checkDirectory(authority, REAL_CLOCK, skip)
  const { challenge, challengeHook, wellKnown } = settings
  const given = settings.caaIdentities.map(name => name.toLowerCase())
  const caaIdentities = given.length > 0 ? given : directory.caaIdentities
  const shared = { challenge, challengeHook, wellKnown, authority, skip, caaIdentities, dns }
  // The site's hook expects one call at a time, as from dehydrated.
  const atOnce = challengeHook === undefined ? AT_ONCE : 1
  const run = (token: Token | undefined) =>
    inParallel(names, atOnce, async ({ name, certificate }) => {
      const checked = await checkName(name, { ...shared, token })
      progress(`checked ${++done} of ${names.length}: ${name}`)
      return { name, certificate, ...checked }
    })
  const general = [...directory.results, checkCount(wanted)].filter(({ check }) => !skip.has(check))
  if (skip.has('fetch') || challenge === 'dns-01') return withVerdict(general, await run(undefined))
  try {
    return withVerdict(general, await withToken(wellKnown, run))
  } catch (error) {
    if (!isOfSystem(error)) throw error
    return withVerdict([...general, noToken(wellKnown, error)], await run(undefined))
  }
}

/** The names that failed a check. */
export function failingNames(report: PreflightReport): string[] {
  const failing = report.names.filter(({ results }) => results.some(({ state }) => state === 'failed'))
  return failing.map(({ name }) => name)
}

/** How many names each certificate would have. */
export function checkCount(wanted: readonly WantedCertificate[]): CheckResult {
  const [largest] = wanted.toSorted((a, b) => b.names.length - a.names.length)
  if (largest === undefined || largest.names.length <= NAMES_PER_CERTIFICATE)
    return ok('count', `${wanted.flatMap(({ names }) => names).length} names`)
  return failed(
    'count',
    `${largest.name} would have ${largest.names.length} names, but the maximum is ${NAMES_PER_CERTIFICATE}`,
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

import { systemReason } from '../../system/atomic-write.ts'
import type { Authority, Clock, NameToCheck } from '../types.ts'
import { checkCaa } from './caa.ts'
import { CHECKS, type CheckId, type CheckResult, failed, type NameReport, ok, skipped, warning } from './check.ts'
import { checkDirectory } from './directory.ts'
import { type Addresses, Dns } from './dns.ts'
import { fetchToken, type Token } from './fetch.ts'
import { checkCount, checkInternal, checkWildcard, isPublicAuthority } from './names.ts'
import { isInternetAddress } from './own-address.ts'
import { withToken } from './token.ts'

export { dropNames } from './drop.ts'
export { reportAsText } from './show.ts'

export interface PreflightOptions {
  readonly names: readonly NameToCheck[]
  readonly authority: Authority
  readonly challenge: 'http-01' | 'dns-01'
  /** Folder of the answers to challenges, a real path. */
  readonly wellKnown: string
  /** DNS servers to ask, see {@link Dns}; undefined: the system's. */
  readonly dnsServer: string | undefined
  /** What stands for the authority in CAA records; none: what its directory says. */
  readonly caaIdentities?: readonly string[]
  /** Checks that are left out, or `all`. */
  readonly skip: ReadonlySet<string>
  /** 80; an authority asks nowhere else. */
  readonly httpPort?: number
  readonly clock: Clock
}

export interface PreflightReport {
  readonly names: readonly NameReport[]
  /** What is not of one name. */
  readonly general: readonly CheckResult[]
  /** Nothing failed. */
  readonly ok: boolean
}

/** Names that are checked at the same time: their requests all reach one small web server. */
const AT_ONCE = 20
/** Milliseconds for a request, as Let's Encrypt has it. */
const TIMEOUT = 10_000

/** What the checks of a name share. */
interface Work extends Required<Omit<PreflightOptions, 'dnsServer'>> {
  readonly dns: Dns
  /** Undefined: it could not be laid out, or nobody wants it. */
  readonly token: Token | undefined
}

/**
 * Looks for everything that would make an authority refuse, before it is asked: failures count against its limits.
 * What is found is in the report; nothing is thrown for it.
 * @param onName called as soon as a name is done
 */
export async function preflight(
  options: PreflightOptions,
  onName: (report: NameReport) => void = () => {},
): Promise<PreflightReport> {
  const skip = options.skip.has('all') ? new Set<string>(CHECKS) : options.skip
  const all = { caaIdentities: [], httpPort: 80, ...options, skip }
  const dns = resolver(options.dnsServer)
  if (!(dns instanceof Dns)) return withVerdict([dns], [])
  const directory = await checkDirectory(options.authority, options.clock, skip)
  const identities = all.caaIdentities.length > 0 ? all.caaIdentities : directory.caaIdentities
  const caaIdentities = identities.map(name => name.toLowerCase())
  const run = (token: Token | undefined) =>
    inParallel(options.names, name => checkName(name, { ...all, caaIdentities, dns, token }), onName)
  const count = skip.has('count') ? [] : [checkCount(options.names)]
  const general = [...directory.results, ...count]
  if (skip.has('fetch') || options.challenge === 'dns-01') return withVerdict(general, await run(undefined))
  try {
    return withVerdict(general, await withToken(options.wellKnown, run))
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    return withVerdict([...general, noToken(options.wellKnown, error)], await run(undefined))
  }
}

/** The names with a failed check, with the reasons. */
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
    return failed('dns', `${JSON.stringify(servers)} is no DNS server`, hint)
  }
}

function noToken(folder: string, error: Error): CheckResult {
  const reason = `no token can be laid out in ${folder}: ${systemReason(error)}`
  return failed('fetch', reason, 'signal-event console-save makes the folder; the command has to run as root.')
}

async function checkName({ name, certificate }: NameToCheck, work: Work): Promise<NameReport> {
  const { skip, challenge, dns, authority, caaIdentities } = work
  const unless = async (check: CheckId, run: () => CheckResult | Promise<CheckResult>) =>
    skip.has(check) ? skipped(check, 'left out') : run()
  const inDns = challenge === 'dns-01'
  const plain = name.replace(/^\*\./, '')
  const wanted = !inDns && !(skip.has('dns') && skip.has('fetch'))
  const [addresses, caa] = await Promise.all([
    wanted ? dns.addresses(plain) : NOWHERE,
    unless('caa', () => checkCaa({ name, identities: caaIdentities, challenge }, domain => dns.caa(domain))),
  ])
  const found = addresses.found
  const results = [
    await unless('internal', () => checkInternal(name, authority)),
    await unless('wildcard', () => checkWildcard(name, challenge)),
    inDns
      ? skipped('dns', 'proved in the DNS')
      : await unless('dns', () => checkAddresses(plain, addresses, authority)),
    caa,
    ...(await checkFetches(name, found, work)),
  ]
  return { name, certificate, addresses: found, results }
}

const NOWHERE: Addresses = { found: [], problem: undefined, unknown: false }

/** Each address by itself: one that is wrong among several fails now and then, which is the hardest to find. */
async function checkFetches(name: string, addresses: readonly string[], work: Work): Promise<CheckResult[]> {
  const { skip, challenge, token, dns, httpPort } = work
  if (challenge === 'dns-01') return [skipped('fetch', 'proved in the DNS')]
  if (skip.has('fetch')) return [skipped('fetch', 'left out')]
  if (token === undefined || addresses.length === 0 || name.startsWith('*.'))
    return [skipped('fetch', token === undefined ? 'there is no token' : 'there is nowhere to fetch from')]
  const options = { httpPort, timeout: TIMEOUT, addressesOf: (host: string) => dns.addresses(host) }
  return Promise.all(addresses.map(address => fetchToken(name, address, token, options)))
}

function checkAddresses(name: string, { found, problem, unknown }: Addresses, authority: Authority): CheckResult {
  const leave = `or leave the name out (--drop-failing).`
  if (found.length === 0 && problem !== undefined)
    return failed(
      'dns',
      `the addresses of ${name} cannot be found out: ${problem}`,
      'Mend the DNS of the domain, or DNSServer.',
    )
  if (unknown) return failed('dns', `the DNS does not know ${name}`, `Enter it in the DNS of the domain, ${leave}`)
  if (found.length === 0) return failed('dns', `${name} has no address in the DNS`, `Make an A record for it, ${leave}`)
  const list = found.join(', ')
  if (problem !== undefined)
    return warning('dns', `${list}; one question failed: ${problem}`, 'Mend the DNS of the domain.')
  const inside = found.filter(address => !isInternetAddress(address))
  if (inside.length === 0 || !isPublicAuthority(authority)) return ok('dns', list)
  return warning(
    'dns',
    `${inside.join(', ')} means nothing on the internet, where the authority asks`,
    'If only the DNS inside says so, ask one outside: config setprop letsencrypt DNSServer 9.9.9.9',
  )
}

/** Runs something for each of a list, so many at a time; the answers are in the order of the list. */
async function inParallel<Item, Result>(
  items: readonly Item[],
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
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker))
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result)
}

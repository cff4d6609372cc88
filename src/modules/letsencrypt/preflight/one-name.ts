import type { Authority, NameToCheck } from '../types.ts'
import { checkCaa } from './caa.ts'
import { type CheckId, type CheckResult, failed, type NameReport, ok, skipped, warning } from './check.ts'
import { withDelivery } from './delivery.ts'
import type { Addresses, Dns } from './dns.ts'
import { fetchToken, type Token } from './fetch.ts'
import { checkInternal, checkWildcard, isPublicAuthority } from './names.ts'
import { isInternetAddress } from './own-address.ts'

/** What the checks of all names share. */
export interface Work {
  readonly authority: Authority
  readonly challenge: 'http-01' | 'dns-01'
  readonly challengeHook: string | undefined
  readonly wellKnown: string
  readonly httpPort: number
  readonly skip: ReadonlySet<string>
  /** In lower case. */
  readonly caaIdentities: readonly string[]
  readonly dns: Dns
  /** Undefined: it could not be laid out, or nobody wants it. */
  readonly token: Token | undefined
}

/** Milliseconds for a request, as Let's Encrypt has it. */
const TIMEOUT = 10_000

/** All that concerns one name. */
export async function checkName({ name, certificate }: NameToCheck, work: Work): Promise<NameReport> {
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
    inDns ? skipped('dns', 'proved in the DNS') : await unless('dns', () => checkAddresses(addresses, authority)),
    caa,
    ...(await checkFetches(name, found, work)),
  ]
  return { name, certificate, addresses: found, results }
}

const NOWHERE: Addresses = { found: [], problem: undefined, unknown: false }

/** Each address by itself: one that is wrong among several fails now and then, which is the hardest to find. */
async function checkFetches(name: string, addresses: readonly string[], work: Work): Promise<CheckResult[]> {
  const { skip, challenge, challengeHook, wellKnown, token, dns, httpPort } = work
  if (challenge === 'dns-01') return [skipped('fetch', 'proved in the DNS')]
  if (skip.has('fetch')) return [skipped('fetch', 'left out')]
  if (token === undefined || addresses.length === 0 || name.startsWith('*.'))
    return [skipped('fetch', token === undefined ? 'there is no token' : 'there is nowhere to fetch from')]
  const options = { httpPort, timeout: TIMEOUT, addressesOf: (host: string) => dns.addresses(host) }
  const fetchAll = () => Promise.all(addresses.map(address => fetchToken(name, address, token, options)))
  if (challengeHook === undefined) return fetchAll()
  return withDelivery({ hook: challengeHook, folder: wellKnown, name, token }, fetchAll)
}

function checkAddresses({ found, problem, unknown }: Addresses, authority: Authority): CheckResult {
  const leave = `or leave the name out (--drop-failing).`
  if (found.length === 0 && problem !== undefined)
    return failed('dns', `no address can be found out: ${problem}`, 'Mend the DNS of the domain, or DNSServer.')
  if (unknown) return failed('dns', 'not known to the DNS', `Enter it in the DNS of the domain, ${leave}`)
  if (found.length === 0) return failed('dns', 'no address in the DNS', `Make an A record for it, ${leave}`)
  const list = found.join(', ')
  if (problem !== undefined)
    return warning('dns', `${list}; one question failed: ${problem}`, 'Mend the DNS of the domain.')
  const inside = found.filter(address => !isInternetAddress(address))
  if (inside.length === 0 || !isPublicAuthority(authority)) return ok('dns', list)
  return warning(
    'dns',
    `not to be reached from the internet, where the authority asks: ${inside.join(', ')}`,
    'If only the DNS inside says so, ask one outside: config setprop letsencrypt DNSServer 9.9.9.9',
  )
}

import { BlockList, isIP, isIPv4 } from 'node:net'
import { isPublicName } from '../ledger/public-suffix.apart.ts'
import type { Settings } from '../settings.ts'
import type { Authority } from '../world.ts'
import { checkCaa } from './caa.ts'
import { type CheckId, type CheckResult, failed, type NameReport, ok, skipped, warning } from './check.ts'
import type { Addresses, Dns } from './dns.ts'
import { fetchToken, type Token } from './fetch.ts'
import { withDelivery } from './token.ts'

/** What the checks of all names have in common. */
interface NameCheck extends Pick<Settings, 'challenge' | 'challengeHook' | 'wellKnown'> {
  /** Those to compare with, in lower case. */
  readonly caaIdentities: readonly string[]
  readonly authority: Authority
  readonly skip: ReadonlySet<string>
  readonly dns: Dns
  /** Undefined if it could not be written, or is not needed. */
  readonly token: Token | undefined
}

/** Time limit of a request in milliseconds, like Let's Encrypt's. */
const TIMEOUT = 10_000

/** Runs all checks for one name. */
export async function checkName(name: string, work: NameCheck): Promise<Pick<NameReport, 'addresses' | 'results'>> {
  const { skip, challenge, dns, authority, caaIdentities } = work
  const unless = async (check: CheckId, run: () => CheckResult | Promise<CheckResult>) =>
    skip.has(check) ? skipped(check, 'skipped') : run()
  const inDns = challenge === 'dns-01'
  const plain = name.replace(/^\*\./, '')
  const wanted = !inDns && !(skip.has('dns') && skip.has('fetch'))
  const [addresses, caa] = await Promise.all([
    wanted ? dns.addresses(plain) : NOWHERE,
    unless('caa', () => checkCaa({ name, identities: caaIdentities, challenge }, dns.caa)),
  ])
  const found = addresses.found
  const results = [
    await unless('internal', () => checkInternal(name, authority)),
    await unless('wildcard', () => checkWildcard(name, challenge)),
    inDns
      ? skipped('dns', 'validated through the DNS')
      : await unless('dns', () => checkAddresses(addresses, authority)),
    caa,
    ...(await checkFetches(name, found, work)),
  ]
  return { addresses: found, results }
}

const NOWHERE: Addresses = { found: [], problem: undefined }

/** Whether it is a public authority, which only certifies names on the internet. A private one can certify anything. */
function isPublicAuthority({ directory }: Authority): boolean {
  return URL.canParse(directory) && isPublicName(new URL(directory).hostname)
}

/** Whether a name can be certified at all: not an address, and under a public suffix. */
export function checkInternal(name: string, authority: Authority): CheckResult {
  if (!isPublicAuthority(authority)) return skipped('internal', 'a private authority can certify any name')
  if (isPublicName(name)) return ok('internal', 'a public name')
  const what = isIP(name) !== 0 ? 'an address' : 'a name of the local network'
  return failed('internal', `${what}: no authority certifies it`, `Exclude it (--drop-failing).`)
}

/** A wildcard can only be validated through the DNS (RFC 8555 §7.1.3 with the rules of the CA/Browser Forum). */
export function checkWildcard(name: string, challenge: 'http-01' | 'dns-01'): CheckResult {
  if (!name.startsWith('*.')) return ok('wildcard', 'not a wildcard')
  if (challenge === 'dns-01') return ok('wildcard', 'validated through the DNS')
  return failed(
    'wildcard',
    'a wildcard, which can only be validated through the DNS',
    'Use dns-01 with a hook for your DNS (config setprop letsencrypt challenge dns-01), or list the hosts one by one',
  )
}

/** Checks each address separately: one wrong address among several fails only now and then, which is hard to find. */
async function checkFetches(name: string, addresses: readonly string[], work: NameCheck): Promise<CheckResult[]> {
  const { skip, challenge, challengeHook, wellKnown, token, dns } = work
  if (challenge === 'dns-01') return [skipped('fetch', 'validated through the DNS')]
  if (skip.has('fetch')) return [skipped('fetch', 'skipped')]
  if (token === undefined || addresses.length === 0 || name.startsWith('*.'))
    return [skipped('fetch', token === undefined ? 'there is no token' : 'there is no address to fetch from')]
  const options = { httpPort: 80, timeout: TIMEOUT, addressesOf: dns.addresses }
  const fetchAll = () => Promise.all(addresses.map(address => fetchToken(name, address, token, options)))
  if (challengeHook === undefined) return fetchAll()
  return withDelivery({ hook: challengeHook, folder: wellKnown, name, token }, fetchAll)
}

function checkAddresses({ found, problem }: Addresses, authority: Authority): CheckResult {
  const leave = `or exclude the name (--drop-failing).`
  if (found.length === 0 && problem !== undefined)
    return failed('dns', `its addresses cannot be looked up: ${problem}`, 'Fix the DNS of the domain, or DNSServer.')
  if (found.length === 0) return failed('dns', 'no address in the DNS', `Add an A record for it, ${leave}`)
  const list = found.join(', ')
  if (problem !== undefined)
    return warning('dns', `${list}; one query failed: ${problem}`, 'Fix the DNS of the domain.')
  const inside = found.filter(address => !isInternetAddress(address))
  if (inside.length === 0 || !isPublicAuthority(authority)) return ok('dns', list)
  return warning(
    'dns',
    `not reachable from the internet, where the authority is: ${inside.join(', ')}`,
    'If only your internal DNS says so, use an external one: config setprop letsencrypt DNSServer 9.9.9.9',
  )
}

/** Ranges that are not routed on the internet (RFC 6890, RFC 6598, RFC 4193), with their length in bits. */
const RANGES: readonly (readonly [address: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['2001:db8::', 32],
]

const list = new BlockList()
for (const [address, bits] of RANGES) list.addSubnet(address, bits, familyOf(address))

/** Whether an IP address is public, not only valid in a private network. */
export function isInternetAddress(address: string): boolean {
  return !list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6'
}

import { isIP } from 'node:net'
import { NAMES_PER_CERTIFICATE } from '../ledger/limits.ts'
import { isPublicName } from '../ledger/public-suffix.apart.ts'
import type { Authority, NameToCheck } from '../world.ts'
import { type CheckResult, failed, ok, skipped } from './check.ts'

/** Whether it is a public authority, which only certifies names on the internet. A private one can certify anything. */
export function isPublicAuthority({ directory }: Authority): boolean {
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

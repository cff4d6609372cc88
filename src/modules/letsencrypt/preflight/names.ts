import { isIP } from 'node:net'
import { NAMES_PER_CERTIFICATE } from '../ledger/limit-table.ts'
import { isPublicName } from '../ledger/public-suffix.apart.ts'
import type { Authority, NameToCheck } from '../types.ts'
import { type CheckResult, failed, ok, skipped } from './check.ts'

/** Whether an authority is one of the internet, which certifies names of the internet only; a private one does as it likes. */
export function isPublicAuthority({ directory }: Authority): boolean {
  return URL.canParse(directory) && isPublicName(new URL(directory).hostname)
}

/** Whether a name can be certified at all: no address, and under a public suffix. */
export function checkInternal(name: string, authority: Authority): CheckResult {
  if (!isPublicAuthority(authority)) return skipped('internal', 'a private authority may certify any name')
  if (isPublicName(name)) return ok('internal', 'a name of the internet')
  const what = isIP(name) !== 0 ? 'an address' : 'a name of the local network'
  return failed('internal', `${what}: no authority certifies it`, `Leave it out (--drop-failing).`)
}

/** A wildcard can be proved in the DNS only (RFC 8555 §7.1.3 with the rules of the CA/Browser Forum). */
export function checkWildcard(name: string, challenge: 'http-01' | 'dns-01'): CheckResult {
  if (!name.startsWith('*.')) return ok('wildcard', 'no wildcard')
  if (challenge === 'dns-01') return ok('wildcard', 'is proved in the DNS')
  return failed(
    'wildcard',
    'a wildcard, which can be proved in the DNS only',
    'config setprop letsencrypt challenge dns-01, with a hook for your DNS; or name the hosts one by one',
  )
}

/** How many names each certificate would bear. */
export function checkCount(names: readonly NameToCheck[]): CheckResult {
  const counts = new Map<string, number>()
  for (const { certificate } of names) counts.set(certificate, (counts.get(certificate) ?? 0) + 1)
  const [most, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0])
  if (count <= NAMES_PER_CERTIFICATE) return ok('count', `${names.length} names`)
  return failed(
    'count',
    `${most} would bear ${count} names, and ${NAMES_PER_CERTIFICATE} is the most`,
    'One certificate per domain: config setprop letsencrypt certificates per-domain',
  )
}

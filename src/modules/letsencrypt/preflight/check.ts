/** What is checked before an authority is asked, in the order in which it is shown. */
export const CHECKS = ['authority', 'clock', 'count', 'internal', 'wildcard', 'dns', 'caa', 'fetch'] as const

export type CheckId = (typeof CHECKS)[number]

/** How one check ended. */
export interface CheckResult {
  readonly check: CheckId
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped'
  /** What was found. */
  readonly reason: string
  /** What to do about it. */
  readonly hint?: string
}

/** What was found out about one name. */
export interface NameReport {
  readonly name: string
  /** The certificate that it would be in. */
  readonly certificate: string
  /** Where the DNS says it is, IPv4 before IPv6. */
  readonly addresses: readonly string[]
  readonly results: readonly CheckResult[]
}

export function ok(check: CheckId, reason: string): CheckResult {
  return { check, state: 'ok', reason }
}

export function skipped(check: CheckId, reason: string): CheckResult {
  return { check, state: 'skipped', reason }
}

export function warning(check: CheckId, reason: string, hint: string): CheckResult {
  return { check, state: 'warning', reason, hint }
}

export function failed(check: CheckId, reason: string, hint: string): CheckResult {
  return { check, state: 'failed', reason, hint }
}

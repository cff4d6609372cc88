/** What is checked before a certificate is requested, in the order of the report. */
export const CHECKS = ['authority', 'clock', 'count', 'internal', 'wildcard', 'dns', 'caa', 'fetch'] as const

export type CheckId = (typeof CHECKS)[number]

export interface CheckResult {
  readonly check: CheckId
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly reason: string
  /** What to do about it. */
  readonly hint?: string
}

/** What was found about one name. */
export interface NameReport {
  readonly name: string
  /** The certificate that would contain it. */
  readonly certificate: string
  /** Its addresses in the DNS, IPv4 before IPv6. */
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

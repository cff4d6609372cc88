import { usageFailure } from '../../../base/failure.ts'
import { didYouMean } from '../../../base/nearest.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { listIn } from '../settings.ts'

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

/**
 * The checks that the option `--skip` skips.
 * @throws Failure (usage) for an unknown check
 */
export function skippedChecks({ value }: Pick<Invocation, 'value'>): Set<string> {
  const words = listIn(value('skip') ?? '')
  const known: readonly string[] = ['all', ...CHECKS]
  const unknown = words.find(word => !known.includes(word))
  if (unknown === undefined) return new Set(words)
  throw usageFailure(`there is no check "${unknown}"${didYouMean(unknown, known)}`, `Checks: ${known.join(' ')}`)
}

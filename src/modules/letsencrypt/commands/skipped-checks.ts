import { usageFailure } from '../../../base/failure.ts'
import { didYouMean } from '../../../base/nearest.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { CHECKS } from '../preflight/check.ts'

/**
 * The checks that the option `--skip` skips.
 * @throws Failure (usage) for an unknown check
 */
export function skippedChecks({ value }: Pick<Invocation, 'value'>): Set<string> {
  const words = (value('skip') ?? '').split(/[\s,]+/).filter(Boolean)
  const known: readonly string[] = ['all', ...CHECKS]
  const unknown = words.find(word => !known.includes(word))
  if (unknown === undefined) return new Set(words)
  throw usageFailure(`there is no check "${unknown}"${didYouMean(unknown, known)}`, `Checks: ${known.join(' ')}`)
}

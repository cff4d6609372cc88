import { usageFailure } from '../../../base/failure.ts'
import { didYouMean } from '../../../base/nearest.ts'
import type { Invocation } from '../../../terminal/command.ts'
import type { Settings } from '../settings.ts'
import type { Authority, NameToCheck } from '../world.ts'
import { CHECKS } from './check.ts'

export interface PreflightOptions
  extends Pick<Settings, 'challenge' | 'challengeHook' | 'wellKnown' | 'dnsServer' | 'caaIdentities'> {
  readonly names: readonly NameToCheck[]
  readonly authority: Authority
  /** Checks to skip, or `all`. */
  readonly skip: ReadonlySet<string>
}

/**
 * The options for checking some names, from the settings.
 * @param skip additional checks to skip
 */
export function preflightOptions(
  settings: Settings,
  authority: Authority,
  names: readonly NameToCheck[],
  skip: Iterable<string> = [],
): PreflightOptions {
  return { ...settings, names, authority, skip: new Set([...settings.skipChecks, ...skip]) }
}

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

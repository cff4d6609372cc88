import { usageFailure } from '../../../base/failure.ts'
import { didYouMean } from '../../../base/nearest.ts'
import type { Invocation } from '../../../terminal/command.ts'
import type { Settings } from '../settings.ts'
import { type Authority, type NameToCheck, REAL_CLOCK } from '../world.ts'
import { CHECKS } from './check.ts'
import type { PreflightOptions } from './preflight.ts'

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
  const { challenge, challengeHook, wellKnown, dnsServer, caaIdentities, skipChecks } = settings
  const all = new Set([...skipChecks, ...skip])
  // The clock itself is checked, so this is always the machine's.
  const clock = REAL_CLOCK
  return { names, authority, challenge, challengeHook, wellKnown, dnsServer, caaIdentities, skip: all, clock }
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

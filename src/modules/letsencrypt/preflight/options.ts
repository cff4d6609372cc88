import { REAL_CLOCK } from '../clock.ts'
import type { Settings } from '../settings.ts'
import type { Authority, NameToCheck } from '../types.ts'
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

import { REAL_CLOCK } from '../clock.ts'
import type { Settings } from '../settings.ts'
import type { Authority, NameToCheck } from '../types.ts'
import type { PreflightOptions } from './preflight.ts'

/**
 * What the settings say about the checks of some names.
 * @param skip checks that are left out besides
 */
export function preflightOptions(
  settings: Settings,
  authority: Authority,
  names: readonly NameToCheck[],
  skip: Iterable<string> = [],
): PreflightOptions {
  const { challenge, challengeHook, wellKnown, dnsServer, caaIdentities, skipChecks } = settings
  // A hook of the site's own lays the answers out elsewhere: what is in our folder proves nothing then.
  const elsewhere = challengeHook === undefined ? [] : ['fetch']
  const all = new Set([...skipChecks, ...skip, ...elsewhere])
  // The clock itself is checked, so it is always the machine's.
  return { names, authority, challenge, wellKnown, dnsServer, caaIdentities, skip: all, clock: REAL_CLOCK }
}

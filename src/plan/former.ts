import { sha256 } from '../base/sha256.ts'
import type { Owned } from '../state/manifest.ts'
import { findCopy } from '../state/replaced.ts'
import type { Places } from '../system/places.ts'
import type { Change } from './plan.ts'
import type { Restored } from './restore.ts'
import type { Target } from './target.ts'

/** What the list of owned files knows of the one that was there before. */
type Found = Pick<Owned, 'found' | 'foundLink'>

/** What was there before gabarit, if a copy is still kept. */
export function formerOf(path: string, mine: Found, places: Places): Restored['version'] | undefined {
  if (mine.foundLink !== undefined) return { link: mine.foundLink }
  if (mine.found === undefined) return undefined
  const { was, ...attributes } = mine.found
  const content = findCopy(places, path, was)
  return content && { content, attributes }
}

/** What the changes of an output replace that gabarit did not make. */
export function foundBy(changes: readonly Change[], path: string, target: Target): Found {
  const change = changes.find(one => one.kind === 'write' && one.path === path)
  if (change?.kind !== 'write') return {}
  const { before, replacesLink } = change
  if (replacesLink !== undefined) return { foundLink: replacesLink }
  const { state } = target.look(path)
  if (before === undefined || state === undefined) return {}
  const { mode, uid, gid } = state
  return { found: { was: sha256(before), mode, uid, gid } }
}

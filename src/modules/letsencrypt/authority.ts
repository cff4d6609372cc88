import type { Places } from '../../system/places.ts'
import type { State } from '../../system/state.ts'
import type { Authority } from './world.ts'

/** Our state about certificates. */
export function certificateState(places: Places): State {
  return places.state.within('letsencrypt')
}

/** The state of one authority, separate from all others. */
export function authorityState(places: Places, { id }: Pick<Authority, 'id'>): State {
  return certificateState(places).within(id)
}

/** The URLs of ACME version 1, which ended in 2021, and their successors. SME Server's templates contain them. */
const VERSION_1: readonly (readonly [pattern: RegExp, successor: string])[] = [
  [/^https?:\/\/acme-v01\.api\.letsencrypt\.org(\/|$)/i, 'https://acme-v02.api.letsencrypt.org/directory'],
  [/^https?:\/\/acme-staging\.api\.letsencrypt\.org(\/|$)/i, 'https://acme-staging-v02.api.letsencrypt.org/directory'],
]

/** The current URL for one of ACME version 1; undefined for any other URL. */
export function successorOf(directory: string): string | undefined {
  return VERSION_1.find(([pattern]) => pattern.test(directory))?.[1]
}

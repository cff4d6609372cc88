import { type Failure, refusal } from '../base/failure.ts'
import { hasNoValue } from '../db/initialize.ts'
import type { Places } from '../system/places.ts'
import { isShipped } from './actions.ts'
import type { Event } from './load.ts'

/** A server that nobody has named yet. @param event what makes its files, once it has a name */
export function notSetUp(event = 'post-install'): Failure {
  return refusal('this server is not set up yet; its name first, then the event that makes everything:', {
    hint: `config set DomainName example.org\nsignal-event ${event}\ngabarit setup does both, and asks for the names.`,
  })
}

/** Whether nobody knows the primary domain, which most files contain. */
export function isUnnamed(places: Places): boolean {
  return hasNoValue(places, 'configuration', 'DomainName')
}

/** Actions that need the name of the primary domain. */
const NEED_DOMAIN = ['create-primary-domain', 'make-self-signed-certificate']

/**
 * Refuses an event that needs the primary domain while only the administrator knows it: an invented one would be in every file.
 * @throws Failure (refused)
 */
export function refuseUnnamed(places: Places, { name, handlers }: Event): void {
  const namesDomain = handlers.some(handler => NEED_DOMAIN.some(action => isShipped(handler, places, action)))
  if (namesDomain && isUnnamed(places)) throw notSetUp(name)
}

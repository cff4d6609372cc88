import type { PropertyChange } from '../state/history/entry.ts'
import type { Request } from '../system/service/adjustment.ts'
import type { Event } from './load.ts'

/**
 * Services that were turned on or off: no file need change with that, and what was off cannot reload one.
 * @param events that say which records are services
 */
export function switchedServices(
  events: readonly Pick<Event, 'services'>[],
  properties: readonly PropertyChange[],
): Request[] {
  const services = new Set(events.flatMap(event => event.services.map(({ service }) => service)))
  return properties
    .filter(({ database, key, property }) => database === 'configuration' && property === 'status' && services.has(key))
    .map(({ key }) => ({ service: key, word: 'reload-or-restart', source: 'its status' }))
}

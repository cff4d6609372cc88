import { compareBytes } from '../base/byte-order.ts'
import type { Places } from '../system/places.ts'
import { listEvents, loadEvent } from './load.ts'

/**
 * The events that expand all of these templates, those that expand the fewest others first.
 * @param templates names without a leading slash
 */
export function eventsFor(places: Places, templates: ReadonlySet<string>): string[] {
  if (templates.size === 0) return []
  const known = listEvents(places).map(name => ({ name, makes: new Set(loadEvent(places, name).templates) }))
  return known
    .filter(({ makes }) => [...templates].every(template => makes.has(template)))
    .sort((a, b) => a.makes.size - b.makes.size || compareBytes(a.name, b.name))
    .map(({ name }) => name)
}

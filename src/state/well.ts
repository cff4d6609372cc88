import { orUndefined } from '../base/failure.ts'
import { integer, mapOf } from '../base/shape.ts'
import type { Places } from '../system/places.ts'
import { LATELY } from '../system/service/crashes.ts'
import { inOrder, StateFile } from '../system/state-file.ts'

/** When services were last found well after they were adjusted, in milliseconds since 1970. */
const WELL = new StateFile<ReadonlyMap<string, number>>('well.json', {
  what: 'the list of services that are well',
  shape: mapOf(integer),
  wayOut: 'Remove it.',
  format: well => JSON.stringify(inOrder(well)),
})

/** When a service was last found well; 0 if that is long ago, or not known. Ends before that are mended. */
export function lastWell(places: Places, service: string): number {
  return orUndefined(() => WELL.read(places))?.get(service) ?? 0
}

/** The caller holds the event lock. */
export function noteWell(places: Places, services: readonly string[]): void {
  const now = Date.now()
  const lately = [...(orUndefined(() => WELL.read(places)) ?? [])].filter(([, at]) => at > now - LATELY && at <= now)
  WELL.write(places, new Map([...lately, ...services.map(service => [service, now] as const)]))
}

import { identitiesIn } from '../../../archive/identity.ts'
import { refusal } from '../../../base/failure.ts'
import { integer, objectOf, text } from '../../../base/shape.ts'
import type { Places } from '../../../system/places.ts'
import { StateFile } from '../../../system/state-file.ts'
import { fleetFile, fleetState, type Member } from '../member.ts'
import { type Layers, openRecords } from './records.ts'

/** The release on which the records and files of the fleet on this controller are based, with what it said: encrypted, as base64. */
export const BASE = new StateFile<{ readonly release: number; readonly records: string }>(
  'base.json',
  {
    what: 'the release on which the records of the fleet are based',
    shape: objectOf({ release: integer, records: text }),
    wayOut: 'Remove it, then: gabarit fleet pull',
  },
  fleetState,
)

/** Notes that what stands here is what a release says, with or without changes of this controller. */
export function noteBase(places: Places, release: number, records: Uint8Array): void {
  BASE.write(places, { release, records: Buffer.from(records).toString('base64') })
}

/** The number of the release; 0: none. */
export function baseNumber(places: Places): number {
  return BASE.read(places)?.release ?? 0
}

/** What the release said. */
export async function baseLayers(places: Places, { fleet }: Pick<Member, 'fleet'>): Promise<Layers> {
  const base = BASE.read(places)
  if (base === undefined) return new Map()
  const { release, records } = base
  return openRecords(Buffer.from(records, 'base64'), readingKeys(places), { fleet, release })
}

/** What opens the records of releases. @throws Failure (refused) on a host that is no controller */
export function readingKeys(places: Places): readonly string[] {
  return identitiesIn(fleetFile(places, 'reading'))
}

/**
 * @param newest release in the store
 * @throws Failure (refused) if another controller has published since: what it has said would be lost
 */
export function refuseOutdated(places: Places, newest: number): void {
  const base = baseNumber(places)
  if (base >= newest) return
  const based = base === 0 ? 'on no release' : `on release ${base}`
  throw refusal(`the records of the fleet on this host are based ${based}, but release ${newest} was published since`, {
    hint: 'To take in what it says; what was changed here stays: gabarit fleet pull',
  })
}

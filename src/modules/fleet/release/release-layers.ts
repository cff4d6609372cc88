import { identitiesIn } from '../../../archive/identity.ts'
import type { Places } from '../../../system/places.ts'
import { fleetFile, type Member } from '../member.ts'
import type { Store } from '../store/store.ts'
import { join } from './chunks.ts'
import { type Layers, openRecords } from './records.ts'
import { fetchObject, readRelease } from './release.ts'

/** The records and files of the fleet, as a release had them. @throws Failure (refused) if it is missing, or cannot be opened here */
export async function layersOfRelease(
  store: Store,
  number: number,
  { signer, fleet }: Pick<Member, 'signer' | 'fleet'>,
  places: Places,
): Promise<Layers> {
  const release = await readRelease(store, number, signer, fleet)
  const bytes = await join(release.records, fetchObject(store))
  return openRecords(bytes, identitiesIn(fleetFile(places, 'identity')), { fleet, release: number })
}

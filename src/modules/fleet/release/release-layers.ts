import type { Places } from '../../../system/places.ts'
import type { Member } from '../member.ts'
import type { Store } from '../store/store.ts'
import { readingKeys } from './base.ts'
import { join } from './chunks.ts'
import { type Layers, openRecords } from './records.ts'
import { fetchObject, readRelease } from './release.ts'

/** The records and files of the fleet, as a release had them. */
export interface Earlier {
  readonly layers: Layers
  /** Encrypted, as they stand in the store. */
  readonly sealed: Uint8Array
}

/** @throws Failure (refused) if it is missing, or cannot be opened here */
export async function layersOfRelease(
  store: Store,
  number: number,
  { signer, fleet }: Pick<Member, 'signer' | 'fleet'>,
  places: Places,
): Promise<Earlier> {
  const release = await readRelease(store, number, signer, fleet)
  const sealed = await join(release.records, fetchObject(store))
  return { layers: await openRecords(sealed, readingKeys(places), { fleet, release: number }), sealed }
}

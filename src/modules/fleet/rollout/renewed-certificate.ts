import { refusal } from '../../../base/failure.ts'
import type { Places } from '../../../system/places.ts'
import { hostCertificate, keyOf } from '../authority.ts'
import { readMember } from '../members.ts'
import type { Store } from '../store/store.ts'

/** The next certificate of a host, for the key that it has. @throws Failure (refused) if it asks for another one */
export async function renewedCertificate(
  store: Store,
  places: Places,
  fleet: string,
  host: string,
  request: string,
): Promise<string> {
  const { key } = await readMember(store, places, host)
  const certificate = await hostCertificate(places, fleet, host, request)
  if (keyOf(certificate) === key) return certificate
  throw refusal(`${host} asks for a certificate for another key than it has joined with: refused`)
}

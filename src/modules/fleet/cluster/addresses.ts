import { isDeepStrictEqual } from 'node:util'
import { integer, listOf, objectOf, type TypeOf, text } from '../../../base/shape.ts'
import { recordsOf } from '../../../db/store.ts'
import type { Places } from '../../../system/places.ts'
import { ownEndpoint, storeHere } from '../endpoints.ts'
import { MEMBER_FILE, needMember } from '../member.ts'
import { BY_CONTROLLERS, refusedStatement, type Statement, signed, verified } from '../release/signed.ts'
import { addressesKey } from '../store/keys.ts'
import type { Store } from '../store/store.ts'

/** Where the store is, as controllers say it. */
type Addresses = TypeOf<typeof addresses>
const addresses = objectOf({
  fleet: text,
  /** Of the list of store members: it grows with each change, so that a former list cannot be put back. */
  number: integer,
  /** At least one. */
  endpoints: listOf(text),
})

const ADDRESSES: Statement<Addresses> = { kind: 'list of addresses', by: BY_CONTROLLERS, form: '1', shape: addresses }

/** As it stands in the store; the same for all hosts. @param key of the controllers */
export function addressesText(what: Addresses, key: string): string {
  return signed(ADDRESSES, what, key)
}

/**
 * Takes over where the store is from now on.
 * @returns whether that is new
 * @throws Failure (refused) if no controller of this fleet has written it, or it is older than what is known
 */
export async function takeAddresses(store: Store, places: Places): Promise<boolean> {
  const member = needMember(places)
  const found = await store.get(addressesKey(member.host))
  if (found === undefined) return false
  const { fleet, number, endpoints } = verified(ADDRESSES, found.value, member.signer)
  const refuse = (why: string) => refusedStatement(ADDRESSES.kind, why)
  if (fleet !== member.fleet) throw refuse(`is for the fleet ${fleet}, not ${member.fleet}`)
  if (number < (member.addresses ?? 0)) throw refuse('is older than one that was there: somebody has put it back')
  const mine = asReachedHere(endpoints, places)
  if (mine.length === 0) return false
  const isNew = !isDeepStrictEqual(mine, member.endpoints)
  // A list that says nothing new counts, too: else one before it could be put back.
  if (isNew || number !== member.addresses) MEMBER_FILE.write(places, { ...member, endpoints: mine, addresses: number })
  return isNew
}

/** A host that carries a member of the store asks that one first. */
export function asReachedHere(endpoints: readonly string[], places: Places): readonly string[] {
  const configuration = recordsOf(places, 'configuration')
  const own = storeHere(configuration)?.endpoints.filter(endpoint => endpoints.includes(endpoint)) ?? []
  if (own.length === 0) return endpoints
  return [ownEndpoint(configuration), ...endpoints.filter(endpoint => !own.includes(endpoint))]
}

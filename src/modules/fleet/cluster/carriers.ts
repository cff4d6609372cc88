import { isDeepStrictEqual } from 'node:util'
import { refusal } from '../../../base/failure.ts'
import { integer, listOf, objectOf, type TypeOf, text } from '../../../base/shape.ts'
import type { Places } from '../../../system/places.ts'
import { fleetFile, needController } from '../member.ts'
import { BY_CONTROLLERS, refusedStatement, type Statement, signed, verified } from '../release/signed.ts'
import { CARRIERS_KEY } from '../store/keys.ts'
import type { Store } from '../store/store.ts'

/** A member of the store, and the host that carries it. */
export type Carrier = TypeOf<typeof carrier>
const carrier = objectOf({
  host: text,
  /** How the other members reach it: `https://192.168.1.5:2380` */
  peer: text,
  /** How hosts reach it; empty while it is being added or removed. */
  endpoints: listOf(text),
})

/** Who carries the store, as controllers say it: what etcd says of itself is not believed. */
export type Carriers = TypeOf<typeof carriers>
const carriers = objectOf({
  fleet: text,
  /** Grows with each change. */
  number: integer,
  list: listOf(carrier),
})

const CARRIERS: Statement<Carriers> = { kind: 'list of store members', by: BY_CONTROLLERS, form: '1', shape: carriers }

interface Found extends Pick<Carriers, 'number' | 'list'> {
  readonly revision: number
}

/** @throws Failure (refused) if no controller has written it */
export async function readCarriers(store: Store, places: Places): Promise<Found> {
  const { fleet, signer } = needController(places)
  const entry = await store.get(CARRIERS_KEY)
  if (entry === undefined) return { number: 0, list: [], revision: 0 }
  const found = verified(CARRIERS, entry.value, signer)
  if (found.fleet !== fleet) throw refusedStatement(CARRIERS.kind, `is for the fleet ${found.fleet}, not ${fleet}`)
  return { ...found, revision: entry.revision }
}

/** How hosts reach the store: at each of its members. @throws Failure (refused) if nobody has said that yet */
export async function fleetEndpoints(store: Store, places: Places): Promise<readonly string[]> {
  const endpoints = endpointsOf(await readCarriers(store, places))
  if (endpoints.length > 0) return endpoints
  throw refusal('it is not known yet how hosts reach the store', {
    hint: 'Does gabarit-fleet run on the host with etcd? It says so within a minute.',
  })
}

export function endpointsOf({ list }: Pick<Carriers, 'list'>): readonly string[] {
  return list.flatMap(({ endpoints }) => endpoints)
}

/** Notes what a host carries. @param carried undefined: nothing */
export async function noteCarrier(
  store: Store,
  places: Places,
  host: string,
  carried: Omit<Carrier, 'host'> | undefined,
): Promise<void> {
  for (;;) {
    const { list, number, revision } = await readCarriers(store, places)
    // In its place: hosts ask the first ones first.
    const mine = carried === undefined ? [] : [{ host, ...carried }]
    const isThere = list.some(one => one.host === host)
    const next = isThere ? list.flatMap(one => (one.host === host ? mine : [one])) : [...list, ...mine]
    if (isDeepStrictEqual(next, list)) return
    const value = carriersText(places, { number: Math.max(number + 1, Date.now()), list: next })
    if (await store.commit([{ key: CARRIERS_KEY, revision }], [{ key: CARRIERS_KEY, value }])) return
  }
}

/** As it stands in the store. */
function carriersText(places: Places, what: Omit<Carriers, 'fleet'>): string {
  return signed(CARRIERS, { fleet: needController(places).fleet, ...what }, fleetFile(places, 'signing'))
}

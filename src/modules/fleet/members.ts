import { orUndefined, refusal, usageFailure } from '../../base/failure.ts'
import { flag, listOf, moment, objectOf, type TypeOf, text } from '../../base/shape.ts'
import { LAYER_NAME } from '../../db/layers.ts'
import type { Places } from '../../system/places.ts'
import { controllerProof, isSameProof } from './controller-key.ts'
import { MEMBERS_PREFIX, memberKey } from './store/keys.ts'
import type { Change, Entry, Store } from './store/store.ts'

/** What controllers know of a host. */
const FLEET_HOST = objectOf({
  /** Its key of age: `age1…` */
  recipient: text,
  /** By which it signs what it reports: the public part of its key for the store, in PEM. */
  key: text,
  /** The first counts most. */
  groups: listOf(text),
  controller: flag,
  joined: moment,
})
export type FleetHost = TypeOf<typeof FLEET_HOST>

const NOTED = objectOf({ host: FLEET_HOST, proof: text })

/**
 * The hosts of the fleet by their names, in order.
 * @throws Failure (refused) for a host that no controller has put there
 */
export async function readMembers(store: Store, places: Places): Promise<ReadonlyMap<string, FleetHost>> {
  const entries = await store.list(MEMBERS_PREFIX)
  return membersIn(new Map(entries.map(entry => [entry.key.slice(MEMBERS_PREFIX.length), entry])), places)
}

/** What was read before: the leader looks at all of them again whenever one changes. */
const known = new WeakMap<Entry, FleetHost>()

/** As {@link readMembers}, from entries that were read already. */
export function membersIn(entries: ReadonlyMap<string, Entry>, places: Places): ReadonlyMap<string, FleetHost> {
  return new Map(
    [...entries].map(([name, entry]) => {
      const host = known.get(entry) ?? authentic(places, name, entry.value)
      known.set(entry, host)
      return [name, host]
    }),
  )
}

/** One host. @throws Failure (refused) if it is none of the fleet's, or no controller has put it there */
export async function readMember(
  store: Store,
  places: Places,
  name: string,
): Promise<FleetHost & { revision: number }> {
  const entry = await store.get(memberKey(name))
  if (entry === undefined)
    throw refusal(`${name} is no host of the fleet`, { hint: 'All of them: gabarit fleet hosts' })
  return { ...authentic(places, name, entry.value), revision: entry.revision }
}

/** What puts a host into the store. */
export function memberChange(places: Places, name: string, host: FleetHost): Change {
  return { key: memberKey(name), value: JSON.stringify({ host, proof: proofOf(places, name, host) }) }
}

function authentic(places: Places, name: string, value: string): FleetHost {
  const noted = orUndefined(() => NOTED(JSON.parse(value)))
  if (noted !== undefined && isSameProof(noted.proof, proofOf(places, name, noted.host))) return noted.host
  throw refusal(`what the store says of the host ${name} was not written by a controller`, {
    where: memberKey(name),
    hint: `Somebody has changed the store. Take the host out, and let it join once more: gabarit fleet leave ${name}`,
  })
}

function proofOf(places: Places, name: string, { recipient, key, groups, controller, joined }: FleetHost): string {
  return controllerProof(places, 'member', JSON.stringify([name, recipient, key, groups, controller, joined]))
}

/** @throws Failure (usage) for what cannot be the name of a host or a group */
export function checkName(name: string, what: string): string {
  if (LAYER_NAME.test(name)) return name
  throw usageFailure(
    `this cannot be the name of a ${what}: ${JSON.stringify(name)}`,
    'Small letters, digits, "-" and ".", at most 63 of them.',
  )
}

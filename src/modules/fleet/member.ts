import { refusal } from '../../base/failure.ts'
import { flag, integer, listOf, objectOf, optional, type TypeOf, text } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import type { State } from '../../system/state.ts'
import { indented, StateFile } from '../../system/state-file.ts'

/** What the module keeps: for root only. */
export function fleetState({ state }: Places): State {
  return state.within('fleet')
}

/** What a host knows of its fleet since it joined. */
const MEMBER = objectOf({
  fleet: text,
  /** Its own name. */
  host: text,
  controller: flag,
  /** `https://192.168.1.5:2379`, the first to ask first. */
  endpoints: listOf(text),
  /** The number of what a controller has said of them last; older ones do not count. */
  addresses: optional(integer),
  user: text,
  password: text,
  /** The public key (PEM) by which orders are signed. */
  signer: text,
})
export type Member = TypeOf<typeof MEMBER>

export const MEMBER_FILE = new StateFile<Member>(
  'member.json',
  {
    what: 'the note of the fleet that this host belongs to',
    shape: MEMBER,
    wayOut: 'Remove it, and join once more: gabarit fleet invite on a controller, gabarit fleet join here',
    format: indented,
  },
  fleetState,
)

/** Its other files; each is missing until the host has joined. */
export const FLEET_FILES = {
  /** The age identity of this host, as age-keygen writes one. */
  identity: 'identity.txt',
  /** Its key and certificate for the store, and the authority of the store. */
  key: 'tls.key',
  certificate: 'tls.crt',
  authority: 'ca.crt',
  /**
   * Only on controllers, the same on all: what signs (PKCS #8, ed25519), the key of the authority, the password of etcd's root, and
   * the age identity that opens what is for controllers.
   */
  signing: 'signing.key',
  authorityKey: 'ca.key',
  rootPassword: 'root-password',
  reading: 'reading.txt',
} as const

/** The certificates of the store, on a host where it is: where etcd can read them. One for its clients, one among its members. */
export const STORE_CERTIFICATE = '/etc/etcd/gabarit.crt'
export const PEER_CERTIFICATE = '/etc/etcd/gabarit-peer.crt'

const CONTROLLERS_ONLY: readonly string[] = ['signing', 'authorityKey', 'rootPassword', 'reading']

/**
 * The text of one of the files.
 * @throws Failure (refused) if it is missing
 */
export function fleetFile(places: Places, name: keyof typeof FLEET_FILES): string {
  const found = fleetState(places).read(FLEET_FILES[name])
  if (found !== undefined) return found.toString('utf8')
  const controllers = CONTROLLERS_ONLY.includes(name)
  throw refusal(controllers ? 'this host is no controller of a fleet' : 'this host has not joined a fleet', {
    where: fleetState(places).path(FLEET_FILES[name]),
    hint: controllers ? 'Run it on a controller.' : 'Ask for a token on a controller: gabarit fleet invite HOST',
  })
}

/** @throws Failure (refused) if this host belongs to no fleet */
export function needMember(places: Places): Member {
  const member = MEMBER_FILE.read(places)
  if (member !== undefined) return member
  throw refusal('this host has not joined a fleet', {
    hint: 'Ask for a token on a controller: gabarit fleet invite HOST\nThen here: gabarit fleet join, which asks for it',
  })
}

/** @throws Failure (refused) if this host is no controller */
export function needController(places: Places): Member {
  const member = needMember(places)
  if (member.controller) return member
  throw refusal(`this host is no controller of the fleet ${member.fleet}`, { hint: 'Run it on a controller.' })
}

/** The page of the fleet, on a controller. */
export function pagesHere(places: Places): readonly string[] {
  return MEMBER_FILE.read(places)?.controller === true ? ['/fleet'] : []
}

import { hash, integer, listOf, matching, number, objectOf, type TypeOf, text } from '../../../base/shape.ts'
import { LAYER_NAME } from '../../../db/layers.ts'
import { BY_CONTROLLERS, refusedStatement, type Statement, signed, verified } from './signed.ts'

/** What was encrypted for one reader, in the parts that the store holds. */
export type Bundle = TypeOf<typeof bundle>
export const bundle = objectOf({
  sha256: hash,
  size: integer,
  /** The hashes of its parts, in order. */
  chunks: listOf(hash),
})

/** A release, and how often it was tried. */
export type Turn = Pick<Order, 'release' | 'attempt'>

/** What a controller tells a host to take. */
export type Order = TypeOf<typeof order>
const order = objectOf({
  fleet: text,
  host: matching(LAYER_NAME, 'the name of a host'),
  release: integer,
  /** Grows when the roll-out of a release is resumed. */
  attempt: integer,
  bundle,
  /** Seconds after which the host goes back unless it has proved the change. */
  within: number,
  /** Seconds after which the roll-out wants to hear once more how the host is. */
  soak: number,
  /** The public keys of those who may read what differs on the host. */
  controllers: listOf(matching(/^age1[a-z0-9]+$/, 'a public key of age')),
})

const ORDER: Statement<Order> = { kind: 'order', by: BY_CONTROLLERS, form: '1', shape: order }

/** An order as it stands in the store. @param key of the controllers: ed25519, PKCS #8 in PEM */
export function signOrder(what: Order, key: string): string {
  return signed(ORDER, what, key)
}

/** For whom and by whom an order must be. */
export interface Expected {
  readonly fleet: string
  readonly host: string
  /** The public key of the controllers, in PEM. */
  readonly signer: string
  /** The newest order that was ever right here: it may come once more, older ones may not. */
  readonly seen: Turn & { readonly sha256?: string | undefined }
}

/**
 * Reads an order, and believes nothing that is not signed.
 * @throws Failure (refused) with the exact reason
 */
export function verifyOrder(stored: string, { fleet, host, signer, seen }: Expected): Order {
  const found = verified(ORDER, stored, signer)
  const refuse = (why: string) => refusedStatement(ORDER.kind, why)
  if (found.fleet !== fleet) throw refuse(`is for the fleet ${found.fleet}, not ${fleet}`)
  if (found.host !== host) throw refuse(`is for the host ${found.host}, not ${host}`)
  const order = compareTurns(found, seen)
  if (order < 0)
    throw refuse(`is for ${sayTurn(found)}, but this host has seen ${sayTurn(seen)}: an old one was replayed`)
  if (order === 0 && seen.sha256 !== undefined && seen.sha256 !== found.bundle.sha256)
    throw refuse(`is for ${sayTurn(found)}, which this host has seen with another content`)
  return found
}

/** Negative if the first one is older. */
export function compareTurns(a: Turn, b: Turn): number {
  return a.release - b.release || a.attempt - b.attempt
}

function sayTurn({ release, attempt }: Turn): string {
  return `release ${release}, attempt ${attempt}`
}

import { randomBytes } from 'node:crypto'
import { orUndefined, refusal } from '../../../base/failure.ts'
import { flag, integer, listOf, objectOf, type TypeOf, text } from '../../../base/shape.ts'
import type { Places } from '../../../system/places.ts'
import { tokenPair } from '../authority.ts'
import { fleetEndpoints } from '../cluster/carriers.ts'
import { controllerProof } from '../controller-key.ts'
import { fleetFile, needController } from '../member.ts'
import { answerKey, invitationKey, memberKey, requestKey } from '../store/keys.ts'
import type { Session } from '../store/session.ts'
import type { Store } from '../store/store.ts'
import { makeUser } from '../store/users.ts'
import { joiningPassword, joiningUser, type Token } from './token.ts'

/** What controllers note of a token: all but its secret. */
const INVITATION = objectOf({
  host: text,
  groups: listOf(text),
  controller: flag,
  /** In seconds since 1970. */
  until: integer,
  nonce: text,
})
export type Invitation = TypeOf<typeof INVITATION>

/** Hours that a token counts. */
const HOURS = 24

/** The invitation in the text of an entry; undefined if it is none. */
export function invitationIn(value: string): Invitation | undefined {
  return orUndefined(() => INVITATION(JSON.parse(value)))
}

/** The secret of its token: it follows from all that is noted, so nobody else can change an invitation. */
export function secretOf({ host, groups, controller, until, nonce }: Invitation, places: Places): string {
  return controllerProof(places, 'invitation', JSON.stringify([host, groups, controller, until, nonce]))
}

/**
 * Makes a token by which a host can join once. A former one for the same name counts no more.
 * @throws Failure (refused) if there is such a host
 */
export async function invite(
  { host, groups, controller }: Pick<Invitation, 'host' | 'groups' | 'controller'>,
  { store, root, places, now }: { store: Store; root: Session; places: Places; now: Date },
): Promise<Token> {
  const { fleet } = needController(places)
  const endpoints = await fleetEndpoints(store, places)
  if ((await store.get(memberKey(host))) !== undefined)
    throw refusal(`${host} is a host of the fleet already`, {
      hint: `If it is a new machine, take the old one out first: gabarit fleet leave ${host}`,
    })
  const until = Math.floor(now.getTime() / 1000) + HOURS * 3600
  const invitation = { host, groups, controller, until, nonce: randomBytes(16).toString('base64url') }
  const secret = secretOf(invitation, places)
  await makeUser(root, joiningUser(host), joiningPassword(secret), [
    { may: 'READWRITE', key: requestKey(host) },
    { may: 'READ', key: answerKey(host) },
  ])
  await store.commit(
    [],
    [
      { key: invitationKey(host), value: JSON.stringify(invitation) },
      { key: requestKey(host), remove: true },
      { key: answerKey(host), remove: true },
    ],
  )
  const pair = await tokenPair(places, fleet, host)
  return { fleet, host, endpoints, secret, authority: fleetFile(places, 'authority'), ...pair, until }
}

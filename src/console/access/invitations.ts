import { moment, objectOf, type TypeOf, text } from '../../base/shape.ts'
import { newToken, tokenHash } from '../../base/token.ts'
import type { Places } from '../../system/places.ts'
import { KeptMap } from './kept-map.ts'
import { newSecret } from './users.ts'

/** How long a one-time address works, in minutes. */
export const INVITATION_MINUTES = 10

const invitation = objectOf({
  user: text,
  /** The secret for codes that the user will have, base32. */
  secret: text,
  until: moment,
})

/** By the hash of their token. */
const INVITATIONS = new KeptMap(
  'invitations',
  'one-time addresses',
  invitation,
  'Remove it: only addresses that were not used yet are lost.',
)

/** Makes a one-time address for a user, who may be new or have forgotten the password. @returns its token */
export function invite(places: Places, user: string, now = Date.now()): string {
  const token = newToken()
  const until = new Date(now + INVITATION_MINUTES * 60_000).toISOString()
  change(places, now, open => {
    for (const [hash, other] of open) if (other.user === user) open.delete(hash)
    open.set(tokenHash(token), { user, secret: newSecret(), until })
  })
  return token
}

/** The invitation with this token; undefined if there is none, or it has expired. */
export function invitationOf(places: Places, token: string, now = Date.now()) {
  const found = INVITATIONS.read(places).get(tokenHash(token))
  return found === undefined || Date.parse(found.until) < now ? undefined : found
}

/** Ends an invitation. @returns whether it was still there: of two that use it at once, one wins */
export function useInvitation(places: Places, token: string, now = Date.now()): boolean {
  let was = false
  change(places, now, open => {
    was = open.delete(tokenHash(token))
  })
  return was
}

function change(places: Places, now: number, run: (open: Map<string, TypeOf<typeof invitation>>) => void): void {
  INVITATIONS.change(places, open => {
    for (const [hash, { until }] of open) if (Date.parse(until) < now) open.delete(hash)
    run(open)
  })
}

import { number, objectOf, optional, type TypeOf, text } from '../../base/shape.ts'
import { newToken, tokenHash } from '../../base/token.ts'
import type { Places } from '../../system/places.ts'
import { KeptMap } from './kept-map.ts'
import { readUsers } from './users.ts'

/** A session ends when it was not used for this long, and after this time at the latest, in milliseconds. */
export const IDLE = 30 * 60_000
const LONGEST = 12 * 3_600_000

/** A use of a session is only written when the last one is this old, in milliseconds. */
const PRECISION = 60_000

const session = objectOf({
  ...{ user: text, address: text, opened: number, used: number },
  /** The session of the gateway for logins that it came by: it ends with that one. */
  gateway: optional(text),
})

type Session = TypeOf<typeof session>

/** By the hash of their token. Times are milliseconds since 1970. */
export type Sessions = ReadonlyMap<string, Session>

const SESSIONS = new KeptMap(
  'sessions',
  'sessions of the console',
  session,
  'Remove it: everybody has to log in again.',
)

/** The sessions that can still be used. */
export function openSessions(places: Places, now = Date.now()): Sessions {
  return stillOpen(SESSIONS.read(places), places, now)
}

function stillOpen(all: Sessions, places: Places, now: number): Sessions {
  const users = readUsers(places)
  // Whom the provider names need not be a user of ours.
  const isOpen = ({ user, opened, used, gateway }: Session) =>
    (gateway !== undefined || users.has(user)) && now - used < IDLE && now - opened < LONGEST
  return new Map([...all].filter(([, one]) => isOpen(one)))
}

/**
 * Opens a session.
 * @param gateway the session of the gateway that it came by
 * @returns its token, which only the browser keeps
 */
export function openSession(places: Places, user: string, address: string, now = Date.now(), gateway?: string): string {
  const token = newToken()
  change(places, now, open =>
    open.set(tokenHash(token), {
      ...{ user, address, opened: now, used: now },
      ...(gateway === undefined ? {} : { gateway }),
    }),
  )
  return token
}

/** A session, which counts as used now; undefined if it is not open. */
export function useSession(places: Places, token: string, now = Date.now()): Session | undefined {
  const hash = tokenHash(token)
  const found = openSessions(places, now).get(hash)
  if (found !== undefined && now - found.used > PRECISION)
    change(places, now, open => open.has(hash) && open.set(hash, { ...found, used: now }))
  return found
}

/** Closes one session, or all of a user. */
export function closeSessions(places: Places, which: { token: string } | { user: string }, now = Date.now()): void {
  change(places, now, open => {
    if ('token' in which) open.delete(tokenHash(which.token))
    else for (const [hash, { user }] of open) if (user === which.user) open.delete(hash)
  })
}

function change(places: Places, now: number, run: (open: Map<string, Session>) => void): void {
  SESSIONS.change(places, kept => {
    const open = stillOpen(kept, places, now)
    for (const hash of kept.keys()) if (!open.has(hash)) kept.delete(hash)
    run(kept)
  })
}

import { RecentMap } from '../../../base/recent-map.ts'
import { newToken, tokenHash } from '../../../base/token.ts'
import type { Gate } from './gate.ts'
import { Rejected } from './saml/rejected.ts'

/** How long a ticket can be used, in milliseconds. */
const VALID = 60_000
const MOST = 1000

/** The key of the console among the places. */
export const CONSOLE = 'console'

/** Who enters the console: the helper asks for it, which believes nothing that its pages say of themselves. */
export interface Entered {
  readonly user: string
  /** The identifier of the session, with which the helper asks whether it is still open. */
  readonly session: string
}

/**
 * The way into the console. A browser with a session gets a ticket, which the pages of the console hand to their helper; only the
 * gateway can say whose it is. So the pages never see the cookie of the gateway, and cannot make up who somebody is.
 */
export class ConsoleDoor {
  readonly #gate: Gate
  readonly #tickets = new RecentMap<{ readonly session: string; readonly begun: string; readonly until: number }>(MOST)

  constructor(gate: Gate) {
    this.#gate = gate
  }

  /** @param begun the hash of what the browser's cookie of the console has: nobody else can use the ticket */
  ticket(session: string, begun: string, now: number): string {
    const ticket = newToken()
    this.#tickets.set(tokenHash(ticket), { session, begun, until: now + VALID })
    return ticket
  }

  /** Whose a ticket is: once. @throws Rejected */
  redeem(ticket: string, begun: string, now: number): Entered {
    const hash = tokenHash(ticket)
    const found = this.#tickets.get(hash)
    this.#tickets.delete(hash)
    if (found === undefined || found.until < now || tokenHash(begun) !== found.begun)
      throw new Rejected('this browser did not ask to enter the console')
    const user = this.whose(found.session, now)
    if (user === undefined) throw new Rejected('the session has ended')
    return { user, session: found.session }
  }

  /** The user of a session that may enter the console now; undefined if it has ended, or its groups are not let in. */
  whose(session: string, now: number): string | undefined {
    const one = this.#gate.sessions.get(session, now)
    return one !== undefined && this.#gate.maySee(CONSOLE, one) ? one.user : undefined
  }
}

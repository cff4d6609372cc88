import type { State } from '../../../system/state.ts'
import { Allowance } from './allowance.ts'
import { Entrance } from './entrance.ts'
import { Exit } from './exit.ts'
import type { Log } from './log.ts'
import type { OpenId } from './oidc/openid.ts'
import { type Session, Sessions } from './sessions.ts'
import type { Place, Settings } from './settings.ts'
import { UsedMessages } from './used-messages.ts'
import { mayEnter } from './visitor.ts'

/** What a front end is told about a request. */
export type Verdict = { readonly status: 200; readonly session: Session } | { readonly status: 401 | 403 | 404 }

/** The gateway: whose is this cookie, how somebody gets in, and how sessions end. */
export class Gate {
  readonly settings: Settings
  readonly sessions: Sessions
  readonly entrance: Entrance
  readonly exit: Exit
  readonly allowance = new Allowance()
  readonly log: Log
  readonly openId: OpenId | undefined
  /** The name that the provider knows. */
  readonly host: string

  /** @param openId the provider, if it speaks OpenID Connect */
  constructor(settings: Settings, state: State, log: Log, now: number, openId?: OpenId) {
    this.settings = settings
    this.log = log
    this.host = new URL(settings.service.base).host
    this.sessions = new Sessions(state)
    const used = new UsedMessages(state, now)
    this.openId = openId
    this.entrance = new Entrance(settings, this.sessions, used, log, openId)
    this.exit = new Exit(settings, this.sessions, used, log, openId)
  }

  /**
   * @param key of the record of the place
   * @param host that the visitor has typed
   * @param token of the visitor's cookie
   */
  check(key: string, host: string, token: string | undefined, now: number): Verdict {
    const place = this.#place(key)
    if (place === undefined || !place.names.includes(nameOf(host))) return { status: 404 }
    const found = token === undefined ? undefined : this.sessions.find(host, token, now)
    if (found === undefined) return { status: 401 }
    return mayEnter(found.session, place) ? { status: 200, session: found.session } : { status: 403 }
  }

  /** Whether a session may come into a place, by whichever of its names. @param key of the record of the place */
  maySee(key: string, session: Session): boolean {
    const place = this.#place(key)
    return place !== undefined && mayEnter(session, place)
  }

  /** Whether the host is of a place that asks for a login, or the gateway's own. */
  isSite(host: string): boolean {
    return host === this.host || Object.values(this.settings.places).some(({ names }) => names.includes(nameOf(host)))
  }

  #place(key: string): Place | undefined {
    return Object.hasOwn(this.settings.places, key) ? this.settings.places[key] : undefined
  }
}

/** A host without its port. */
function nameOf(host: string): string {
  return host.replace(/:\d{1,5}$/, '').toLowerCase()
}

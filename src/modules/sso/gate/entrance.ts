import { RecentMap } from '../../../base/recent-map.ts'
import { newToken, tokenHash } from '../../../base/token.ts'
import type { Log } from './log.ts'
import type { OpenId } from './oidc/openid.ts'
import { type Login, loginRequest, readLogin } from './saml/login.ts'
import { redirectUrl } from './saml/redirect.ts'
import { Rejected } from './saml/rejected.ts'
import type { Sessions } from './sessions.ts'
import type { Settings } from './settings.ts'
import type { UsedMessages } from './used-messages.ts'
import { visitorOf } from './visitor.ts'

/** How long somebody may take at the provider, and on the way back, in milliseconds. */
const LOGIN_TIME = 15 * 60_000
const TICKET_TIME = 60_000

/** Logins that have begun, at most: anybody can begin one. */
const MOST = 10_000

/** Where somebody wants to go. */
export interface Aim {
  /** The name of the site. */
  readonly site: string
  /** The path on it, with its query. */
  readonly path: string
  /** The hash of what the browser's cookie on that site has: nobody else can use what comes of it. */
  readonly begun: string
}

interface Asked extends Aim {
  /** What the answer must fit to: of SAML the ID of the request. */
  readonly request: string
  readonly browser: string
  readonly until: number
  readonly login?: Login
}

interface Ticket extends Aim {
  readonly session: string
  readonly until: number
}

/**
 * How somebody gets in. A browser does not send cookies of one name to another one, so a login goes from the site to the gateway's
 * own name, from there to the provider, and back by a ticket that the same browser can use once.
 */
export class Entrance {
  readonly #settings: Settings
  readonly #sessions: Sessions
  readonly #used: UsedMessages
  readonly #log: Log
  readonly #openId: OpenId | undefined
  readonly #asked = new RecentMap<Asked>(MOST)
  readonly #tickets = new RecentMap<Ticket>(MOST)

  constructor(settings: Settings, sessions: Sessions, used: UsedMessages, log: Log, openId?: OpenId) {
    this.#settings = settings
    this.#sessions = sessions
    this.#used = used
    this.#log = log
    this.#openId = openId
  }

  /** Sends a browser to the provider. @param browser the secret in its cookie @returns where */
  ask(aim: Aim, browser: string, now: number): string {
    const name = newToken()
    const { url, request } = this.#openId?.ask(name) ?? this.#askBySaml(name, now)
    this.#asked.set(name, { ...aim, request, browser: tokenHash(browser), until: now + LOGIN_TIME })
    return url
  }

  #askBySaml(name: string, now: number): { url: string; request: string } {
    const { service, provider, privateKey } = this.#settings
    const { id, xml } = loginRequest(service, provider, now)
    return { url: redirectUrl(provider.login, 'SAMLRequest', xml, name, privateKey), request: id }
  }

  /**
   * Takes the provider's answer, which comes as a form of the provider's site and thus without our cookies.
   * @param name of the login: what the provider gave back as RelayState
   * @throws Rejected
   */
  answer(xml: string, name: string, now: number): void {
    const { service, provider } = this.#settings
    const asked = this.#asked.get(name)
    if (asked === undefined || asked.until < now || asked.login !== undefined)
      throw new Rejected('the message is no answer to a request of ours')
    const login = readLogin(xml, asked.request, service, provider, now)
    this.#used.use(provider.entityId, login.id, login.replayable, now)
    this.#asked.set(name, { ...asked, login })
  }

  /**
   * Takes the provider's answer that a browser brings with our cookies (OpenID Connect): one answer, whatever comes of it.
   * @param read finds out who it is, from what the answer must fit to
   * @throws Rejected
   */
  async answerOnce(
    name: string,
    browser: string | undefined,
    read: (request: string, now: number) => Promise<Login>,
    now: number,
  ): Promise<void> {
    const asked = this.#asked.get(name)
    if (asked === undefined || asked.until < now || asked.login !== undefined)
      throw new Rejected('the message is no answer to a request of ours')
    if (tokenHash(browser ?? '') !== asked.browser) throw new Rejected('this browser did not ask to log in')
    this.#asked.delete(name)
    this.#asked.set(name, { ...asked, login: await read(asked.request, now) })
  }

  /**
   * Opens the session, for the browser that had asked.
   * @returns the identifier of the session, and a ticket for the site
   * @throws Rejected
   */
  finish(name: string, browser: string | undefined, now: number): { session: string; url: string } {
    const asked = this.#asked.get(name)
    if (asked?.login === undefined || asked.until < now || tokenHash(browser ?? '') !== asked.browser)
      throw new Rejected('this browser did not ask to log in')
    this.#asked.delete(name)
    const { provider, hours } = this.#settings
    const { login } = asked
    const visitor = visitorOf(login, this.#settings, this.#log)
    const until = Math.min(now + hours * 3_600_000, login.until ?? Number.POSITIVE_INFINITY)
    const index = login.index === undefined ? {} : { index: login.index }
    const hint = login.hint === undefined ? {} : { hint: login.hint }
    const session = this.#sessions.open({
      ...visitor,
      ...index,
      ...hint,
      provider: provider.entityId,
      nameId: login.nameId,
      opened: now,
      until,
    })
    this.#log('notice', `${visitor.user} has logged in`)
    return { session, url: this.ticketUrl(session, asked, now) }
  }

  /** The address that lets a session into a site, once. */
  ticketUrl(session: string, { site, path, begun }: Aim, now: number): string {
    const ticket = newToken()
    this.#tickets.set(tokenHash(ticket), { session, site, path, begun, until: now + TICKET_TIME })
    return `https://${site}/gabarit-sso/enter?ticket=${ticket}`
  }

  /**
   * Lets a session into the site that a ticket is for.
   * @returns the token for the cookie, and the path to go on to
   * @throws Rejected
   */
  enter(ticket: string, site: string, begun: string | undefined, now: number): { token: string; path: string } {
    const hash = tokenHash(ticket)
    const found = this.#tickets.get(hash)
    this.#tickets.delete(hash)
    if (found === undefined || found.until < now || found.site !== site || !begun || tokenHash(begun) !== found.begun)
      throw new Rejected('this browser did not ask to log in')
    const token = this.#sessions.enter(found.session, site, now)
    if (token === undefined) throw new Rejected('the session has ended')
    return { token, path: found.path }
  }
}

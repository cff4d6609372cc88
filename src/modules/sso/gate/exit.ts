import { RecentMap } from '../../../base/recent-map.ts'
import type { Log } from './log.ts'
import type { LogoutToken, OpenId } from './oidc/openid.ts'
import {
  type LogoutRequest,
  logoutRequest,
  logoutResponse,
  readLogoutRequest,
  readLogoutResponse,
  readSoapRequest,
  soapEnvelope,
} from './saml/logout.ts'
import { ENDPOINTS } from './saml/metadata.ts'
import { readRedirect, redirectUrl } from './saml/redirect.ts'
import { Rejected } from './saml/rejected.ts'
import { signXml } from './saml/signed.ts'
import { isSameUser, type Sessions } from './sessions.ts'
import type { Settings } from './settings.ts'
import type { UsedMessages } from './used-messages.ts'

/** Requests of ours that wait for an answer, at most. */
const MOST = 10_000

/** How sessions end: the user wants it, or the provider says so. */
export class Exit {
  readonly #settings: Settings
  readonly #sessions: Sessions
  readonly #used: UsedMessages
  readonly #log: Log
  readonly #openId: OpenId | undefined
  readonly #asked = new RecentMap<true>(MOST)

  constructor(settings: Settings, sessions: Sessions, used: UsedMessages, log: Log, openId?: OpenId) {
    this.#settings = settings
    this.#sessions = sessions
    this.#used = used
    this.#log = log
    this.#openId = openId
  }

  /**
   * A user wants to leave.
   * @returns where the browser tells the provider; undefined if it has no such address, or could not answer: our metadata say where
   */
  leave(session: string, now: number): string | undefined {
    const one = this.#sessions.get(session, now)
    if (one === undefined) return undefined
    this.#sessions.end([session])
    this.#log('notice', `${one.user} has logged out`)
    const { service, provider, privateKey } = this.#settings
    if (one.provider !== provider.entityId) return undefined
    if (this.#openId !== undefined) return this.#openId.leave(one.hint)
    if (provider.logout === undefined || !service.bindings.includes('redirect')) return undefined
    const { id, xml } = logoutRequest(service, provider.logout.request, one, now)
    this.#asked.set(id, true)
    return redirectUrl(provider.logout.request, 'SAMLRequest', xml, id, privateKey)
  }

  /**
   * The provider's answer to {@link leave}.
   * @returns whether all sessions there have ended
   * @throws Rejected
   */
  left(query: string, now: number): boolean {
    const { service, provider } = this.#settings
    const { xml, relayState = '' } = readRedirect(query, 'SAMLResponse', provider.keys)
    if (!this.#asked.delete(relayState)) throw new Rejected('the message is no answer to a request of ours')
    const failure = readLogoutResponse(xml, service.base + ENDPOINTS.redirect, relayState, provider, now)
    if (failure !== undefined) this.#log('warning', `the provider has not logged somebody out: ${failure}`)
    return failure === undefined
  }

  /**
   * A request that a browser carries.
   * @param carrier the session of that browser, if it has one
   * @returns where the browser takes the answer
   * @throws Rejected
   */
  byRedirect(query: string, carrier: string | undefined, now: number): string {
    const { service, provider, privateKey } = this.#settings
    const { xml, relayState = '' } = readRedirect(query, 'SAMLRequest', provider.keys)
    const request = readLogoutRequest(xml, service.base + ENDPOINTS.redirect, provider, now)
    const to = provider.logout?.response
    if (to === undefined) throw new Rejected('the metadata of the provider has no address for the answer')
    this.#end(request, carrier, 'by a browser', now)
    return redirectUrl(to, 'SAMLResponse', logoutResponse(service, to, request.id, now).xml, relayState, privateKey)
  }

  /**
   * A request that the provider itself sends.
   * @returns the answer, signed, in its envelope
   * @throws Rejected
   */
  bySoap(body: string, now: number): string {
    const { service, provider, privateKey } = this.#settings
    const url = service.base + ENDPOINTS.soap
    const request = readSoapRequest(body, url, provider, now)
    this.#end(request, undefined, 'by the provider', now)
    const { id, xml } = logoutResponse(service, undefined, request.id, now)
    return soapEnvelope(signXml(xml, id, privateKey))
  }

  /** A logout token that the provider itself has sent (OpenID Connect Back-Channel Logout 1.0, 2.7). */
  byToken({ subject, session, id, replayable }: LogoutToken, now: number): void {
    const { entityId } = this.#settings.provider
    const ids =
      session === undefined
        ? this.#sessions.matching({ provider: entityId, nameId: { value: subject ?? '' }, indexes: [] }, now)
        : this.#sessions.withIndex(entityId, session, now)
    const own = ids.filter(one => subject === undefined || this.#sessions.get(one, now)?.nameId.value === subject)
    this.#used.use(entityId, id, replayable, now, () => this.#sessions.end(own))
    const whom = JSON.stringify(subject ?? session)
    if (session !== undefined && own.length === 0)
      this.#log('warning', `log out ${whom} by the provider: no session has the index ${JSON.stringify(session)}`)
    this.#log('notice', `log out ${whom} by the provider: ${own.length} ended`)
  }

  #end(request: LogoutRequest, carrier: string | undefined, how: string, now: number): void {
    const { provider } = this.#settings
    const ids = new Set(this.#sessions.matching({ ...request, provider: provider.entityId }, now))
    const known = new Set([...ids].map(id => this.#sessions.get(id, now)?.index))
    // The browser's own session ends whatever the index is, if it is of this user; somebody else's stays.
    const own = carrier === undefined ? undefined : this.#sessions.get(carrier, now)
    if (carrier !== undefined && own !== undefined)
      if (isSameUser(own, { provider: provider.entityId, nameId: request.nameId })) ids.add(carrier)
    this.#used.use(provider.entityId, request.id, request.replayable, now, () => this.#sessions.remove([...ids]))
    const user = JSON.stringify(request.nameId.value)
    for (const index of request.indexes)
      if (!known.has(index))
        this.#log('warning', `log out ${user} ${how}: no session has the index ${JSON.stringify(index)}`)
    this.#log('notice', `log out ${user} ${how}: ${ids.size} ended`)
  }
}

import type { Login } from '../saml/login.ts'
import type { Service } from '../saml/metadata.ts'

/** How the gateway is known to a provider of OpenID Connect. */
export interface OpenIdSettings {
  readonly clientId: string
  /** Empty: the provider wants none. */
  readonly clientSecret: string
  readonly scopes: readonly string[]
}

/** A provider that says that somebody has logged out (OpenID Connect Back-Channel Logout 1.0, 2.4). */
export interface LogoutToken {
  /** The user; undefined: the session alone is named. */
  readonly subject: string | undefined
  /** Of the provider's sessions; undefined: all of the user. */
  readonly session: string | undefined
  readonly id: string
  /** Until when it could be sent again, in milliseconds since 1970. */
  readonly replayable: number
}

/** A provider of OpenID Connect. Its library is loaded only if there is one. */
export interface OpenId {
  /** Where a browser logs in. @returns also what the answer must fit to */
  ask(state: string): { url: string; request: string }
  /**
   * Exchanges what the browser has brought for who it is.
   * @param query of the address that the browser came to
   * @param request what {@link ask} has returned
   * @throws Rejected
   */
  login(query: string, state: string, request: string, now: number): Promise<Login>
  /** Where the browser tells that its user leaves; undefined if there is no such address. @param hint of the login */
  leave(hint: string | undefined): string | undefined
  /** @throws Rejected */
  readLogout(token: string, now: number): Promise<LogoutToken>
}

/** The addresses of the gateway that the provider must know. */
export const OPENID_ENDPOINTS = { callback: '/callback', left: '/left', backChannel: '/back-channel' } as const

/** What a provider must know of this server, in the words of registrations (OpenID Connect Registration 1.0, 2). */
export function writeClient({ entityId, base }: Pick<Service, 'entityId' | 'base'>): string {
  const client = {
    client_id: entityId,
    redirect_uris: [base + OPENID_ENDPOINTS.callback],
    post_logout_redirect_uris: [base + OPENID_ENDPOINTS.left],
    backchannel_logout_uri: base + OPENID_ENDPOINTS.backChannel,
    backchannel_logout_session_required: true,
    response_types: ['code'],
    id_token_signed_response_alg: 'RS256',
  }
  return JSON.stringify(client, null, 2)
}

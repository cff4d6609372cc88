/** The cookies of the gateway. `__Host-`: only this name has set it, over HTTPS, for all of its paths (RFC 6265bis 4.1.3.2). */
export const COOKIES = {
  /** The session, on each site. */
  session: '__Host-gabarit-sso',
  /** A login that has begun on a site: only this browser can end it. */
  begun: '__Host-gabarit-sso-begun',
  /** A login that the provider is asked for, on the gateway's own name. */
  asked: '__Host-gabarit-sso-asked',
} as const

/** Lax: it must come when the provider sends the browser back to us, and with no form of another site. */
export const ATTRIBUTES = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const

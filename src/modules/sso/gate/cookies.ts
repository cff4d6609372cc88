/** The cookies of the gateway. `__Host-`: only this name has set it, over HTTPS, for all of its paths (RFC 6265bis 4.1.3.2). */
export const COOKIES = {
  /** The session, on each site. */
  session: '__Host-gabarit-sso',
  /** A login that has begun on a site: only this browser can end it. */
  begun: '__Host-gabarit-sso-begun',
  /** A login that the provider is asked for, on the gateway's own name. */
  asked: '__Host-gabarit-sso-asked',
} as const

/** The value of a cookie in a header `Cookie`. */
export function cookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=')
    if (key === name) return value.join('=')
  }
  return undefined
}

/** Lax: it must come when the provider sends the browser back to us, and with no form of another site. */
export function setCookie(name: string, value: string, seconds?: number): string {
  const age = seconds === undefined ? '' : `; Max-Age=${seconds}`
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax${age}`
}

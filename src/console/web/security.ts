import type { Context, MiddlewareHandler } from 'hono'

/** What a page may load and do: only what the console itself serves. */
const POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"],
  ...["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"],
].join('; ')

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
}

/** Headers of every answer. Pages are for this person only, and for now. */
export const secureHeaders: MiddlewareHandler = async (context, next) => {
  await next()
  for (const [name, value] of Object.entries(HEADERS)) context.header(name, value)
  if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store')
}

/** Refuses what another site has sent: a browser says with each form where the page came from. */
export const sameOrigin: MiddlewareHandler = async (context, next) => {
  if (['GET', 'HEAD'].includes(context.req.method) || isOurs(context)) return next()
  return context.text('This form came from another site.', 403)
}

/** The names that this server was called by. The front end adds the second when it replaces the first. */
function hosts({ req }: Context): (string | undefined)[] {
  return [req.header('host'), lastOf(req.header('x-forwarded-host'))].filter(Boolean)
}

/** Whether a form came from a page of ours. Without TLS, anybody on the way could have made it; a tunnel ends on this machine. */
function isOurs(context: Context): boolean {
  const origin = context.req.header('origin') ?? ''
  if (!URL.canParse(origin)) return false
  const { protocol, host, hostname } = new URL(origin)
  return (
    hosts(context).includes(host) && (protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
  )
}

/** The name by which people call this server. */
export function serverName(context: Context): string {
  const [host = 'localhost', forwarded] = hosts(context)
  return forwarded ?? host
}

/** The browser's address. The front end, which alone reaches our socket, adds it behind what the browser claims. */
export function clientAddress({ req }: Context): string {
  return lastOf(req.header('x-forwarded-for')) ?? 'unknown'
}

function lastOf(list: string | undefined): string | undefined {
  const last = list?.split(',').at(-1)?.trim()
  return last === '' ? undefined : last
}

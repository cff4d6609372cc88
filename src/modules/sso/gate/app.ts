import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { formToken, isFormToken, newToken, tokenHash } from '../../../base/token.ts'
import { COSTS } from './allowance.ts'
import { CONSOLE, ConsoleDoor } from './console.ts'
import { ATTRIBUTES, COOKIES } from './cookies.ts'
import type { Gate } from './gate.ts'
import { serveOpenId } from './oidc/routes.ts'
import { leavePage, messagePage } from './pages.ts'
import { ENDPOINTS, writeMetadata } from './saml/metadata.ts'
import { Rejected } from './saml/rejected.ts'
import { LARGEST } from './saml/xml.ts'

export const BASE = '/gabarit-sso'

/** Seconds that the cookies of a login are kept. */
const LOGIN_SECONDS = 900

/** All that the gateway answers by HTTP. Only front ends reach its socket: they say by which name they were asked. */
export function gateApp(gate: Gate, clock: () => number = Date.now): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    await next()
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value)
  })
  app.use(bodyLimit({ maxSize: 2 * LARGEST }))
  serveChecks(app, gate, clock)
  serveSites(app, gate, clock)
  serveConsole(app, gate, clock)
  serveProvider(app, gate, clock)
  app.onError((error, context) => {
    gate.log('warning', `${context.req.method} ${context.req.path}: ${error.message}`)
    if (!(error instanceof Rejected)) return context.body(null, 500)
    spend(gate, context, COSTS.refusal, clock())
    return context.html(messagePage('refused'), 403)
  })
  return app
}

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** What nginx asks before each request (auth_request), and the administrator. No address of a site leads here. */
function serveChecks(app: Hono, gate: Gate, clock: () => number): void {
  app.get('/status', context => context.json({ settings: gate.settings.hash ?? '' }))
  app.get('/check', context => {
    const token = getCookie(context, COOKIES.session)
    const verdict = gate.check(context.req.header('x-gate-place') ?? '', hostOf(context), token, clock())
    if (verdict.status !== 200) return context.body(null, verdict.status)
    context.header('X-Gate-User', verdict.session.user)
    context.header('X-Gate-Groups', verdict.session.groups.join(','))
    return context.body(null, 200)
  })
}

/** What every site with a login has below {@link BASE}. */
function serveSites(app: Hono, gate: Gate, clock: () => number): void {
  const site = app.basePath(BASE)
  site.use(async (context, next) => (gate.isSite(hostOf(context)) ? next() : context.notFound()))
  site.get('/login', context => {
    const begun = secretIn(context, COOKIES.begun)
    const query = new URLSearchParams({
      site: hostOf(context),
      path: localPath(context.req.header('x-gate-path') ?? context.req.query('to')),
      begun: tokenHash(begun),
    })
    setCookie(context, COOKIES.begun, begun, { ...ATTRIBUTES, maxAge: LOGIN_SECONDS })
    return context.redirect(`${gate.settings.service.base}/begin?${query}`)
  })
  site.get('/enter', context => {
    const begun = getCookie(context, COOKIES.begun)
    const { token, path } = gate.entrance.enter(context.req.query('ticket') ?? '', hostOf(context), begun, clock())
    setCookie(context, COOKIES.session, token, ATTRIBUTES)
    return context.redirect(path, 303)
  })
  site.get('/logout', context => {
    const token = getCookie(context, COOKIES.session)
    return token === undefined
      ? context.html(messagePage('left'))
      : context.html(leavePage(`${BASE}/logout`, formToken(token)))
  })
  site.post('/logout', async context => {
    const token = getCookie(context, COOKIES.session) ?? ''
    const { token: given } = await context.req.parseBody()
    if (!isFormToken(token, given)) throw new Rejected('a form that is not ours')
    const found = gate.sessions.find(hostOf(context), token, clock())
    deleteCookie(context, COOKIES.session, ATTRIBUTES)
    if (found === undefined) return context.html(messagePage('left'))
    const provider = gate.exit.leave(found.id, clock())
    return provider === undefined ? context.html(messagePage('here')) : context.redirect(provider, 303)
  })
}

/** The way into the console: for a browser, and for the helper of the console, which asks by the socket. */
function serveConsole(app: Hono, gate: Gate, clock: () => number): void {
  const door = new ConsoleDoor(gate)
  app.get(`${BASE}/console`, context => {
    const begun = context.req.query('begun') ?? ''
    if (!/^[0-9a-f]{64}$/.test(begun)) return context.notFound()
    const token = getCookie(context, COOKIES.session) ?? ''
    const { status } = gate.check(CONSOLE, hostOf(context), token, clock())
    if (status === 404) return context.notFound()
    if (status === 403) return context.html(messagePage('refused'), 403)
    const found = gate.sessions.find(hostOf(context), token, clock())
    if (found !== undefined) {
      const query = new URLSearchParams({ ticket: door.ticket(found.id, begun, clock()) })
      return context.redirect(`/server-manager/login/sso?${query}`, 303)
    }
    return context.redirect(`${BASE}/login?${new URLSearchParams({ to: `${BASE}/console?begun=${begun}` })}`, 303)
  })
  app.post('/console/redeem', async context => {
    const { ticket, begun } = await context.req.parseBody()
    return context.json(door.redeem(String(ticket), String(begun), clock()))
  })
  app.get('/console/session/:id', context => {
    const user = door.whose(context.req.param('id'), clock())
    return user === undefined ? context.notFound() : context.json({ user })
  })
}

/** What only the gateway's own name has. Requests of the provider need no token of a form: they are signed. */
function serveProvider(app: Hono, gate: Gate, clock: () => number): void {
  const own = app.basePath(BASE)
  own.use(async (context, next) => (hostOf(context) === gate.host ? next() : context.notFound()))
  own.use(async (context, next) => {
    if (!gate.allowance.isSpent(visitorOf(context), clock())) return next()
    context.header('Retry-After', '60')
    return context.html(messagePage('busy'), 429)
  })
  own.get('/begin', context => {
    const aim = {
      site: context.req.query('site') ?? '',
      path: localPath(context.req.query('path')),
      begun: context.req.query('begun') ?? '',
    }
    if (!gate.isSite(aim.site) || !/^[0-9a-f]{64}$/.test(aim.begun)) return context.notFound()
    const present = gate.sessions.find(gate.host, getCookie(context, COOKIES.session) ?? '', clock())
    if (present !== undefined) return context.redirect(gate.entrance.ticketUrl(present.id, aim, clock()), 303)
    spend(gate, context, COSTS.login, clock())
    const browser = secretIn(context, COOKIES.asked)
    const url = gate.entrance.ask(aim, browser, clock())
    setCookie(context, COOKIES.asked, browser, { ...ATTRIBUTES, maxAge: LOGIN_SECONDS })
    return context.redirect(url)
  })
  const finish = (context: Context, name: string) => {
    const former = gate.sessions.find(gate.host, getCookie(context, COOKIES.session) ?? '', clock())
    const { session, url } = gate.entrance.finish(name, getCookie(context, COOKIES.asked), clock())
    if (former !== undefined) gate.sessions.end([former.id])
    const token = gate.sessions.enter(session, gate.host, clock()) ?? ''
    setCookie(context, COOKIES.session, token, ATTRIBUTES)
    return context.redirect(url, 303)
  }
  const { openId } = gate
  if (openId === undefined) serveSaml(own, gate, clock, finish)
  else serveOpenId(own, { gate, openId, clock }, context => getCookie(context, COOKIES.asked), finish)
}

/** What a provider of SAML talks to. */
function serveSaml(
  own: Hono,
  gate: Gate,
  clock: () => number,
  finish: (context: Context, name: string) => Response,
): void {
  const { service } = gate.settings
  own.post(ENDPOINTS.acs, async context => {
    const { SAMLResponse, RelayState } = await context.req.parseBody()
    if (typeof SAMLResponse !== 'string' || typeof RelayState !== 'string')
      throw new Rejected('the form has no message')
    gate.entrance.answer(Buffer.from(SAMLResponse, 'base64').toString('utf8'), RelayState, clock())
    // The form came from the provider's site, so without our cookies: they come with the next address.
    return context.redirect(`${service.base}/finish?login=${encodeURIComponent(RelayState)}`, 303)
  })
  own.get('/finish', context => finish(context, context.req.query('login') ?? ''))
  own.get(ENDPOINTS.metadata, context => {
    context.header('Content-Type', 'application/samlmetadata+xml')
    return context.body(writeMetadata(service))
  })
  own.get(ENDPOINTS.redirect, context => {
    if (!service.bindings.includes('redirect')) return context.notFound()
    const query = context.req.url.split('?')[1] ?? ''
    if (!/(^|&)SAMLRequest=/.test(query)) {
      return context.html(messagePage(gate.exit.left(query, clock()) ? 'left' : 'here'))
    }
    const token = getCookie(context, COOKIES.session) ?? ''
    const carrier = gate.sessions.find(gate.host, token, clock())
    return context.redirect(gate.exit.byRedirect(query, carrier?.id, clock()), 303)
  })
  own.post(ENDPOINTS.soap, async context => {
    if (!service.bindings.includes('soap')) return context.notFound()
    const answer = gate.exit.bySoap(await context.req.text(), clock())
    context.header('Content-Type', 'text/xml')
    return context.body(answer)
  })
}

/** The secret of a browser, which it keeps for a while: several of its windows may be on the way at once. */
function secretIn(context: Context, name: string): string {
  return getCookie(context, name) || newToken()
}

/** The name that the front end was asked by. */
function hostOf({ req }: Context): string {
  return (req.header('host') ?? '').toLowerCase()
}

/** The address of the visitor, which the front end has added behind what he says himself. */
function visitorOf({ req }: Context): string {
  return req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? ''
}

function spend(gate: Gate, context: Context, cost: number, now: number): void {
  const visitor = visitorOf(context)
  if (gate.allowance.spend(visitor, cost, now)) gate.log('warning', `${visitor} has to wait: it asks too much in vain`)
}

/**
 * A path of the same site: neither another address nor what browsers read as one (`//host`, `/\host`), nor so long that strangers
 * could fill the memory with them.
 */
function localPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[\x21-\x7e]{0,2000}$/.test(path) ? path : '/'
}

import type { Context, Hono } from 'hono'
import type { Gate } from '../gate.ts'
import { messagePage } from '../pages.ts'
import { Rejected } from '../saml/rejected.ts'
import { OPENID_ENDPOINTS, type OpenId } from './openid.ts'

/**
 * What the gateway's own name has for a provider of OpenID Connect.
 * @param browserOf the secret of the browser that has begun a login
 * @param finish opens the session of a login that was answered
 */
export function serveOpenId(
  own: Hono,
  { gate, openId, clock }: { gate: Gate; openId: OpenId; clock: () => number },
  browserOf: (context: Context) => string | undefined,
  finish: (context: Context, state: string) => Response,
): void {
  own.get(OPENID_ENDPOINTS.callback, async context => {
    const query = context.req.url.split('?')[1] ?? ''
    const state = context.req.query('state') ?? ''
    const read = (request: string, now: number) => openId.login(query, state, request, now)
    await gate.entrance.answerOnce(state, browserOf(context), read, clock())
    return finish(context, state)
  })
  own.get(OPENID_ENDPOINTS.left, context => context.html(messagePage('left')))
  own.post(OPENID_ENDPOINTS.backChannel, async context => {
    const { logout_token: token } = await context.req.parseBody()
    if (typeof token !== 'string') throw new Rejected('the form has no logout token')
    gate.exit.byToken(await openId.readLogout(token, clock()), clock())
    return context.body(null, 200)
  })
}

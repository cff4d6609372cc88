import type { Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { html, raw } from 'hono/html'
import { renderSVG } from 'uqr'
import { isFormToken, newToken, tokenHash } from '../../../base/token.ts'
import { codeAddress, SHORTEST_PASSWORD } from '../../access/users.ts'
import type { Client } from '../../client.ts'
import type { Answer, Refusing } from '../../protocol.ts'
import { at, BASE } from '../base.ts'
import { formText } from '../body.ts'
import { barePage } from '../layout.ts'
import { NONE } from '../markup.ts'
import { codeField, lineField, proofFields } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import { passkeyForm } from '../parts/passkey.ts'
import { serverName } from '../security.ts'
import { chooseLanguage } from '../text/languages.ts'
import { type Env, Visit } from '../visit.ts'
import { carriedForm, sendAgain, sentForm } from './again.ts'
import { refusalText } from './refusals.ts'

/** Where the gateway for logins is, on the same name. */
const GATEWAY = '/gabarit-sso'

/** Ties a login by the gateway to the browser that has begun it. Lax: the browser comes back from another site. */
const BEGUN = 'gabarit-begun'
const BEGUN_OPTIONS = { path: at('/login'), httpOnly: true, secure: true, sameSite: 'Lax', prefix: 'secure' } as const

/** The pages before somebody is logged in: login, one-time address, choice of a language. */
export function serveEntrance(app: Hono<Env>, client: Client): void {
  app.get('/login', context => loginPage(new Visit(context, client)))
  app.post('/login', async context => {
    const visit = new Visit(context, client)
    const form = await formText(context)
    const [name, password, code] = [form('name').trim(), form('password'), form('code')]
    const answer = await client.ask({ ask: 'login', address: visit.address, name, password, code })
    return loggedIn(visit, answer, form('again'), name)
  })
  app.post('/login/passkey', async context => {
    const visit = new Visit(context, client)
    const form = await formText(context)
    const answer = await client.ask({ ask: 'loginByPasskey', address: visit.address, signature: form('signature') })
    return loggedIn(visit, answer, form('again'))
  })
  app.get('/login/sso/begin', context => {
    const begun = newToken()
    setCookie(context, BEGUN, begun, { ...BEGUN_OPTIONS, maxAge: 900 })
    return context.redirect(`${GATEWAY}/console?begun=${tokenHash(begun)}`, 303)
  })
  app.get('/login/sso', async context => {
    const visit = new Visit(context, client)
    const [ticket, begun] = [context.req.query('ticket') ?? '', getCookie(context, BEGUN, 'secure') ?? '']
    const answer = await client.ask({ ask: 'loginBySso', address: visit.address, ticket, begun })
    deleteCookie(context, BEGUN, BEGUN_OPTIONS)
    if (answer.kind !== 'session') return loginPage(visit, answer.kind === 'refused' ? answer : undefined)
    visit.open(answer.session)
    // A redirect would still count as one of the provider's site, and its browser would not send our new cookie.
    context.header('Refresh', `0; url=${at('/')}`)
    return barePage(visit, visit.say('loggedIn'), html`<p><a href="${at('/')}">${visit.say('goOn')}</a></p>`)
  })
  app.post('/logout', async context => {
    const visit = new Visit(context, client)
    const form = await formText(context)
    if (!isFormToken(visit.session, form('token'))) return context.redirect(at('/'), 303)
    const answer = await client.ask({ ask: 'logout', session: visit.session })
    visit.close()
    const byGateway = answer.kind === 'done' && answer.byGateway === true
    return context.redirect(byGateway ? `${GATEWAY}/logout` : at('/login'), 303)
  })
  app.get('/welcome/:token', context => welcomePage(new Visit(context, client), context.req.param('token')))
  app.post('/welcome/:token', async context => accept(new Visit(context, client), context.req.param('token')))
  app.get('/language/:language', context => {
    const wanted = context.req.param('language')
    if (wanted === 'en' || wanted === 'fr') chooseLanguage(context, wanted)
    return context.redirect(cameFrom(context.req.header('referer'), serverName(context)), 303)
  })
}

/** The page of ours that a link was on. */
function cameFrom(referer = '', server: string): string {
  const url = URL.canParse(referer) ? new URL(referer) : undefined
  const ours = url?.host === server && `${url.pathname}/`.startsWith(`${BASE}/`)
  return ours ? `${url.pathname}${url.search}` : at('/')
}

/** @param again a form that waits to be sent again */
async function loggedIn(visit: Visit, answer: Answer, again: string, name = '') {
  if (answer.kind !== 'session') return loginPage(visit, answer.kind === 'refused' ? answer : undefined, name, again)
  visit.open(answer.session)
  const form = await sendAgain(visit, again)
  if (form === undefined) return visit.context.redirect(at('/'), 303)
  return barePage(visit, visit.say('sendAgain'), html`${note('ok', visit.say('loggedIn'))}${form}`)
}

/** A form arrives when its session has ended: it goes on after another login. */
export async function lostPage(visit: Visit) {
  const refused: Refusing = { kind: 'refused', why: 'session', message: '' }
  return loginPage(visit, refused, '', await sentForm(visit))
}

async function loginPage(visit: Visit, refused?: Refusing, name = '', again = '') {
  const problem = refused === undefined ? NONE : note('bad', refusalText(visit, refused))
  const passkey = await visit.client.ask({ ask: 'askPasskey' })
  if (passkey.kind === 'passkey') visit.origin = passkey.origin
  const options = passkey.kind === 'passkey' ? passkey.options : undefined
  const sso = passkey.kind === 'passkey' && passkey.sso
  const bySso = html`<p><a class="button" href="${at('/login/sso/begin')}">${visit.say('loginBySso')}</a></p>`
  const carried = carriedForm(again)
  const lost = carried === undefined ? note('warn', visit.say('tooLargeToKeep')) : NONE
  const body = html`${problem}${lost}${sso ? bySso : NONE}<form method="post" action="${at('/login')}">${carried}
${lineField({ name: 'name', label: visit.say('name'), value: name, autocomplete: 'username', more: html`autocapitalize="none"` })}
${proofFields(visit)}<button>${visit.say('login')}</button></form>
${passkeyForm(visit, options, '/login/passkey', visit.say('loginByPasskey'), carried)}
<p class="soft small">${visit.say('forgotten')} <code>gabarit web login-link ${name || visit.say('NAME')}</code></p>`
  return barePage(visit, visit.say('login'), body, refused === undefined ? 200 : refused.why === 'locked' ? 429 : 403)
}

async function accept(visit: Visit, token: string) {
  const form = await formText(visit.context)
  const password = form('password')
  if (password.length < SHORTEST_PASSWORD)
    return welcomePage(visit, token, { password: visit.say('tooShort', SHORTEST_PASSWORD) })
  if (password !== form('again')) return welcomePage(visit, token, { again: visit.say('notTheSame') })
  const { client, address } = visit
  const answer = await client.ask({ ask: 'accept', address, token, password, code: form('code') })
  if (answer.kind !== 'session') return welcomePage(visit, token, { code: visit.say('wrongCode') })
  visit.open(answer.session)
  return visit.context.redirect(at('/'), 303)
}

/** @param wrong what is wrong, by field */
async function welcomePage(
  visit: Visit,
  token: string,
  wrong?: Readonly<Partial<Record<'password' | 'again' | 'code', string>>>,
) {
  const answer = await visit.client.ask({ ask: 'invited', address: visit.address, token })
  if (answer.kind === 'refused' && answer.why === 'locked')
    return barePage(visit, visit.say('welcome'), note('bad', refusalText(visit, answer)), 429)
  if (answer.kind !== 'invited')
    return barePage(
      visit,
      visit.say('welcome'),
      note('bad', visit.say('noInvitation')),
      answer.kind === 'refused' ? 403 : 500,
    )
  const { user, secret } = answer
  const picture = renderSVG(codeAddress(user, secret, serverName(visit.context)))
  const body = html`${wrong === undefined ? NONE : note('bad', visit.say('lookAtFields'))}<p>${visit.say('welcomeText', user)}</p>
<h2>${visit.say('codesTitle')}</h2><p>${visit.say('codesText')}</p>
<div class="qr" role="img" aria-label="${visit.say('qr')}">${raw(picture)}</div><p>${visit.say('orType')} <code class="secret">${secret}</code></p>
<form method="post" action="${at(`/welcome/${encodeURIComponent(token)}`)}"><input type="hidden" name="username" value="${user}" autocomplete="username">
${lineField({ name: 'password', label: visit.say('newPassword', SHORTEST_PASSWORD), type: 'password', autocomplete: 'new-password', wrong: wrong?.password, more: html`minlength="${SHORTEST_PASSWORD}"` })}
${lineField({ name: 'again', label: visit.say('again'), type: 'password', autocomplete: 'new-password', wrong: wrong?.again })}
${codeField(visit, wrong?.code)}<button>${visit.say('begin')}</button></form>`
  return barePage(visit, visit.say('welcome'), body, wrong === undefined ? 200 : 422)
}

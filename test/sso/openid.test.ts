// OpenID Connect in the gateway, with a small provider that can lie: logins, logouts, and what must be refused.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { newToken } from '../../src/base/token.ts'
import { gateApp } from '../../src/modules/sso/gate/app.ts'
import { Gate } from '../../src/modules/sso/gate/gate.ts'
import { OpenIdClient } from '../../src/modules/sso/gate/oidc/client.ts'
import { RealFiles } from '../../src/system/real-files.ts'
import { State } from '../../src/system/state.ts'
import { OpenIdProvider, type Token } from './openid-provider.ts'

const tests = suite('OpenID Connect')

const HOST = 'gate.example.org'
const BASE = `https://${HOST}/gabarit-sso`
const folder = mkdtempSync(join(tmpdir(), 'gabarit-openid-'))
const log: string[] = []
let now = Date.now()
const provider = new OpenIdProvider(() => now)
const { discovery, clientId, secret: clientSecret } = provider
let app = gateApp(newGate(), () => now)
let gate = newGate()
restart()

tests.after(() => rmSync(folder, { recursive: true }))

function newGate(): Gate {
  const openId = { clientId, clientSecret, scopes: ['profile'] }
  const settings = {
    service: { entityId: clientId, base: BASE, certificates: [], bindings: [] },
    provider: { entityId: discovery.issuer, keys: [], login: discovery.authorization_endpoint, logout: undefined },
    ...{ privateKey: '', hours: 8, userAttribute: '', groupsAttribute: 'groups' },
    places: { app: { names: ['app.example.org'], groups: [] } },
    openId: { ...openId, discovery },
  }
  const client = new OpenIdClient(discovery, openId, BASE, ['groups'], provider.fetch)
  return new Gate(settings, new State(folder, new RealFiles()), (_, line) => log.push(line), now, client)
}

/** A gateway that has just started, with the sessions of the one before. */
function restart(): void {
  gate = newGate()
  app = gateApp(gate, () => now)
}

let visits = 0

/** One request through a front end, each of another address: who is refused often has to wait. */
function ask(path: string, cookie = '', init: RequestInit = {}): Promise<Response> {
  const visitor = `192.0.2.${++visits % 250}`
  const headers = { host: HOST, cookie, 'x-forwarded-for': visitor, ...(init.headers as Record<string, string>) }
  return Promise.resolve(app.request(`http://gate${path}`, { ...init, headers }))
}

/** A login that has begun: where the browser was sent, and its cookie. */
function begun() {
  const browser = newToken()
  const url = gate.entrance.ask({ site: 'app.example.org', path: '/', begun: 'x' }, browser, now)
  return { url, cookie: `__Host-gabarit-sso-asked=${browser}` }
}

const back = (query: URLSearchParams, cookie: string) => ask(`/gabarit-sso/callback?${query}`, cookie)
const open = () => gate.sessions.all(now).map(([, one]) => one)

/** Somebody logs in. @returns the identifier of the session */
async function login(user: string, sid: string): Promise<string> {
  const before = new Set(gate.sessions.all(now).map(([id]) => id))
  const { url, cookie } = begun()
  const answer = await back(provider.authorize(url, user, sid), cookie)
  assert.is(answer.status, 303, log.at(-1))
  return gate.sessions.all(now).find(([id]) => !before.has(id))?.[0] ?? ''
}

/** It is refused with these words in one line of the log, and the same sessions are open. */
async function refuses(what: string, said: RegExp, act: () => Promise<Response>): Promise<void> {
  const [lines, sessions] = [log.length, open()]
  assert.is((await act()).status, 403, what)
  assert.is(log.length, lines + 1, what)
  assert.match(log.at(-1) ?? '', said, what)
  assert.equal(open(), sessions, what)
}

const sendLogout = (token: string) => {
  const body = new URLSearchParams({ logout_token: token }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return ask('/gabarit-sso/back-channel', '', { method: 'POST', body, headers })
}

tests('somebody logs in, with name, groups and session of the provider', async () => {
  const { url, cookie } = begun()
  const sent = Object.fromEntries(new URL(url).searchParams)
  assert.equal([sent.client_id, sent.scope, sent.redirect_uri], [clientId, 'openid profile', `${BASE}/callback`])
  const answer = await back(provider.authorize(url, 'alice', 'S1'), cookie)
  assert.match(answer.headers.get('location') ?? '', /^https:\/\/app\.example\.org\/gabarit-sso\/enter\?ticket=/)
  const [one] = open()
  assert.equal([one?.user, one?.groups, one?.index], ['alice', ['staff', 'Domain Users'], 'S1'])
  assert.equal([one?.provider, one?.nameId], [discovery.issuer, { value: 'alice' }])
})

tests('what the ID token does not say is asked for, and only about the same user', async () => {
  const without = (token: Token): Token => ({ ...token, claims: { ...token.claims, groups: undefined } })
  provider.userinfo = { sub: 'bob', groups: ['admins'], realm: { roles: ['a'] } }
  const { url, cookie } = begun()
  assert.is((await back(provider.authorize(url, 'bob', 'S2', without), cookie)).status, 303)
  assert.equal(open().find(({ user }) => user === 'bob')?.groups, ['admins'])
  provider.userinfo = { sub: 'root', groups: ['admins'] }
  const again = begun()
  const query = provider.authorize(again.url, 'bob', 'S2', without)
  await refuses('userinfo of somebody else', /sub/, () => back(query, again.cookie))
})

const changed =
  (claims: Readonly<Record<string, unknown>>) =>
  (token: Token): Token => ({ ...token, claims: { ...token.claims, ...claims } })
const publicPem = Buffer.from(provider.keys.publicKey.export({ type: 'spki', format: 'pem' }) as string)
const seconds = () => Math.floor(now / 1000)

/** How a token can be wrong, and what is said of it. */
const WRONG: Readonly<Record<string, readonly [(token: Token) => Token, RegExp]>> = {
  'not signed': [token => ({ ...token, header: { alg: 'none' }, key: 'none' }), /alg/i],
  'HS256 with the public key': [token => ({ ...token, header: { alg: 'HS256', kid: 'k' }, key: publicPem }), /alg/i],
  'HS256 with our secret': [token => ({ ...token, header: { alg: 'HS256' }, key: Buffer.from(clientSecret) }), /alg/i],
  'signed by a stranger': [token => ({ ...token, key: provider.stranger.privateKey }), /signature/i],
  'with a key of its own': [
    token => ({
      ...token,
      header: { alg: 'RS256', jwk: provider.stranger.publicKey.export({ format: 'jwk' }) },
      key: provider.stranger.privateKey,
    }),
    /signature/i,
  ],
  'for somebody else': [changed({ aud: 'another' }), /aud/],
  'of another issuer': [changed({ iss: 'https://evil.example' }), /iss/],
  expired: [token => changed({ iat: seconds() - 900, exp: seconds() - 600 })(token), /exp|iat/],
}

for (const [what, [change, said]] of Object.entries({
  ...WRONG,
  'with another nonce': [changed({ nonce: 'another' }), /nonce/],
  'without a nonce': [changed({ nonce: undefined }), /nonce/],
  'about nobody': [changed({ sub: undefined }), /sub/],
  'a logout token': [changed({ nonce: undefined, events: {} }), /nonce/],
} as typeof WRONG))
  tests(`an ID token that is wrong: ${what}`, async () => {
    const { url, cookie } = begun()
    const query = provider.authorize(url, 'root', 'S9', change)
    await refuses(what, said, () => back(query, cookie))
  })

tests('an answer to another request, of another provider, in another browser, or a second time', async () => {
  const [one, other] = [begun(), begun()]
  const query = provider.authorize(one.url, 'alice', 'S3')
  const mixed = new URLSearchParams(query)
  mixed.set('state', new URL(other.url).searchParams.get('state') ?? '')
  await refuses('the code of another login', /invalid_grant/, () => back(mixed, other.cookie))
  await refuses('another browser', /did not ask/, () => back(query, other.cookie))
  await refuses('no browser', /did not ask/, () => back(query, ''))
  await refuses('no state', /no answer/, () => back(new URLSearchParams({ code: 'x' }), one.cookie))
  const third = begun()
  const evil = provider.authorize(third.url, 'alice', 'S3')
  evil.set('iss', 'https://evil.example')
  await refuses('mix-up: another issuer has answered', /iss/, () => back(evil, third.cookie))
  await refuses('its code was given to another login', /invalid_grant/, () => back(query, one.cookie))
  const fourth = begun()
  const right = provider.authorize(fourth.url, 'alice', 'S3')
  await refuses('another browser first', /did not ask/, () => back(right, other.cookie))
  assert.is((await back(right, fourth.cookie)).status, 303, 'then the right one')
  await refuses('again', /no answer/, () => back(right, fourth.cookie))
})

tests('a provider that refuses, or does not answer', async () => {
  const one = begun()
  const state = new URL(one.url).searchParams.get('state') ?? ''
  await refuses('it refuses', /access_denied/, () =>
    back(new URLSearchParams({ error: 'access_denied', state }), one.cookie),
  )
  const two = begun()
  const query = provider.authorize(two.url, 'alice', 'S4')
  provider.up = false
  await refuses('it is down', /ECONNREFUSED/, () => back(query, two.cookie))
  provider.up = true
  await refuses('the same again', /no answer/, () => back(query, two.cookie))
})

tests('a login that was not finished in time', async () => {
  const { url, cookie } = begun()
  const query = provider.authorize(url, 'alice', 'S5')
  now += 16 * 60_000
  await refuses('too late', /no answer/, () => back(query, cookie))
  now -= 16 * 60_000
})

tests('SAML is not spoken', async () => {
  for (const path of ['/acs', '/slo/soap'])
    assert.is((await ask(`/gabarit-sso${path}`, '', { method: 'POST', body: 'x' })).status, 404)
  assert.is((await ask('/gabarit-sso/metadata')).status, 404)
})

const isOpen = (id: string) => gate.sessions.get(id, now) !== undefined

tests('a logout token ends the session that it names, also after a restart; without one, all of the user', async () => {
  const [phone, desk, other] = [await login('carol', 'P'), await login('carol', 'D'), await login('dave', 'X')]
  const token = provider.logoutToken({ sub: 'carol', sid: 'P' })
  assert.is((await sendLogout(token)).status, 200, log.at(-1))
  assert.equal([phone, desk, other].map(isOpen), [false, true, true])
  restart()
  assert.equal([phone, desk, other].map(isOpen), [false, true, true])
  const again = await login('carol', 'P')
  await refuses('the same token again', /used before/, () => sendLogout(token))
  assert.is((await sendLogout(provider.logoutToken({ sid: 'P' }))).status, 200)
  assert.equal([again, desk].map(isOpen), [false, true], 'by its session alone')
  const mine = await login('carol', 'Q')
  assert.is((await sendLogout(provider.logoutToken({ sub: 'carol' }))).status, 200)
  assert.equal([mine, desk, other].map(isOpen), [false, false, true])
})

tests('a session of somebody else, or one that is not known, ends nobody', async () => {
  const dave = await login('dave', 'Y')
  for (const claims of [{ sub: 'carol', sid: 'Y' }, { sid: 'unknown' }, { sub: 'unknown' }])
    assert.is((await sendLogout(provider.logoutToken(claims))).status, 200)
  assert.ok(isOpen(dave))
  assert.match(log.join('\n'), 'log out "unknown" by the provider: no session has the index "unknown"')
})

for (const [what, [change, said]] of Object.entries({
  ...WRONG,
  'an ID token': [changed({ events: undefined, nonce: 'n' }), /no such event/],
  'with a nonce': [changed({ nonce: 'n' }), /nonce/],
  'with another event': [changed({ events: { 'http://schemas.openid.net/event/other': {} } }), /no such event/],
  'without an event': [changed({ events: undefined }), /no such event/],
  'with an event that is no object': [
    changed({ events: { 'http://schemas.openid.net/event/backchannel-logout': 'x' } }),
    /no such event/,
  ],
  'about nobody': [changed({ sub: undefined, sid: undefined }), /names nobody/],
  'without a name of its own': [changed({ jti: undefined }), /jti/],
  'without a time': [changed({ iat: undefined }), /iat/],
  'too old, and without an end': [token => changed({ iat: seconds() - 600, exp: undefined })(token), /iat|too far/],
  'of the future': [token => changed({ iat: seconds() + 600, exp: seconds() + 900 })(token), /iat/],
  'of another kind': [token => ({ ...token, header: { ...token.header, typ: 'at+jwt' } }), /no logout token/],
} as typeof WRONG))
  tests(`a logout token that is wrong: ${what}`, async () => {
    await refuses(what, said, () => sendLogout(provider.logoutToken({ sub: 'dave' }, change)))
  })

tests('what is no token', async () => {
  for (const text of ['', 'x', 'a.b.c', `${'x'.repeat(5000)}`])
    await refuses('no token', /POST \/gabarit-sso\/back-channel/, () => sendLogout(text))
})

tests('who leaves here is sent to the provider, with the ID token', async () => {
  const id = await login('erin', 'E')
  const url = new URL(gate.exit.leave(id, now) ?? '')
  const { id_token_hint: hint = '', ...sent } = Object.fromEntries(url.searchParams)
  assert.is(url.origin + url.pathname, discovery.end_session_endpoint)
  assert.equal(sent, { client_id: clientId, post_logout_redirect_uri: `${BASE}/left` })
  assert.is(JSON.parse(Buffer.from(hint.split('.')[1] ?? '', 'base64url').toString()).sub, 'erin')
  assert.not.ok(isOpen(id))
  assert.is((await ask('/gabarit-sso/left')).status, 200)
  assert.not.match(log.join('\n'), hint)
})

tests('sessions of a provider of SAML are not touched', () => {
  const saml = gate.sessions.open({
    ...{ provider: 'https://saml.example', nameId: { value: 'dave' }, index: 'Z', user: 'dave', groups: [] },
    ...{ opened: now, until: now + 1e6 },
  })
  assert.equal(gate.sessions.withIndex(discovery.issuer, 'Z', now), [])
  assert.is(gate.exit.leave(saml, now), undefined)
})

tests('the secret is in no session', () => {
  const files = new RealFiles()
  for (const name of files.list(join(folder, 'sessions')))
    assert.not.match(readFileSync(join(folder, 'sessions', name), 'utf8'), clientSecret)
})

tests.run()

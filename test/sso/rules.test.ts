// The rules of logging out, one by one, with what the log says at each step; and what strangers may cost.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { logoutRequest, soapEnvelope } from '../../src/modules/sso/gate/saml/logout.ts'
import { newMessage, SUCCESS } from '../../src/modules/sso/gate/saml/message.ts'
import { redirectUrl } from '../../src/modules/sso/gate/saml/redirect.ts'
import { signedElement, signXml } from '../../src/modules/sso/gate/saml/signed.ts'
import { childOf, parseXml, SAMLP, SOAP } from '../../src/modules/sso/gate/saml/xml.ts'
import { Sessions } from '../../src/modules/sso/gate/sessions.ts'
import { RealFiles } from '../../src/system/real-files.ts'
import { State } from '../../src/system/state.ts'
import { needsCommands } from '../support/packages.ts'
import { stepsOf } from '../support/steps.ts'
import { newPair } from './lasso.ts'
import { BASE, HOST, NearGate, type Opened, SITE } from './near-gate.ts'

const tests = suite('the rules of logging out')
const step = stepsOf(tests, needsCommands('/usr/lib/python3/dist-packages/lasso.py', 'openssl'))

const PROVIDER = 'https://idp.example.net/metadata'
const near = new NearGate()
tests.after(() => near.remove())

const open = (...sessions: Opened[]) => sessions.map(one => one.isOpen())
const queryOf = (url: string) => url.slice(url.indexOf('?') + 1)

/** Sends a request of the provider, and gives the status and what the log got. */
async function told(
  method: 'soap' | 'redirect',
  data: Readonly<Record<string, unknown>> = {},
  carrier?: Opened,
): Promise<[status: number, ...lines: string[]]> {
  const { body, url } = await near.logout(method, data)
  let status = 0
  const lines = await near.logged(async () => {
    const answer = method === 'soap' ? near.soap(body) : near.redirect(queryOf(url), carrier?.own)
    status = (await answer).status
  })
  return [status, ...lines]
}

/** A request by SOAP that we write ourselves, so that it can be wrong in one thing. */
function written({ issuer = PROVIDER, to = `${BASE}/slo/soap`, key = near.provider.key, at = near.now }): string {
  const sender = { entityId: issuer, base: '', certificates: [], bindings: [] }
  const { id, xml } = logoutRequest(sender, to, { nameId: { value: 'alice' } }, at)
  return soapEnvelope(signXml(xml, id, key))
}

step('the provider', async () => {
  await near.startProvider()
  await near.answered()
})

step('1. a request is believed only with signature, issuer, destination and time, and once', async () => {
  const alice = near.session()
  const late = new Date(near.now - 4 * 60_000).toISOString()
  const refused = async (body: string, why: string) => {
    let status = 0
    const lines = await near.logged(async () => {
      status = (await near.soap(body)).status
    })
    assert.equal([status, lines], [403, [`POST /gabarit-sso/slo/soap: ${why}`]])
    assert.ok(alice.isOpen(), why)
  }
  await refused((await near.logout('soap', { signed: false })).body, 'LogoutRequest is not signed')
  const foreign = newPair('stranger')
  await refused(written({ key: foreign.key }), 'the signature of LogoutRequest is not by a key of the provider')
  await refused(written({ issuer: 'https://evil.example' }), `the issuer is https://evil.example, not ${PROVIDER}`)
  const elsewhere = 'https://elsewhere.example/slo'
  await refused(written({ to: elsewhere }), `the message is for ${elsewhere}, not for ${BASE}/slo/soap`)
  await refused(written({ at: near.now - 4 * 60_000 }), `the message was issued at ${late}`)
  const genuine = written({})
  assert.equal(await near.logged(() => near.soap(genuine)), ['log out "alice" by the provider: 1 ended'])
  assert.not.ok(alice.isOpen())
  const again = near.session()
  assert.equal(await near.logged(() => near.soap(genuine)), ['POST /gabarit-sso/slo/soap: the message was used before'])
  assert.ok(again.isOpen())
  near.gate.sessions.end([again.id])
})

step(
  '2. the sessions with the given indexes; without one, all of the user; with an unknown one, a warning',
  async () => {
    const sessions = ['S1', 'S2', 'S3', 'S4'].map(index => near.session('alice', index))
    const bob = near.session('bob', 'S1')
    const how = (count: number) => `log out "alice" by the provider: ${count} ended`
    assert.equal(await told('soap', { indexes: ['S1'] }), [200, how(1)])
    assert.equal(open(...sessions, bob), [false, true, true, true, true])
    const unknown = 'log out "alice" by the provider: no session has the index "S9"'
    assert.equal(await told('soap', { indexes: ['S9'] }), [200, unknown, how(0)])
    assert.equal(await told('soap', { indexes: ['S2', 'S9'] }), [200, unknown, how(1)])
    assert.equal(open(...sessions, bob), [false, false, true, true, true])
    assert.equal(await told('soap'), [200, how(2)])
    assert.equal(open(...sessions, bob), [false, false, false, false, true])
    near.gate.sessions.end([bob.id])
  },
)

step('2. with an unknown index, the session of the browser that carries the request ends all the same', async () => {
  const [phone, desk] = [near.session('alice', 'S1'), near.session('alice', 'S2')]
  assert.equal(await told('redirect', { indexes: ['S9'] }, phone), [
    303,
    'log out "alice" by a browser: no session has the index "S9"',
    'log out "alice" by a browser: 1 ended',
  ])
  assert.equal(open(phone, desk), [false, true])
  near.gate.sessions.end([desk.id])
})

step('3. a browser that carries a request about somebody else keeps its session', async () => {
  const [alice, bob] = [near.session('alice', 'S1'), near.session('bob', 'S2')]
  assert.equal(await told('redirect', {}, bob), [303, 'log out "alice" by a browser: 1 ended'])
  assert.equal(open(alice, bob), [false, true])
  assert.equal(await told('redirect', { indexes: ['S2'] }, bob), [
    303,
    'log out "alice" by a browser: no session has the index "S2"',
    'log out "alice" by a browser: 0 ended',
  ])
  assert.ok(bob.isOpen())
  near.gate.sessions.end([bob.id])
})

step('4. SOAP needs no cookie; the answer is signed with the first key; an unknown user is Success', async () => {
  const alice = near.session()
  for (const [name, ended] of [
    ['alice', 1],
    ['nobody', 0],
  ] as const) {
    const { body } = await near.logout('soap', { name })
    const answer = near.soap(body)
    assert.equal(await near.logged(() => answer), [`log out "${name}" by the provider: ${ended} ended`])
    const envelope = parseXml(await (await answer).text())
    const inside = childOf(envelope, SOAP, 'Body')
    const message = inside && childOf(inside, SAMLP, 'LogoutResponse')
    assert.ok(message)
    const signed = message && signedElement(message, [near.service.certificate])
    assert.match(String(signed), SUCCESS)
  }
  assert.not.ok(alice.isOpen())
})

step('5. several sessions of one user, in several browsers, are found also after a restart', async () => {
  const all = ['S1', 'S2', 'S3'].map(index => near.session('alice', index))
  near.restart()
  assert.equal(open(...all), [true, true, true])
  assert.equal(await told('redirect'), [303, 'log out "alice" by a browser: 3 ended'])
  near.restart()
  assert.equal(open(...all), [false, false, false])
})

step('6. metadata and endpoints are of one property', async () => {
  const query = queryOf((await near.logout('redirect', { name: 'nobody' })).url)
  for (const bindings of [['redirect'], ['soap'], ['redirect', 'soap']] as const) {
    near.restart(bindings)
    const metadata = await (await near.ask('/gabarit-sso/metadata')).text()
    const announced = [...metadata.matchAll(/<md:SingleLogoutService Binding="[^"]*:([^":]+)"/g)].map(([, one]) => one)
    const names = { redirect: 'HTTP-Redirect', soap: 'SOAP' }
    assert.equal(
      announced,
      bindings.map(one => names[one]),
    )
    const statuses = [(await near.redirect(query)).status, (await near.soap('x')).status]
    const served = statuses.map(status => status !== 404)
    assert.equal(served, [bindings.join().includes('redirect'), bindings.join().includes('soap')])
  }
})

step('6. who deletes an account ends its sessions: the gateway sees it at the next request', async () => {
  const [alice, bob] = [near.session('alice'), near.session('bob')]
  const check = async ({ cookie }: Opened) =>
    (await near.ask('/check', { headers: { 'x-gate-place': 'app' } }, cookie, SITE)).status
  assert.equal([await check(alice), await check(bob)], [200, 200])
  // What `gabarit sso end alice` does, in its own process.
  const others = new Sessions(new State(near.folder, new RealFiles()))
  others.end(others.all(near.now).flatMap(([id, { user }]) => (user === 'alice' ? id : [])))
  assert.equal(await near.logged(async () => assert.equal([await check(alice), await check(bob)], [401, 200])), [])
  assert.equal(await told('soap', { name: 'bob' }), [200, 'log out "bob" by the provider: 1 ended'])
  assert.is(await check(bob), 401)
})

/** The form by which somebody leaves. */
async function leave(cookie: string, token: string): Promise<Response> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams({ token }).toString()
  return near.ask('/gabarit-sso/logout', { method: 'POST', headers, body }, cookie, SITE)
}
const tokenIn = (page: string) => /name="token" value="([^"]+)"/.exec(page)?.[1] ?? ''

step('7. who leaves sends a form with a token; only the endpoints of the provider need none', async () => {
  const [alice, bob] = [near.session('alice'), near.session('bob')]
  const pageOf = async ({ cookie }: Opened) => (await near.ask('/gabarit-sso/logout', {}, cookie, SITE)).text()
  let [page, other] = ['', '']
  assert.equal(
    await near.logged(async () => {
      ;[page, other] = [await pageOf(alice), await pageOf(bob)]
    }),
    [],
  )
  assert.equal(open(alice, bob), [true, true], 'to look at the form ends nothing')
  for (const token of ['', 'x', tokenIn(other)]) {
    const lines = await near.logged(async () => assert.is((await leave(alice.cookie, token)).status, 403))
    assert.equal(lines, ['POST /gabarit-sso/logout: a form that is not ours'])
  }
  assert.ok(alice.isOpen())
  const lines = await near.logged(async () => {
    const { status, headers } = await leave(alice.cookie, tokenIn(page))
    assert.is(status, 303)
    assert.match(headers.get('location') ?? '', /^https:\/\/idp\.example\.net\/SingleLogoutService\?SAMLRequest=/)
  })
  assert.equal(lines, ['alice has logged out'])
  assert.equal(open(alice, bob), [false, true])
  assert.equal(await told('soap', { name: 'bob' }), [200, 'log out "bob" by the provider: 1 ended'])
})

/** Leaves, and gives the message for the provider, or the page. */
async function leaves(): Promise<{ page: string; id: string }> {
  const { cookie } = near.session()
  const answer = await leave(cookie, tokenIn(await (await near.ask('/gabarit-sso/logout', {}, cookie, SITE)).text()))
  const { searchParams } = new URL(answer.headers.get('location') ?? 'x:')
  return { page: await answer.text(), id: searchParams.get('RelayState') ?? '' }
}
const answers = (id: string, code: string) => {
  const sender = { entityId: PROVIDER, base: '', certificates: [], bindings: [] }
  const status = `<samlp:Status><samlp:StatusCode Value="${code}"/></samlp:Status>`
  const { xml } = newMessage('LogoutResponse', sender, { InResponseTo: id }, status, near.now)
  return near.redirect(queryOf(redirectUrl(`${BASE}/slo`, 'SAMLResponse', xml, id, near.provider.key)))
}
const STILL_THERE = 'You are still logged in at the identity provider.'

step('whoever leaves is told whether the provider has logged him out as well', async () => {
  assert.match(await (await answers((await leaves()).id, SUCCESS)).text(), 'You have logged out.')
  const partial = 'urn:oasis:names:tc:SAML:2.0:status:Responder'
  const { id } = await leaves()
  const lines = await near.logged(async () => assert.match(await (await answers(id, partial)).text(), STILL_THERE))
  assert.equal(lines, [`the provider has not logged somebody out: ${partial}`])
  assert.is((await answers(id, SUCCESS)).status, 403, 'an answer is taken once')
})

step('with SOAP alone the provider gets no message that it could not answer', async () => {
  near.restart(['soap'])
  const { page, id } = await leaves()
  assert.is(id, '')
  assert.match(page, STILL_THERE)
  near.restart()
})

step('each group arrives once, also if the provider sends them one by one', async () => {
  const { xml, state, browser } = await near.answered('alice', ['staff', 'admins', 'staff'])
  const plain = xml.replaceAll(/<(?:ds:)?Signature .*?<\/(?:ds:)?Signature>/gs, '').replace(/^<\?xml[^>]*>\s*/, '')
  const [head = ''] = /<saml:Attribute [^>]*>/.exec(plain) ?? []
  const next = `</saml:AttributeValue></saml:Attribute>${head}<saml:AttributeValue>`
  const single = plain.replaceAll('</saml:AttributeValue><saml:AttributeValue>', next)
  assert.is(single.split('<saml:Attribute ').length, 4)
  const login = signXml(single, / ID="([^"]+)"/.exec(single)?.[1] ?? '', near.provider.key)
  assert.is((await near.post(login, state)).status, 303, near.log.at(-1))
  await near.ask(`/gabarit-sso/finish?login=${state}`, {}, `__Host-gabarit-sso-asked=${browser}`)
  const [[id = '', session] = []] = near.gate.sessions.all(near.now)
  assert.equal(session?.groups, ['staff', 'admins'])
  near.gate.sessions.end([id])
})

step('what strangers ask for in vain is limited for each address, and no one else has to wait', async () => {
  const begin = (address: string) =>
    near.ask(`/gabarit-sso/begin?site=${SITE}&path=/&begun=${'a'.repeat(64)}`, {
      headers: { 'x-forwarded-for': `spoofed, ${address}` },
    })
  const lines = await near.logged(async () => {
    const statuses = new Set<number>()
    for (let count = 0; count < 600; count++) statuses.add((await begin('192.0.2.1')).status)
    assert.equal([...statuses], [302])
    assert.is((await begin('192.0.2.1')).status, 429)
  })
  assert.equal(lines, ['192.0.2.1 has to wait: it asks too much in vain'])
  assert.is((await begin('192.0.2.2')).status, 302)
  near.now += 1000
  assert.is((await begin('192.0.2.1')).status, 302, 'a second later')
  const junk = (address: string) =>
    near.ask('/gabarit-sso/slo/soap', { method: 'POST', body: '<x/>', headers: { 'x-forwarded-for': address } })
  const refused = []
  for (let count = 0; count < 31; count++) refused.push((await junk(`2001:db8::${count}`)).status)
  assert.equal([...new Set(refused.slice(0, 30)), refused[30]], [403, 429], 'of a network, as one')
  const alice = near.session()
  assert.equal(await told('soap'), [200, 'log out "alice" by the provider: 1 ended'])
  assert.not.ok(alice.isOpen())
})

step('what one address can begin does not fill the memory', async () => {
  const long = `/gabarit-sso/login?to=/${'x'.repeat(30_000)}`
  const location = (await near.ask(long, {}, '', SITE)).headers.get('location') ?? ''
  assert.is(new URL(location).searchParams.get('path'), '/')
  const begin = `/gabarit-sso/begin?site=${SITE}&path=/&begun=`
  assert.is((await near.ask(begin + 'x'.repeat(30_000))).status, 404)
  assert.is((await near.ask(begin.replace(SITE, `${SITE}:${'1'.repeat(30_000)}`) + 'a'.repeat(64))).status, 404)
  assert.is((await near.ask(begin + 'a'.repeat(64), {}, '', HOST)).status, 302)
})

tests.run()

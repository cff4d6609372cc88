import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { logoutRequest, soapEnvelope } from '../../src/modules/sso/gate/saml/logout.ts'
import type { AddStep } from '../support/steps.ts'
import type { Answer } from './lasso.ts'
import { Visitor } from './visitor.ts'

/** A place that nginx asks about, and one that Apache asks about. */
export const APP = 'https://app.example.com/x?a=1&b=2'
export const SITE = 'https://second.example/'

const SESSIONS = '/var/lib/gabarit-gate/sessions'
const SOAP_ADDRESS = 'https://example.com/gabarit-sso/slo/soap'
const METHODS = ['soap', 'redirect'] as const

/** What a provider is asked for. */
interface Order {
  readonly name: string
  readonly indexes?: readonly string[]
  readonly method: (typeof METHODS)[number]
  readonly signed?: boolean
}

/** A provider, and two of its users. */
export interface Rows {
  readonly entityId: () => string
  readonly users: { readonly alice: string; readonly bob: string }
  /** How the provider calls a user. */
  readonly nameOf: (user: string) => string
  /** Logs a user in with a browser, at {@link APP}. */
  readonly login: (visitor: Visitor, user: string) => Promise<unknown>
  /** A message of the provider. */
  readonly logout: (order: Order) => Promise<Answer>
  /** What the gateway has said. */
  readonly log: () => string
}

/** The twelve requests to log out that Debian's mod_auth_mellon was measured with, each as a step. */
export function addRows(step: AddStep, front: string, provider: Rows): void {
  const { users, nameOf } = provider
  const sessions = () => (existsSync(SESSIONS) ? readdirSync(SESSIONS) : []).filter(name => !name.startsWith('used-'))
  const indexes = () =>
    new Set(sessions().map(name => String(JSON.parse(readFileSync(join(SESSIONS, name), 'utf8')).index)))
  /** Logs in, and goes to both places. @returns the index of the session */
  const login = async (user = users.alice): Promise<[Visitor, index: string]> => {
    const visitor = new Visitor()
    const before = indexes()
    await provider.login(visitor, user)
    await visitor.follow(SITE, () => false)
    const [index = ''] = [...indexes()].filter(one => !before.has(one))
    assert.equal(await inside(visitor), [true])
    return [visitor, index]
  }
  /** Whether browsers get in: at both places, or at none. */
  const inside = (...visitors: Visitor[]) =>
    Promise.all(
      visitors.map(async visitor => {
        const statuses = [(await visitor.open(APP)).status, (await visitor.open(SITE)).status]
        assert.ok([200, 302].includes(statuses[0] ?? 0) && statuses[0] === statuses[1], statuses.join())
        return statuses[0] === 200
      }),
    )
  /** Brings a message to the gateway, and gives the status. @param carrier the browser, in the way of Redirect */
  const bring = async (
    method: Order['method'],
    { body, url }: Pick<Answer, 'body' | 'url'>,
    carrier = new Visitor(),
  ) => {
    if (method === 'redirect') return (await carrier.open(url)).status
    const headers = { 'content-type': 'text/xml' }
    return (await new Visitor().open(SOAP_ADDRESS, { method: 'POST', headers, body })).status
  }
  const done = { soap: 200, redirect: 303 } as const
  const alice = nameOf(users.alice)
  const addRow = (name: string, row: () => Promise<unknown>) =>
    step(`${front}: ${name}`, async () => {
      // Who was logged in before is of no account.
      for (const session of sessions()) rmSync(join(SESSIONS, session))
      await row()
    })
  /** A row that holds by SOAP and by Redirect. */
  const addBoth = (name: string, row: (method: Order['method']) => Promise<unknown>) => {
    for (const method of METHODS) addRow(`${name}, by ${method}`, () => row(method))
  }

  addBoth('1. the right index: its session ends, and no other one', async method => {
    const [[one, index], [other]] = [await login(), await login()]
    assert.is(await bring(method, await provider.logout({ method, name: alice, indexes: [index] })), done[method])
    assert.equal(await inside(one, other), [false, true])
  })
  addBoth('2. no index, one session: it ends', async method => {
    const [one] = await login()
    assert.is(await bring(method, await provider.logout({ method, name: alice })), done[method])
    assert.equal(await inside(one), [false])
  })
  addBoth('3. no index, two sessions: both end', async method => {
    const [[one], [other], [bob]] = [await login(), await login(), await login(users.bob)]
    assert.is(await bring(method, await provider.logout({ method, name: alice })), done[method])
    assert.equal(await inside(one, other, bob), [false, false, true])
  })
  addBoth('4. the index of the second session: it ends', async method => {
    const [[one], [other, index]] = [await login(), await login()]
    assert.is(await bring(method, await provider.logout({ method, name: alice, indexes: [index] })), done[method])
    assert.equal(await inside(one, other), [true, false])
  })
  addBoth('5. both indexes: both end', async method => {
    const [[one, first], [other, second]] = [await login(), await login()]
    const order = { method, name: alice, indexes: [first, second] }
    assert.is(await bring(method, await provider.logout(order)), done[method])
    assert.equal(await inside(one, other), [false, false])
  })
  addRow('6. an unknown index, by soap: a warning, and no session ends', async () => {
    const [one] = await login()
    const message = await provider.logout({ method: 'soap', name: alice, indexes: ['S99'] })
    assert.is(await bring('soap', message), 200)
    assert.equal(await inside(one), [true])
    assert.match(provider.log(), `log out ${JSON.stringify(alice)} by the provider: no session has the index "S99"`)
  })
  addRow('6. an unknown index, by redirect: a warning, and the session of this browser ends', async () => {
    const [[one], [other]] = [await login(), await login()]
    const message = await provider.logout({ method: 'redirect', name: alice, indexes: ['S99'] })
    assert.is(await bring('redirect', message, one), 303)
    assert.equal(await inside(one, other), [false, true])
    assert.match(provider.log(), `log out ${JSON.stringify(alice)} by a browser: no session has the index "S99"`)
  })
  addBoth('7. an unknown user: Success, and no session ends', async method => {
    const [one] = await login()
    assert.is(await bring(method, await provider.logout({ method, name: 'nobody' }), one), done[method])
    assert.equal(await inside(one), [true])
  })
  addRow('8. a request for one user, carried by the browser of another one: only the first is out', async () => {
    const [[one], [bob]] = [await login(), await login(users.bob)]
    assert.is(await bring('redirect', await provider.logout({ method: 'redirect', name: alice }), bob), 303)
    assert.equal(await inside(one, bob), [false, true])
  })
  addRow('9. a request by redirect that is not signed: refused', async () => {
    const [one] = await login()
    const message = await provider.logout({ method: 'redirect', name: alice, signed: false })
    assert.is(await bring('redirect', message, one), 403)
    assert.equal(await inside(one), [true])
  })
  addRow('10. a request by soap, written by hand from what is public: refused', async () => {
    const [one] = await login()
    const sender = { entityId: provider.entityId(), base: '', certificates: [], bindings: [] }
    const { xml } = logoutRequest(sender, SOAP_ADDRESS, { nameId: { value: alice } }, Date.now())
    assert.is(await bring('soap', { body: soapEnvelope(xml), url: '' }), 403)
    assert.equal(await inside(one), [true])
  })
  addBoth('11. a name that was altered after signing: refused', async method => {
    const [one] = await login()
    const genuine = await provider.logout({ method, name: 'nobody' })
    const other = await provider.logout({ method, name: alice, signed: false })
    const message = /SAMLRequest=[^&]*/
    const altered = {
      body: genuine.body?.replace('>nobody<', `>${alice}<`),
      url: genuine.url?.replace(message, message.exec(other.url)?.[0] ?? ''),
    }
    assert.is(await bring(method, altered), 403)
    assert.equal(await inside(one), [true])
    assert.is(await bring(method, genuine), done[method], 'it was right before')
  })
  addBoth('12. an old request again: the new session stays', async method => {
    const [one] = await login()
    const message = await provider.logout({ method, name: alice })
    assert.is(await bring(method, message), done[method])
    assert.equal(await inside(one), [false])
    const [again] = await login()
    assert.is(await bring(method, message, again), 403)
    assert.equal(await inside(again), [true])
  })
}

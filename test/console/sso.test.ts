// The console by the gateway for logins: who it is the gateway says to the helper, and the pages can make up nothing.

import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import type { Server } from 'node:http'
import { dirname } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { gateApp } from '../../src/modules/sso/gate/app.ts'
import { Gate } from '../../src/modules/sso/gate/gate.ts'
import { RealFiles } from '../../src/system/real-files.ts'
import { State } from '../../src/system/state.ts'
import { stepsOf } from '../support/steps.ts'
import { ADDRESS, codeOf, PASSWORD } from './console-server.ts'
import { type Page, WebConsole } from './web-console.ts'

const tests = suite('the console by the gateway for logins')
const step = stepsOf(tests)

const HOST = 'server.example.org'
const COOKIE = '__Host-gabarit-sso'
const server = new WebConsole()
const log: string[] = []
const gate = new Gate(
  {
    service: { entityId: 'x', base: `https://${HOST}/gabarit-sso`, certificates: [], bindings: [] },
    provider: { entityId: 'idp', keys: [], login: 'https://idp.example.net/', logout: undefined },
    ...{ privateKey: '', hours: 8, userAttribute: '', groupsAttribute: '' },
    places: { console: { names: [HOST], groups: ['admins'] } },
  },
  new State(server.path('/var/lib/gabarit-gate'), new RealFiles()),
  (_, line) => log.push(line),
  Date.now(),
)
const socket = server.path('/run/gabarit-gate/http.sock')
let http: Server | undefined

tests.after(() => {
  http?.close()
  server.remove()
})

async function startGate(): Promise<void> {
  http = createAdaptorServer({ fetch: gateApp(gate).fetch }) as Server
  await once(http.listen({ path: socket }), 'listening')
}

async function stopGate(): Promise<void> {
  http?.closeAllConnections()
  await new Promise<void>(resolve => http?.close(() => resolve()))
}

/** A session at the gateway. @returns its identifier, and the cookie of its browser on the console's name */
function atGateway(user: string, groups: readonly string[]) {
  const now = Date.now()
  const id = gate.sessions.open({
    ...{ provider: 'idp', nameId: { value: user }, user, groups, opened: now, until: now + 1e7 },
  })
  return { id, cookie: `${COOKIE}=${gate.sessions.enter(id, HOST, now)}` }
}

/** What the gateway answers to a browser. */
const askGate = (path: string, cookie = '') =>
  Promise.resolve(gateApp(gate).request(`http://gate${path}`, { headers: { host: HOST, cookie } }))

/** Begins at the console. @returns the cookie that ties the login to this browser, and where it is sent */
async function begin(): Promise<{ begun: string; to: string }> {
  const { headers } = await server.get('/login/sso/begin')
  return { begun: String(headers['set-cookie']).split(';')[0] ?? '', to: String(headers.location) }
}

/** The ticket that the gateway gives through the real socket, as the front end asks it. */
async function ticketFor(to: string, cookie: string): Promise<string> {
  const { socketPath, path, headers } = { socketPath: socket, path: to, headers: { host: HOST, cookie } }
  const { request } = await import('node:http')
  const [answer] = await once(request({ socketPath, path, headers }).end(), 'response')
  answer.resume()
  return new URL(answer.headers.location ?? '', `https://${HOST}`).searchParams.get('ticket') ?? ''
}

/** Enters the console with a session of the gateway. */
async function enter(cookie: string): Promise<Page> {
  const { begun, to } = await begin()
  const ticket = await ticketFor(to, cookie)
  server.cookie = begun
  const page = await server.get(`/login/sso?ticket=${ticket}`)
  const session = [page.headers['set-cookie'] ?? ''].flat().find(line => line.startsWith('__Secure-gabarit='))
  server.cookie = session?.split(';')[0] ?? ''
  return page
}

const here = async () => (await server.get('/')).status

step('only if it is switched on', async () => {
  mkdirSync(dirname(socket), { recursive: true })
  await server.startAll()
  await startGate()
  const before = await server.get('/login')
  assert.not.match(before.text, '/login/sso/begin')
  const { cookie } = atGateway('mallory', ['admins'])
  assert.is((await enter(cookie)).status, 403)
  server.must('config set sso service status enabled')
  server.must('config set httpd-admin service status enabled Manager console Login sso LoginGroups admins')
  assert.match((await server.get('/login')).text, 'href="/server-manager/login/sso/begin"')
})

let alice = atGateway('alice', ['admins', 'staff'])

step('whom the provider names enters as that user', async () => {
  const page = await enter(alice.cookie)
  assert.is(page.status, 200, page.text)
  assert.is(page.headers.refresh, '0; url=/server-manager/')
  const home = await server.get('/')
  assert.is(home.status, 200)
  assert.match(home.text, 'alice')
  assert.match(server.must('gabarit web sessions'), `alice  from ${ADDRESS}`)
})

step('without a session, or with another group, the gateway lets nobody go on', async () => {
  const { to } = await begin()
  const stranger = await askGate(to)
  assert.match(stranger.headers.get('location') ?? '', /^\/gabarit-sso\/login\?to=%2Fgabarit-sso%2Fconsole%3Fbegun%3D/)
  assert.is((await askGate(to, atGateway('bob', ['staff']).cookie)).status, 403)
  assert.is((await askGate('/gabarit-sso/console', alice.cookie)).status, 404)
  const elsewhere = gateApp(gate).request(`http://gate${to}`, { headers: { host: 'app.example.org' } })
  assert.is((await elsewhere).status, 404)
})

/** What the helper says to a ticket. */
const login = (ticket: string, begun: string) =>
  server.client.ask({ ask: 'loginBySso', address: '192.0.2.99', ticket, begun })

step('the pages cannot make up who somebody is: a ticket is for one browser, once, for a minute', async () => {
  const { begun, to } = await begin()
  const secret = begun.split('=')[1] ?? ''
  const ticket = await ticketFor(to, alice.cookie)
  assert.is((await login('made-up', secret)).kind, 'refused')
  assert.is((await login(alice.id, secret)).kind, 'refused', 'nor with the name of a session')
  assert.is((await login(ticket, 'another browser')).kind, 'refused')
  assert.is((await login(ticket, secret)).kind, 'refused', 'it was tried once')
  const second = await ticketFor(to, alice.cookie)
  assert.is((await login(second, secret)).kind, 'session')
  assert.is((await login(second, secret)).kind, 'refused')
  // What the front ends pass on begins with /gabarit-sso/.
  for (const path of ['/gabarit-sso/console/redeem', `/gabarit-sso/console/session/${alice.id}`])
    assert.is((await askGate(path, alice.cookie)).status, 404)
})

step('a name that no user of the console can have', async () => {
  const page = await enter(atGateway('Alice Smith', ['admins']).cookie)
  assert.is(page.status, 403)
  await enter(alice.cookie)
})

const ROLL = ['gabarit', 'web', 'users', 'remove', 'nobody']

step('what can lock out needs a proof, and without one there is a way out', async () => {
  const page = await server.post('/run', { words: JSON.stringify(ROLL) })
  assert.is(page.status, 403)
  assert.match(page.text, 'gabarit web login-link alice')
  assert.not.match(page.text, 'name="password"')
})

step('with password and code of the console it is confirmed', async () => {
  const keep = server.cookie
  await server.enter('alice')
  server.cookie = keep
  await enter(alice.cookie)
  const asked = await server.post('/run', { words: JSON.stringify(ROLL) })
  assert.match(asked.text, 'name="password"')
  const code = codeOf(server.secret, 30)
  const done = await server.post('/run', { words: JSON.stringify(ROLL), password: PASSWORD, code })
  assert.ok(done.status < 400, done.text)
})

step('a session that ends at the provider ends here with the next request', async () => {
  assert.is(await here(), 200)
  gate.sessions.end([alice.id])
  assert.is(await here(), 303)
  assert.not.match(server.must('gabarit web sessions --json'), '"gateway"')
})

step('while the gateway does not answer nobody gets in by it; then the session goes on', async () => {
  alice = atGateway('alice', ['admins'])
  await enter(alice.cookie)
  assert.is(await here(), 200)
  await stopGate()
  assert.is(await here(), 303)
  await startGate()
  assert.is(await here(), 200)
})

step('leaving: the console asks the gateway to log out as well', async () => {
  const page = await server.post('/logout', {})
  assert.equal([page.status, page.headers.location], [303, '/gabarit-sso/logout'])
  assert.is(await here(), 303)
})

tests.run()

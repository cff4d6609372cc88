// Places with a login that are no plain pages: without the gateway, WebSockets, Maintenance, a name that only redirects.
import type { ChildProcess } from 'node:child_process'
import * as assert from 'uvu/assert'
import { stop } from '../support/daemons.ts'
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'
import { openWebSocket, sendText } from '../support/websocket.ts'
import { Sso } from './office.ts'
import { Visitor } from './visitor.ts'

const { tests, step, front } = throughNginx('places with a login', '/usr/lib/python3/dist-packages/lasso.py', 'setpriv')

const SESSION = '__Host-gabarit-sso'
const NAME = 'app.example.com'
const APP = `https://${NAME}`
const SITE = 'https://second.example'
const sso = new Sso(front.daemons)
let gate: ChildProcess
let logins = 0

tests.after(() => sso.stop())

const frontend = (name: string) => {
  must(words(`config set WebFrontend ${name}`))
  front.apply()
}
/** Why a WebSocket was not opened. */
const refusal = (name: string, path: string, headers = {}) =>
  openWebSocket(name, path, headers).then(
    () => 'opened',
    error => String(error.message),
  )

step('an application behind nginx, and a site of Apache', async () => {
  await front.start({ '3001': 'app', '3002': 'site' })
  must(words('db domains set second.example domain ProxyPassTarget http://127.0.0.1:3002 Login sso'))
  const Upstreams = 'http://127.0.0.1:3001'
  front.record('live', 'location', { Upstreams, Path: '/live/', Timeout: '2s' })
  front.record('open', 'location', { Upstreams, Path: '/open/', Login: 'none' })
  front.record(NAME, 'proxy', { Upstreams, Login: 'sso', Locations: 'live,open' })
  must(words('config set sso service status enabled'))
  sso.introduce()
  front.apply('domain-create second.example')
  front.apply('sso-update')
})

for (const name of ['nginx', 'httpd'])
  step(`without the gateway nobody gets to an application, with ${name} in front`, async () => {
    frontend(name)
    const closed = [`${APP}/`, `${APP}/live/x`, `${SITE}/`, `${SITE}/a/b?c`]
    for (const url of closed)
      for (const method of ['GET', 'POST']) {
        const { status, text } = await new Visitor().open(url, { method, headers: { cookie: `${SESSION}=x` } })
        assert.is(status, 503, `${method} ${url}`)
        assert.not.match(text, /"name":/, url)
      }
    assert.is((await new Visitor().open(`${APP}/open/`)).status, 200)
    assert.is(await refusal(NAME, '/live/'), 'no upgrade: status 503')
    assert.is(await refusal('second.example', '/'), 'no upgrade: status 503')
  })

step('a gateway and a provider', async () => {
  gate = await sso.startGate()
  await sso.startProvider()
})

for (const name of ['nginx', 'httpd'])
  step(
    `a WebSocket needs a login; after a logout none is opened, and one that is silent ends: ${name} in front`,
    async () => {
      frontend(name)
      const alice = new Visitor()
      const index = `S${++logins}`
      await sso.login(alice, `${APP}/live/`, 'alice', index)
      const cookie = { cookie: `${SESSION}=${alice.cookie(NAME, SESSION)}` }
      assert.is(await refusal(NAME, '/live/'), 'no upgrade: status 302')
      const socket = await openWebSocket(NAME, '/live/', cookie)
      socket.on('error', () => undefined)
      assert.is(await sendText(socket, 'hello'), 'hello')
      const order = { user: 'alice', name: 'alice', indexes: [index], method: 'soap', signed: true }
      const { body } = await sso.provider.order('logout', order)
      const soap = { method: 'POST', headers: { 'content-type': 'text/xml' }, body }
      assert.is((await new Visitor().open('https://example.com/gabarit-sso/slo/soap', soap)).status, 200)
      assert.is(await refusal(NAME, '/live/', cookie), 'no upgrade: status 302')
      socket.resume()
      await waitFor('the silent WebSocket to end', () => socket.destroyed)
    },
  )

step('in Maintenance nobody is asked to log in, and who is logged in can leave', async () => {
  frontend('nginx')
  const alice = new Visitor()
  await sso.login(alice, `${APP}/`, 'alice', `S${++logins}`)
  must(words(`db proxies setprop ${NAME} Maintenance enabled`))
  front.apply()
  const maintenance = [(await new Visitor().open(`${APP}/`)).status, (await alice.open(`${APP}/live/`)).status]
  assert.equal(maintenance, [503, 503])
  const [, token = ''] = /name="token" value="([^"]+)"/.exec((await alice.open(`${APP}/gabarit-sso/logout`)).text) ?? []
  assert.match((await alice.post(`${APP}/gabarit-sso/logout`, { token })).location, /^https:\/\/idp\.example\.net\//)
  must(words(`db proxies delprop ${NAME} Maintenance`))
  front.apply()
  assert.is((await alice.open(`${APP}/`)).status, 302)
})

for (const [what, properties, status] of [
  ['is in Maintenance', { Upstreams: 'http://127.0.0.1:3001', Maintenance: 'enabled' }, 503],
  ['only redirects', { RedirectTo: 'https://www.example.com/' }, 301],
] as const)
  step(`the provider reaches the gateway also by a name that ${what}`, async () => {
    must(words('config setprop sso Name login.example.com'))
    front.record('login.example.com', 'proxy', properties)
    front.apply()
    front.apply('sso-update')
    await stop(gate)
    gate = await sso.startGate()
    assert.is((await new Visitor().open('https://login.example.com/')).status, status)
    const { status: answer, text } = await new Visitor().open('https://login.example.com/gabarit-sso/metadata')
    assert.is(answer, 200)
    assert.match(text, 'Location="https://login.example.com/gabarit-sso/acs"')
  })

tests.run()

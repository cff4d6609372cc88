// The gateway at a second provider, LemonLDAP::NG: logging in through its portal, and out from both sides, by both bindings.
import type { ChildProcess } from 'node:child_process'
import * as assert from 'uvu/assert'
import { stop } from '../support/daemons.ts'
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { LemonLdap, PORTAL } from './lemonldap.ts'
import { Sso, startApplications } from './office.ts'
import { Visitor } from './visitor.ts'

const { tests, step, front } = throughNginx(
  'one login by LemonLDAP::NG',
  'plackup',
  '/usr/share/perl5/Lemonldap/NG/Portal.pm',
  '/usr/share/doc/liblasso-perl/copyright',
  'setpriv',
)

const APP = 'https://app.example.com/x?a=1&b=2'
const SITE = 'https://second.example/'
const sso = new Sso(front.daemons)
const portal = new LemonLdap(front.daemons)
let gate: ChildProcess

tests.after(() => portal.stop())

/** Whether browsers get in. */
const inside = (...visitors: Visitor[]) =>
  Promise.all(visitors.map(async visitor => (await visitor.open(APP)).status === 200))

/** Serves this binding, and starts gateway and provider again: it gets our new metadata. */
async function serveBindings(bindings: string): Promise<void> {
  must(words(`config setprop sso LogoutBindings ${bindings}`))
  front.apply('sso-update')
  const metadata = must(words('gabarit sso metadata'))
  const announced = [...metadata.matchAll(/<md:SingleLogoutService Binding="[^"]*:([^":]+)"/g)].map(([, name]) => name)
  assert.is(announced.join(','), bindings.replace('redirect', 'HTTP-Redirect').replace('soap', 'SOAP'))
  await portal.start(metadata)
  if (gate !== undefined) await stop(gate)
  gate = await sso.startGate()
}

step('the provider and the applications', async () => {
  await startApplications(front)
  await portal.start()
  await portal.introduce(front)
  front.record('boss', 'location', { Upstreams: 'http://127.0.0.1:3001', Path: '/boss/', LoginGroups: 'timelords' })
  must(words('db proxies setprop app.example.com Locations boss'))
  must(words('config set sso service status enabled UserAttribute uid GroupsAttribute groups'))
  front.apply('domain-create second.example')
  await serveBindings('redirect,soap')
})

const [dwho, rtyler] = [new Visitor(), new Visitor()]

step('a user of the provider gets to the application, with the attributes of the provider', async () => {
  const { url, page } = await portal.login(dwho, APP, 'dwho')
  assert.is(url, APP)
  const { url: asked, headers } = JSON.parse(page.text)
  assert.equal([asked, headers['remote-user']], ['/x?a=1&b=2', 'dwho'])
  assert.equal(headers['remote-groups'].split(',').sort(), ['timelords', 'users'])
  assert.is(JSON.parse((await dwho.follow(SITE, () => false)).page.text).headers['remote-user'], 'dwho')
})

step('a path for a group of the provider is closed to others', async () => {
  await portal.login(rtyler, APP, 'rtyler')
  const statuses = [dwho, rtyler].map(async one => (await one.open('https://app.example.com/boss/')).status)
  assert.equal(await Promise.all(statuses), [200, 403])
})

// The same sessions all the time: neither the applications nor who is logged in take part in the changes.
for (const [bindings, part, how] of [
  ['soap', /\/saml\/relaySingleLogoutSOAP\?/, 'by the provider'],
  ['redirect', /^https:\/\/example\.com\/gabarit-sso\/slo\?SAMLRequest=/, 'by a browser'],
  ['soap', /\/saml\/relaySingleLogoutSOAP\?/, 'by the provider'],
] as const)
  step(`logging out at the provider, which sends it by ${bindings}: this browser, from all applications`, async () => {
    await serveBindings(bindings)
    const phone = new Visitor()
    await portal.login(phone, APP, 'dwho')
    await phone.follow(SITE, () => false)
    assert.equal(await inside(dwho, phone, rtyler), [true, true, true])
    const [address = '', ...others] = await portal.logout(phone)
    assert.match(address, part)
    assert.equal(others, [])
    assert.match(sso.log(), `log out "dwho@badwolf.org" ${how}: 1 ended`)
    assert.equal(await inside(dwho, phone, rtyler), [true, false, true])
    assert.is((await phone.open(SITE)).status, 302)
    assert.match((await phone.open(PORTAL)).text, 'name="password"', 'logged out at the provider as well')
  })

step('a binding that is not announced is not served', async () => {
  const { status } = await dwho.open('https://example.com/gabarit-sso/slo?SAMLRequest=x')
  assert.is(status, 404)
})

step('leaving here: the session of the provider ends, and the browser comes back', async () => {
  await serveBindings('redirect,soap')
  const at = 'https://app.example.com/gabarit-sso/logout'
  const [, token = ''] = /name="token" value="([^"]+)"/.exec((await dwho.open(at)).text) ?? []
  const { location } = await dwho.post(at, { token })
  const { url, page } = await dwho.follow(location, () => false)
  assert.match(page.text, 'You have logged out.', url)
  assert.match((await dwho.open(PORTAL)).text, 'name="password"')
  assert.equal(await inside(dwho, rtyler), [false, true])
})

tests.run()

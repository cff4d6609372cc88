// Logging in and out with the real Chromium: two browsers, an application, and the pages of a provider made of Debian's lasso.
import { createServer } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { startConsole } from '../console/processes.ts'
import { CHROMIUM, startBrowser } from '../support/browser.ts'
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { LATER, Sso, startApplications } from './office.ts'
import { Visitor } from './visitor.ts'

const { tests, step, front } = throughNginx(
  'one login with Chromium',
  '/usr/lib/python3/dist-packages/lasso.py',
  'setpriv',
  CHROMIUM,
)

const APP = 'https://app.example.com/x'
const SITE = 'https://second.example/'
const PROVIDER_PORT = 3003
const sso = new Sso(front.daemons)
let browser: Browser | undefined
let logins = 0

/** The pages of the provider: it knows alice without a password. */
const provider = createServer(async (request, response) => {
  const url = `https://idp.example.net${request.url}`
  const page = (text: string) => response.setHeader('Content-Type', 'text/html').end(`<!doctype html>${text}`)
  if (url.includes('/SingleSignOnService?')) {
    const order = { url, user: 'alice', index: `S${++logins}`, until: LATER, groups: ['staff'] }
    const { url: to, body, state } = await sso.provider.order('login', order)
    const field = (name: string, value: string) => `<input type="hidden" name="${name}" value="${value}">`
    const fields = field('SAMLResponse', body) + field('RelayState', state)
    page(`<form method="post" action="${to}">${fields}<button>Log in as alice</button></form>`)
  } else if (url.includes('/SingleLogoutService?SAMLRequest')) {
    const left = await sso.provider.order('left', { user: 'alice', url })
    response.writeHead(302, { location: left.url }).end()
  } else if (url.includes('/SingleLogoutService?SAMLResponse')) page('<h1>Logged out at the provider</h1>')
  else response.writeHead(404).end()
})

tests.after(async () => {
  await browser?.close()
  provider.close()
  sso.stop()
})

step('an application, a site, a provider and a browser', async () => {
  await startApplications(front)
  front.record('idp.example.net', 'proxy', { Upstreams: `http://127.0.0.1:${PROVIDER_PORT}` })
  must(words('config set sso service status enabled'))
  must(words('config setprop httpd-admin status enabled Manager console Login sso LoginGroups staff'))
  sso.introduce()
  front.apply('domain-create second.example')
  front.apply('sso-update')
  front.apply('server-manager-update')
  await sso.startGate()
  await startConsole(front.daemons)
  await sso.startProvider()
  provider.listen(PROVIDER_PORT, '127.0.0.1')
  browser = await startBrowser('/var/lib/gabarit/ssl/self-signed.pem')
})

/** A browser with its own cookies. */
async function newBrowser(): Promise<Page> {
  if (browser === undefined) throw new Error('the browser does not run')
  return (await browser.newContext({ locale: 'en' })).newPage()
}
/** Goes to the application, by the page of the provider if it has to. */
async function logIn(page: Page): Promise<void> {
  await page.goto(APP)
  assert.match(page.url(), /^https:\/\/idp\.example\.net\//)
  await page.getByRole('button').click()
  await page.waitForURL(APP)
}
/** Where a visit ends, and whom the application sees. */
async function visit(page: Page, url: string): Promise<[host: string, user: string]> {
  await page.goto(url)
  const { host } = new URL(page.url())
  return [host, /"remote-user":"(\w+)"/.exec(await page.content())?.[1] ?? '']
}

let desk: Page
let phone: Page

step('two browsers log in, and come to the other site without a second login', async () => {
  ;[desk, phone] = [await newBrowser(), await newBrowser()]
  // The provider of the tests knows only the last session of a user: that of the desk.
  for (const page of [phone, desk]) {
    await logIn(page)
    assert.match(await page.content(), '"remote-user":"alice"')
    assert.equal(await visit(page, SITE), ['second.example', 'alice'])
  }
})

step('no script of a page reads the cookie of the gateway', async () => {
  assert.is(await desk.evaluate('document.cookie'), '')
})

step('logging out at the application: this browser is out everywhere, the other one is not', async () => {
  await desk.goto('https://second.example/gabarit-sso/logout')
  await desk.getByRole('button').click()
  await desk.waitForURL('https://example.com/gabarit-sso/slo?**')
  assert.match(await desk.content(), 'You have logged out.')
  for (const url of [APP, SITE]) {
    assert.equal(await visit(desk, url), ['idp.example.net', ''])
    assert.equal((await visit(phone, url))[1], 'alice')
  }
})

step('logging out at the provider by this browser: it is out, and is led back to the provider', async () => {
  await logIn(desk)
  const order = { user: 'alice', name: 'alice', indexes: [`S${logins}`], method: 'redirect', signed: true }
  const { url } = await sso.provider.order('logout', order)
  await desk.goto(url)
  assert.match(await desk.content(), 'Logged out at the provider')
  assert.equal(await visit(desk, APP), ['idp.example.net', ''])
  assert.equal((await visit(phone, APP))[1], 'alice')
})

step('logging out at the provider from all browsers: each is out at its next request', async () => {
  await logIn(desk)
  const order = { user: 'alice', name: 'alice', indexes: [], method: 'soap', signed: true }
  const { body } = await sso.provider.order('logout', order)
  const soap = { method: 'POST', headers: { 'content-type': 'text/xml' }, body }
  assert.is((await new Visitor().open('https://example.com/gabarit-sso/slo/soap', soap)).status, 200)
  for (const page of [desk, phone])
    for (const url of [APP, SITE]) assert.equal(await visit(page, url), ['idp.example.net', ''])
})

step('the way back does not show the application again', async () => {
  await logIn(desk)
  must(words('gabarit sso end alice'))
  await desk.reload()
  assert.is(new URL(desk.url()).host, 'idp.example.net')
})

step('two windows of one browser are on the way at once: both arrive', async () => {
  const first = await newBrowser()
  const second = await first.context().newPage()
  for (const window of [first, second]) await window.goto(APP)
  for (const window of [second, first]) {
    await window.getByRole('button').click()
    await window.waitForURL(APP)
    assert.match(await window.content(), '"remote-user":"alice"')
  }
  assert.match((await visit(second, APP)).join(), 'alice')
})

step('into the console without its password, and out again: here, and at the provider', async () => {
  const CONSOLE = 'https://example.com/server-manager/'
  const page = await newBrowser()
  await page.goto(CONSOLE)
  await page.getByRole('link', { name: 'identity provider' }).click()
  await page.waitForURL('https://idp.example.net/**')
  await page.getByRole('button').click()
  await page.waitForURL(CONSOLE)
  assert.match(await page.content(), 'alice')
  assert.is((await visit(page, APP))[1], 'alice')
  await page.goto(CONSOLE)
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.waitForURL('https://example.com/gabarit-sso/logout')
  await page.getByRole('button').click()
  await page.waitForURL('https://example.com/gabarit-sso/slo?**')
  assert.match(await page.content(), 'You have logged out.')
  assert.equal(await visit(page, APP), ['idp.example.net', ''])
  await page.goto(CONSOLE)
  assert.match(page.url(), /\/login/)
})

tests.run()

// From an empty server to a certificate that the real Apache serves, in the real Chromium, with the real dehydrated and test
// authorities: with JavaScript in English, and one more name without it in French.
import type { Browser, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CATALOGUES, type Key, type Language } from '../../src/console/web/text/languages.ts'
import { startConsole } from '../console/processes.ts'
import { ACME_DAEMONS, AcmeServer } from '../support/acme-server.ts'
import { CHROMIUM, overhang, startBrowser, violations } from '../support/browser.ts'
import { ask, certificateNames, servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { type Authority, pointName } from '../support/pebble.ts'
import { must, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { CONSOLE, comeIn, welcome } from './windows.ts'

const reason = needsCommands(...ACME_DAEMONS, CHROMIUM) ?? enterNamespace('home')

const job = suite('certificates in the console')
const step = stepsOf(job, reason)
const server = new AcmeServer()
let production: Authority
let browser: Browser
let page: Page
job.after(() => browser?.close())
job.after(() => server.stop())

const SETUP = `${CONSOLE}/certificates/setup`
/** A text that stands in the page, or a name. */
const say = (language: Language, key: Key) => CATALOGUES[language][key]

/** Turns the switches of names, and stores the choice. */
async function choose(language: Language, names: Readonly<Record<string, boolean>>): Promise<void> {
  await page.goto(SETUP)
  for (const [name, on] of Object.entries(names)) await page.getByLabel(name, { exact: true }).setChecked(on)
  await page.locator('form[action$="/names"] button').click()
  await page.getByText(say(language, 'stored')).waitFor()
}

/** What the page says about a name. */
async function said(name: string): Promise<string> {
  const row = page.locator('form[action$="/names"] tr', { has: page.getByLabel(name, { exact: true }) })
  return (await row.locator('td').last().textContent()) ?? ''
}

/** Presses the button, and waits for the end. @returns the steps */
async function run(language: Language, end: Key): Promise<string[]> {
  await page.getByRole('button', { name: say(language, 'setupCertificates') }).click()
  await page.waitForURL(url => url.pathname.includes('/run/'))
  const text = say(language, end).replace('{}', '1')
  await page.getByText(text, { exact: true }).waitFor({ timeout: 120_000 })
  return page.locator('.steps li').allTextContents()
}

step('an empty server with the console, and two authorities', async () => {
  await server.start()
  // dehydrated naps between its questions.
  process.env.PATH = server.env().PATH
  await server.authority('test')
  production = await server.authority('production')
  for (const line of ['config set DomainName example.com', 'config set SystemName home', 'signal-event post-install'])
    server.type(line)
  server.settle()
  must(words('db hosts set printer.example.com host HostType Local InternalIP 192.168.1.9 letsencryptSSLcert enabled'))
  server.type('gabarit web enable')
  await startConsole(server.daemons)
  browser = await startBrowser()
})

/** A window of a new user. */
async function come(language: Language, javaScriptEnabled: boolean): Promise<void> {
  // The certificate of the console itself is about to change.
  const options = { locale: language, javaScriptEnabled, ignoreHTTPSErrors: true }
  page = await (await browser.newContext(options)).newPage()
  await page.goto(welcome(`user-${language}`))
  await comeIn(page)
}

step('en, JavaScript on: nothing can be asked for before an address, the terms and a name are there', async () => {
  await come('en', true)
  await page.goto(`${CONSOLE}/certificates`)
  await page.getByRole('link', { name: say('en', 'setupTitle') }).click()
  const button = page.getByRole('button', { name: say('en', 'setupCertificates') })
  assert.is(await button.count(), 0)
  await page.locator('#email').fill('not an address')
  await page.locator('#terms').check()
  await page.locator('form[action$="/settings"] button').click()
  assert.match((await page.locator('#email-error').textContent()) ?? '', 'not an address')
  await page.locator('#email').fill('admin@example.com')
  await page.locator('#terms').check()
  await page.locator('form[action$="/settings"] button').click()
  await page.getByText('admin@example.com').waitFor()
  assert.is(await button.count(), 0, 'no name is chosen')
  await choose('en', { 'example.com': true, 'www.example.com': true, 'wpad.example.com': true })
  assert.is(await button.count(), 1)
  for (const name of ['example.com', 'wpad.example.com']) assert.is(await said(name), 'example.com')
  assert.is(await said('ftp.example.com'), say('en', 'notAsked'))
  assert.is(await said('printer.example.com'), say('en', 'isLeftOut'))
  assert.match((await page.locator('.note.warn').allTextContents()).join(), 'its HostType is Local, not Self')
  assert.equal(await violations(page), [])
  await page.setViewportSize({ width: 320, height: 800 })
  assert.is(await overhang(page), 0)
  await page.setViewportSize({ width: 1280, height: 800 })
})

step('en: a name that leads elsewhere is told by the checks, and by the run, which asks nobody', async () => {
  pointName('wpad.example.com', '198.51.100.7')
  await page.getByRole('button', { name: say('en', 'checkNow') }).click()
  const checks = page.locator('section', { hasText: say('en', 'checkNames') })
  assert.match((await checks.locator('tr', { hasText: 'wpad.example.com' }).textContent()) ?? '', '198.51.100.7')
  const steps = await run('en', 'exitStatus')
  assert.match(steps.find(line => line.startsWith('wpad.example.com')) ?? '', '198.51.100.7')
  assert.ok(steps.includes('www.example.com'), steps.join('\n'))
  assert.not.match(steps.join('\n'), 'asking the test authority')
})

step('en: a button leaves it out, with what it stores', async () => {
  await page.goto(SETUP)
  await page.getByRole('button', { name: say('en', 'checkNow') }).click()
  const form = page.locator('form', { hasText: say('en', 'leaveOutText') })
  assert.equal(await form.locator('li').allTextContents(), [
    'db hosts setprop wpad.example.com letsencryptSSLcert disabled',
  ])
  assert.equal(await violations(page), [])
  await form.getByRole('button').click()
  await page.getByText(say('en', 'stored')).waitFor()
  assert.is(await said('wpad.example.com'), say('en', 'notAsked'))
  assert.is(await said('www.example.com'), 'example.com')
})

step('en: without it, each step is shown, and the real Apache serves the official certificate', async () => {
  const steps = (await run('en', 'done')).join('\n')
  for (const part of ['asking the test authority', 'asking the production authority', 'for 2 names'])
    assert.match(steps, part)
  assert.is(steps.indexOf('{'), -1, steps)
  const served = servedCertificate('www.example.com')
  assert.is(served.issuer, production.issuer)
  assert.equal(certificateNames(served), ['example.com', 'www.example.com'])
  // Throws when a browser would not trust it.
  ask('https://www.example.com/', { trust: production.root })
  await page.goto(`${CONSOLE}/certificates`)
  const row = (await page.locator('tbody tr', { hasText: 'www.example.com' }).first().textContent()) ?? ''
  assert.match(row, 'modSSL')
  await page.goto(SETUP)
  const limits = page.locator('section', { hasText: say('en', 'limits') })
  const left = await limits.locator('tr', { hasText: say('en', 'limit_exact-set') }).textContent()
  assert.match(left ?? '', '4 of 5')
})

step('fr, JavaScript off: one more name, and what somebody else has changed meanwhile is told', async () => {
  await come('fr', false)
  await page.goto(SETUP)
  must(words('db hosts setprop mail.example.com letsencryptSSLcert enabled'))
  await page.getByLabel('mail.example.com', { exact: true }).setChecked(true)
  await page.locator('form[action$="/names"] button').click()
  assert.match((await page.locator('.note.bad').textContent()) ?? '', 'mail.example.com')
  must(words('db hosts setprop mail.example.com letsencryptSSLcert disabled'))
  await choose('fr', { 'ftp.example.com': true })
  const steps = (await run('fr', 'done')).join('\n')
  assert.match(steps, 'for 3 names')
  assert.equal(certificateNames(servedCertificate('ftp.example.com')), [
    'example.com',
    'ftp.example.com',
    'www.example.com',
  ])
})

job.run()

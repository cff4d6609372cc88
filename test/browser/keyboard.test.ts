// From the one-time address to a host name that is live, in the real Chromium, by keys alone.
import type { Locator, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { codeOf, PASSWORD } from '../console/console-server.ts'
import { CHROMIUM } from '../support/browser.ts'
import { needsCommands } from '../support/packages.ts'
import { stepsOf } from '../support/steps.ts'
import { BrowserConsole } from './browser-console.ts'

const keyboard = suite('the console by keyboard')
const step = stepsOf(keyboard, needsCommands(CHROMIUM))
const box = new BrowserConsole()
keyboard.after(() => box.close())

let page: Page

/** More than a page has places for the focus. */
const MOST = 200

/** Runs in the page. */
const hasFocus = (element: { readonly ownerDocument: { readonly activeElement: unknown } }) =>
  element === element.ownerDocument.activeElement

/** Goes on with the tabulator until a place has the focus, which must be visible there. */
async function tabTo(place: Locator): Promise<void> {
  await place.waitFor()
  for (let presses = 0; presses < MOST; presses++) {
    if (await place.evaluate(hasFocus)) {
      assert.is(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'solid', 'it is seen')
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error(`the tabulator does not reach ${place}`)
}

async function press(place: Locator): Promise<void> {
  await tabTo(place)
  await page.keyboard.press('Enter')
}

async function type(label: string | RegExp, text: string): Promise<void> {
  await tabTo(page.getByLabel(label, { exact: typeof label === 'string' }))
  await page.keyboard.type(text)
}

step('a server with the console', async () => {
  for (const line of ['config set DomainName example.org', 'config set SystemName server', 'signal-event post-install'])
    box.must(line)
  await box.startAll()
  await box.enter('somebody')
  page = await (await box.window()).newPage()
})

step('a new user comes in', async () => {
  await page.goto(box.address(`/welcome/${box.invite('alice')}`))
  const secret = (await page.locator('.secret').textContent()) ?? ''
  await type(/New password/, PASSWORD)
  await type('The same again', PASSWORD)
  await type('Code from your application', codeOf(secret))
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Log out alice' }).waitFor()
})

step('the first key leads past the menu', async () => {
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to the content' })
  assert.ok(await skip.evaluate(hasFocus))
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  assert.ok(await page.evaluate("document.querySelector('main').contains(document.activeElement)"))
})

step('a host is added: a menu, a form with a choice', async () => {
  await press(page.locator('nav').getByRole('link', { name: 'Host names' }))
  await press(page.getByRole('link', { name: 'New host' }))
  await type('Key', 'camera.example.org')
  await tabTo(page.getByLabel('HostType', { exact: true }))
  await page.keyboard.type('Local')
  await type('InternalIP', '192.168.1.77')
  await press(page.getByRole('button', { name: 'Store', exact: true }))
  await page.getByText('Stored. It is not live yet.').waitFor()
})

step('it is looked at, and made live', async () => {
  await press(page.getByRole('link', { name: 'Look at them' }))
  await press(page.locator('details.file summary', { hasText: '/etc/hosts' }))
  // The difference of a single file is open; the key closes it.
  await page.locator('details.file:not([open])').waitFor()
  await press(page.getByRole('button', { name: 'Make live' }))
  await page.getByText('Done.', { exact: true }).waitFor({ timeout: 120_000 })
  assert.match(box.read('/etc/hosts'), '192.168.1.77')
})

step('and logged out', async () => {
  await press(page.getByRole('button', { name: 'Log out alice' }))
  await page.getByRole('button', { name: 'Log in', exact: true }).waitFor()
})

keyboard.run()

import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { codeOf, PASSWORD } from '../console/console-server.ts'
import { must, words } from '../support/sandbox.ts'

export const CONSOLE = 'https://example.com/server-manager'

/** A form that is refused, or needs a proof, comes back with such a status. */
const REFUSED_FORM = /status of (403|422) \(\w*\) \S+\/(run|edit|new)$/

/** Opens a page in a window of its own. What the browser complains of, such as its policy, fails the test. */
export async function openWindow(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  // Everything runs on this machine: the browser, the web servers, the commands.
  page.setDefaultTimeout(120_000)
  const complaints: string[] = []
  page.on('console', message => {
    const text = `${message.text()} ${message.location().url}`
    if (message.type() === 'error' && !REFUSED_FORM.test(text)) complaints.push(text)
  })
  page.on('pageerror', error => complaints.push(error.message))
  assert.is((await page.goto(url))?.status(), 200, url)
  await look(page)
  assert.equal(complaints, [])
  await context.close()
}

/** The one-time address of a user. @param base where the console is */
export function welcome(user: string, base = CONSOLE): string {
  return `${base}/welcome/${/\/welcome\/(\S+)/.exec(must(words(`gabarit web login-link ${user}`)))?.[1]}`
}

/** Chooses a password on the page of a one-time address. @returns the secret of the codes */
export async function comeIn(page: Page): Promise<string> {
  const secret = (await page.locator('.secret').textContent()) ?? ''
  for (const name of ['password', 'again']) await page.locator(`[name=${name}]`).fill(PASSWORD)
  await page.locator('[name=code]').fill(codeOf(secret))
  await page.locator('form button').last().click()
  await page.waitForURL(url => !url.pathname.includes('welcome'))
  return secret
}

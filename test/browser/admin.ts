import type { Browser, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { CATALOGUES, type Key, type Language } from '../../src/console/web/text/languages.ts'
import { codeOf, PASSWORD } from '../console/console-server.ts'
import { waitFor } from '../support/wait.ts'
import { CONSOLE, comeIn, welcome } from './windows.ts'

/** Who does each job: with JavaScript in English, without in French. */
export const EVERYBODY = [
  { language: 'en', javaScriptEnabled: true, how: 'en, JavaScript on' },
  { language: 'fr', javaScriptEnabled: false, how: 'fr, JavaScript off' },
] as const

/** Since 1970. */
const halfMinutes = () => Math.floor(Date.now() / 30_000)

/** Somebody at the console. */
export class Admin {
  readonly page: Page
  readonly language: Language
  readonly #secret: string
  /** How often it had to be proven who it is. */
  proofs = 0
  /** The last code that was used, by its time. */
  #used = halfMinutes()

  private constructor(page: Page, language: Language, secret: string) {
    this.page = page
    this.language = language
    this.#secret = secret
  }

  /** A new user comes in by the one-time address. */
  static async come(
    browser: Browser,
    language: Language,
    javaScriptEnabled: boolean,
    name = `user-${language}`,
  ): Promise<Admin> {
    // A new domain makes the certificate of our own anew.
    const options = { locale: language, javaScriptEnabled, ignoreHTTPSErrors: true }
    const page = await (await browser.newContext(options)).newPage()
    // Everything runs on this machine: the browser, the web servers, the commands.
    page.setDefaultTimeout(120_000)
    await page.goto(welcome(name))
    return new Admin(page, language, await comeIn(page))
  }

  say(key: Key): string {
    return CATALOGUES[this.language][key]
  }

  /** Fills in the form of a new record. */
  async add(database: string, type: string, key: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const { page } = this
    await page.goto(`${CONSOLE}/records/${database}/new?type=${type}`)
    for (const summary of await page.locator('form.card summary').all()) await summary.click()
    await page.locator('#key').fill(key)
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value)
    await page.getByRole('button', { name: this.say('store'), exact: true }).click()
    await page.getByText(this.say('stored')).waitFor()
  }

  /** Fills in one field of the record on the page, and stores it. */
  async store(label: string, value: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).fill(value)
    await this.page.getByRole('button', { name: this.say('store'), exact: true }).click()
  }

  /** Looks at the plan of a command, and makes it live. @returns the files that it showed */
  async makeLive(...command: string[]): Promise<string[]> {
    await this.page.goto(`${CONSOLE}/plan?words=${encodeURIComponent(JSON.stringify(['gabarit', ...command]))}`)
    return this.#carryOut()
  }

  /** Follows the bar above each page to all changes, and makes them live. @returns the files that it showed */
  async makeAllLive(): Promise<string[]> {
    await this.page
      .locator('.bar')
      .getByRole('link', { name: this.say('lookAtChanges') })
      .click()
    await this.page.getByRole('heading', { name: this.say('changes'), exact: true, level: 1 }).waitFor()
    return this.#carryOut()
  }

  async #carryOut(): Promise<string[]> {
    const { page } = this
    const files = await page.locator('details.file summary b').allTextContents()
    await page.getByRole('button', { name: this.say('makeLive') }).click()
    await page.locator('main [name=code], main .steps').first().waitFor()
    if ((await page.locator('main [name=code]').count()) > 0) await this.prove()
    await this.#done()
    return files
  }

  /** Keeps what would go back by itself. */
  async keep(): Promise<void> {
    const { page } = this
    const run = page.url()
    await page.getByRole('button', { name: this.say('keep') }).click()
    await page.waitForURL(url => url.href !== run)
    await this.#done()
  }

  /** Waits for the end of a run, which must be a good one. */
  async #done(): Promise<void> {
    const end = this.page.getByText(this.say('done'), { exact: true }).or(this.page.locator('main > .note.bad')).first()
    await end.waitFor({ timeout: 300_000 })
    assert.is(await end.textContent(), this.say('done'))
  }

  /** Fills in password and a code, and sends them. Each code works once, half a minute before its time at the earliest. */
  async prove(): Promise<void> {
    this.proofs++
    this.#used = Math.max(this.#used + 1, halfMinutes())
    await waitFor('the next code', () => this.#used <= halfMinutes() + 1, 60)
    await this.page.locator('main [name=password]').fill(PASSWORD)
    await this.page.locator('main [name=code]').fill(codeOf(this.#secret, 30 * (this.#used - halfMinutes())))
    await this.page.locator('main form:has([name=code]) button').last().click()
  }
}

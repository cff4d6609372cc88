// A fragment of the virtual hosts of the real Apache, overridden in the real Chromium, seen by a visitor, and taken back.
import { readFileSync } from 'node:fs'
import { outputFileSync } from 'fs-extra/esm'
import type { Browser, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { CATALOGUES, type Key } from '../../src/console/web/text/languages.ts'
import { codeOf, PASSWORD } from '../console/console-server.ts'
import { startConsole } from '../console/processes.ts'
import { CHROMIUM, overhang, startBrowser, violations } from '../support/browser.ts'
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { CONSOLE, comeIn, openWindow, welcome } from './windows.ts'

const { tests, step, front } = throughNginx('an override from the browser', CHROMIUM)

const HTTPD = '/etc/httpd/conf/httpd.conf'
let browser: Browser
tests.after(() => browser?.close())

step('a server with the console behind nginx and Apache', async () => {
  await front.start({})
  must(words('gabarit web enable'))
  await startConsole(front.daemons)
  browser = await startBrowser('/var/lib/gabarit/ssl/self-signed.pem')
})

/** A page that nobody is kept out of, and that fits a telephone. What looks is a script of the page. */
async function inspect(page: Page, canLook: boolean): Promise<void> {
  if (!canLook) return
  assert.equal(await violations(page), [], page.url())
  const [size, narrow] = [page.viewportSize() ?? { width: 1280, height: 720 }, { width: 320, height: 640 }]
  await page.setViewportSize(narrow)
  assert.is(await overhang(page), 0, page.url())
  await page.setViewportSize(size)
}

/** Presses what makes a plan live, and waits for its end. */
async function makeLive(page: Page, name: string, code?: string): Promise<void> {
  await page.getByRole('button', { name }).click()
  if (code !== undefined) {
    await page.locator('#password').fill(PASSWORD)
    await page.locator('#code').fill(code)
    await page.locator('form:has(#code) button').click()
  }
  await page.locator('.note.ok').waitFor()
}

/** What a visitor of the primary domain gets, whom the override sends elsewhere. */
const visit = (path: string) => front.visit(`https://example.com${path}`).header('location')

const WORDS = {
  en: {
    customize: 'Make your own version',
    preview: 'Show all that it changes',
    check: 'Have the daemons check it',
    live: 'Make live',
    back: /^Go back to the state after entry \d+$/,
    entry: /^Entry \d+ of the history$/,
  },
  fr: {
    customize: 'En faire votre version',
    preview: 'Montrer tout ce qu’il change',
    check: 'Faire vérifier par les services',
    live: 'Mettre en service',
    back: /^Revenir à l’état après l’entrée \d+$/,
    entry: /^Entrée \d+ de l’historique$/,
  },
} as const

for (const [language, javaScriptEnabled] of [
  ['en', true],
  ['fr', false],
] as const) {
  const say = WORDS[language]
  step(`an override is made, seen and taken back, ${language}, JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () =>
    openWindow(browser, welcome(`user-${language}`), { locale: language, javaScriptEnabled }, async page => {
      const secret = await comeIn(page)
      const look = () => inspect(page, javaScriptEnabled)
      await page.goto(`${CONSOLE}/templates`)
      await look()
      await page.getByRole('link', { name: HTTPD, exact: true }).click()
      await look()
      await page.getByRole('link', { name: '10ServerName' }).click()
      await look()
      await page.getByRole('link', { name: say.customize }).click()
      await look()
      const shipped = await page.locator('#text').inputValue()
      const type = async (line: string, button: string) => {
        await page.locator('#text').fill(`${shipped}${line}\n`)
        await page.getByRole('button', { name: button }).click()
      }
      await type('<%= config. %>', say.preview)
      assert.match((await page.locator('#text-error').textContent()) ?? '', /10ServerName:5:\d+/)
      await look()
      await type('    NoSuchWord on', say.check)
      assert.match((await page.locator('#text-error').textContent()) ?? '', 'NoSuchWord')
      await type(`    Redirect /from-${language} https://example.com/elsewhere`, say.preview)
      const file = page.locator('details', { hasText: HTTPD }).last()
      assert.match((await file.locator('.add').allTextContents()).join('\n'), `Redirect /from-${language}`)
      await look()
      assert.equal(visit(`/from-${language}`), [])
      await makeLive(page, say.live, codeOf(secret, 30))
      assert.equal(visit(`/from-${language}`), ['https://example.com/elsewhere'])
      const [entry = ''] = /\d+/.exec((await page.getByRole('link', { name: say.entry }).textContent()) ?? '') ?? []
      await page.goto(`${CONSOLE}/history/${Number(entry) - 1}`)
      await page.getByRole('link', { name: say.back }).click()
      await makeLive(page, say.live)
      assert.equal(visit(`/from-${language}`), [])
      await page.goto(`${CONSOLE}/files`)
      assert.is(await page.getByRole('link', { name: '10ServerName' }).count(), 0)
    }),
  )
}

for (const [language, javaScriptEnabled] of [
  ['en', true],
  ['fr', false],
] as const) {
  const say = (key: Key) => CATALOGUES[language][key]
  const how = `${language}, JavaScript ${javaScriptEnabled ? 'on' : 'off'}`
  step(`a release has changed the fragment below the own one: both are merged, ${how}`, () =>
    openWindow(browser, welcome(`merger-${language}`), { locale: language, javaScriptEnabled }, async page => {
      const secret = await comeIn(page)
      const [template, shipped] = [`/etc/ours-${language}`, '# ours\nname\nfor one\n']
      const folder = `/etc/gabarit/templates${template}`
      outputFileSync(`${folder}/10One`, shipped)
      outputFileSync(`/etc/gabarit/events/ours-${language}/templates2expand${template}`, '')
      must(['gabarit', 'fragment', 'write', template, '10One'], { input: shipped.replace('ours', 'mine') })
      front.apply(`ours-${language}`)
      outputFileSync(`${folder}/10One`, shipped.replace('one', 'two'))
      await page.goto(`${CONSOLE}/files`)
      await page.getByRole('link', { name: `${template} 10One` }).click()
      await page.getByText('stale').waitFor()
      await inspect(page, javaScriptEnabled)
      await page.getByRole('link', { name: say('mergeIntoOwn') }).click()
      assert.is(await page.locator('#text').inputValue(), '# mine\nname\nfor two\n')
      await page.getByRole('button', { name: say('preview') }).click()
      await inspect(page, javaScriptEnabled)
      await makeLive(page, say('makeLive'), codeOf(secret, 30))
      assert.match(readFileSync(template, 'utf8'), /\n# mine\nname\nfor two\n$/)
      await page.goto(`${CONSOLE}/files`)
      await page.getByText('in step').waitFor()
      must(['gabarit', 'fragment', 'remove', template, '10One'])
    }),
  )
}

tests.run()

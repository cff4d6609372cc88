// The console in the real Chromium, through the real nginx and Apache: on `/`, in private namespaces.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { overhang, startBrowser, violations } from '../support/browser.ts'
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { codeOf, PASSWORD } from './console-server.ts'
import { startConsole } from './processes.ts'

const { tests, step, front } = throughNginx('the console in a browser', 'chromium')

const CONSOLE = 'https://example.com/server-manager'
let browser: Browser
tests.after(() => browser?.close())

/** Opens a page in a window of its own. What the browser complains of, such as its policy, fails the test. */
async function open(url: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on(
    'console',
    message => message.type() === 'error' && complaints.push(`${message.text()} ${message.location().url}`),
  )
  page.on('pageerror', error => complaints.push(error.message))
  assert.is((await page.goto(url))?.status(), 200, url)
  await look(page)
  assert.equal(complaints, [])
  await context.close()
}

step('a server with the console behind nginx and Apache', async () => {
  await front.start({})
  must(words('gabarit web enable'))
  await startConsole(front.daemons)
  browser = await startBrowser('/var/lib/gabarit/ssl/self-signed.pem')
})

for (const [locale, words] of Object.entries({ en: 'Log in', fr: 'Se connecter' }))
  for (const colorScheme of ['light', 'dark'] as const)
    step(`the login page, ${locale}, ${colorScheme}: nobody is kept out, and it fits a telephone`, () =>
      open(`${CONSOLE}/login`, { locale, colorScheme, viewport: { width: 320, height: 640 } }, async page => {
        assert.is(await page.getByRole('button', { name: words }).count(), 1)
        assert.equal(await violations(page), [])
        assert.is(await overhang(page), 0)
      }),
    )

for (const javaScriptEnabled of [true, false])
  step(`a new user comes in by the one-time address, JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    const user = `user-${javaScriptEnabled}`
    const address = must(words(`gabarit web login-link ${user}`)).split('\n')[0] ?? ''
    return open(address, { locale: 'en', javaScriptEnabled }, async page => {
      const secret = (await page.locator('.secret').textContent()) ?? ''
      await page.getByLabel('New password').fill(PASSWORD)
      await page.getByLabel('The same again').fill(PASSWORD)
      await page.getByLabel('Code from your application').fill(codeOf(secret))
      await page.getByRole('button', { name: 'Begin' }).click()
      await page.waitForURL(url => !url.pathname.includes('welcome'))
      assert.match((await page.locator('body').textContent()) ?? '', `Log out ${user}`)
      const cookies = await page.context().cookies()
      const session = cookies.find(({ name }) => name.startsWith('__Secure-'))
      assert.equal(
        [session?.httpOnly, session?.secure, session?.sameSite, session?.path],
        [true, true, 'Strict', '/server-manager'],
      )
    })
  })

tests.run()

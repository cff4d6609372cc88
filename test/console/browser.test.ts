// The console in the real Chromium, through the real nginx and Apache: on `/`, in private namespaces.
import { connect, createServer } from 'node:net'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { overhang, startBrowser, violations } from '../support/browser.ts'
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { codeOf, PASSWORD } from './console-server.ts'
import { SOCKET, startConsole } from './processes.ts'

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

for (const [locale, login] of Object.entries({ en: 'Log in', fr: 'Se connecter' }))
  for (const colorScheme of ['light', 'dark'] as const)
    step(`the login page, ${locale}, ${colorScheme}: nobody is kept out, and it fits a telephone`, () =>
      open(`${CONSOLE}/login`, { locale, colorScheme, viewport: { width: 320, height: 640 } }, async page => {
        assert.is(await page.getByRole('button', { name: login }).count(), 1)
        assert.equal(await violations(page), [])
        assert.is(await overhang(page), 0)
      }),
    )

/** Opens the one-time address of a new user, and chooses a password. @param base where the console is */
function comeIn(user: string, base: string, options: BrowserContextOptions): Promise<void> {
  const token = must(words(`gabarit web login-link ${user}`))
    .split('\n')[0]
    ?.split('/')
    .at(-1)
  return open(`${base}/welcome/${token}`, { locale: 'en', ...options }, async page => {
    const secret = (await page.locator('.secret').textContent()) ?? ''
    await page.getByLabel('New password').fill(PASSWORD)
    await page.getByLabel('The same again').fill(PASSWORD)
    await page.getByLabel('Code from your application').fill(codeOf(secret))
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.waitForURL(url => !url.pathname.includes('welcome'))
    assert.match((await page.locator('body').textContent()) ?? '', `Log out ${user}`)
    const cookies = await page.context().cookies()
    const { httpOnly, secure, sameSite, path } = cookies.find(({ name }) => name.startsWith('__Secure-')) ?? {}
    assert.equal([httpOnly, secure, sameSite, path], [true, true, 'Strict', '/server-manager'])
  })
}

for (const javaScriptEnabled of [true, false]) {
  const state = javaScriptEnabled ? 'on' : 'off'
  step(`a new user comes in by the one-time address, JavaScript ${state}`, () =>
    comeIn(`user-${state}`, CONSOLE, { javaScriptEnabled }),
  )
}

step('while the web server is broken, a tunnel to the socket is a way in', async () => {
  const tunnel = createServer(socket => {
    const inside = connect(SOCKET)
    for (const end of [socket, inside]) end.on('error', () => undefined)
    socket.pipe(inside).pipe(socket)
  })
  await new Promise<void>(resolve => tunnel.listen(9980, '127.0.0.1', resolve))
  await comeIn('user-tunnel', 'http://localhost:9980/server-manager', {})
  tunnel.close()
})

tests.run()

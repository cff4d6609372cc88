// The console in the real Chromium, through the real nginx and Apache: on `/`, in private namespaces.
import { appendFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { EN } from '../../src/console/web/text/en.ts'
import { FR } from '../../src/console/web/text/fr.ts'
import { codeOf, PASSWORD } from '../console/console-server.ts'
import { addOwnPort, SOCKET, startConsole } from '../console/processes.ts'
import { CHROMIUM, overhang, startBrowser, violations } from '../support/browser.ts'
import { SCAN, throughNginx } from '../support/front.ts'
import { must, run, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'
import { CONSOLE, comeIn, openWindow, welcome } from './windows.ts'

const { tests, step, front } = throughNginx('the console in a browser', CHROMIUM)

/** Every name leads to this machine. */
const TO_HERE = ['--connect-to', '::127.0.0.1:']
const HTTPD = '/etc/httpd/conf/httpd.conf'
let browser: Browser
tests.after(() => browser?.close())

const open = (url: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>) =>
  openWindow(browser, url, options, look)

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

/** A new user comes in by the one-time address. @param base where the console is */
function join(user: string, options: BrowserContextOptions, base = CONSOLE): Promise<void> {
  return open(welcome(user, base), { locale: 'en', ...options }, async page => {
    await comeIn(page)
    assert.match((await page.locator('body').textContent()) ?? '', `Log out ${user}`)
    const cookies = await page.context().cookies()
    const { httpOnly, secure, sameSite, path } = cookies.find(({ name }) => name.startsWith('__Secure-')) ?? {}
    assert.equal([httpOnly, secure, sameSite, path], [true, true, 'Strict', '/server-manager'])
  })
}

for (const javaScriptEnabled of [true, false]) {
  const state = javaScriptEnabled ? 'on' : 'off'
  step(`a new user comes in by the one-time address, JavaScript ${state}`, () =>
    join(`user-${state}`, { javaScriptEnabled }),
  )
}

for (const [locale, text] of Object.entries({ en: EN, fr: FR }))
  step(`${locale}: a form from a session that has ended is sent after the login; nobody is kept out on the way`, () => {
    const user = `late-${locale}`
    return open(welcome(user), { locale, viewport: { width: 320, height: 640 } }, async page => {
      const secret = await comeIn(page)
      const look = async (said: string) => {
        await page.getByText(said).waitFor()
        assert.equal(await violations(page), [], said)
        assert.is(await overhang(page), 0, said)
      }
      const click = (name: string) => page.getByRole('button', { name, exact: true }).click()
      await page.goto(`${CONSOLE}/records/hosts/new?type=host`)
      await page.locator('#key').fill(`${user}.example.com`)
      must(words(`gabarit web sessions end ${user}`))
      await click(text.store)
      await look(text.refusedSession)
      assert.is(await page.locator('form:has(#code) [name=again]').count(), 1)
      for (const [field, value] of Object.entries({ name: user, password: PASSWORD, code: codeOf(secret, 30) }))
        await page.locator(`#${field}`).fill(value)
      await click(text.login)
      await look(text.sendAgainText)
      await page.evaluate("document.querySelector('main [name=token]').value = 'of another session'")
      await click(text.sendAgain)
      await look(text.badToken)
      await click(text.sendAgain)
      await page.getByText(text.stored).waitFor()
      must(words(`db hosts delete ${user}.example.com`))
    })
  })

step('no other site can show a page of it in a frame', async () => {
  const page = await browser.newPage()
  await page.goto('https://example.com/')
  await page.setContent(`<iframe src="${CONSOLE}/login"></iframe>`)
  const frame = () => page.frames()[1]?.url() ?? ''
  await waitFor('the frame', () => !['', 'about:blank'].includes(frame()))
  assert.is(frame(), 'chrome-error://chromewebdata/')
  await page.close()
})

step('while the web server is broken, a tunnel to the socket is a way in', async () => {
  const tunnel = createServer(socket => {
    const inside = connect(SOCKET)
    for (const end of [socket, inside]) end.on('error', () => undefined)
    socket.pipe(inside).pipe(socket)
  })
  await new Promise<void>(resolve => tunnel.listen(9980, '127.0.0.1', resolve))
  await join('user-tunnel', {}, 'http://localhost:9980/server-manager')
  tunnel.close()
})

step('while Apache is broken, the own port is a way in, to mend it', async () => {
  addOwnPort(SCAN, 9981, '127.0.0.0/8')
  for (const line of ['config set WebFrontend httpd', 'config setprop console-port status enabled TCPPort 9981'])
    must(words(line))
  front.apply('console-save')
  appendFileSync(HTTPD, 'Nonsense on\n')
  const apache = `${SCAN}/apache2`
  must(['s6-svc', '-wd', '-T', '30000', '-d', apache])
  must(['s6-svc', '-u', apache])
  assert.throws(() => front.visit(`${CONSOLE}/login`), 'curl 7')
  const port = 'https://example.com:9981/server-manager'
  await open(welcome('user-port', port), { locale: 'en' }, async page => {
    const secret = await comeIn(page)
    await page.goto(`${port}/files`)
    const edited = page.locator('section', { has: page.getByRole('heading', { name: HTTPD }) })
    await edited.getByRole('link', { name: EN.restore }).click()
    await page.locator('.del', { hasText: 'Nonsense on' }).waitFor()
    await page.getByRole('button', { name: EN.makeLive }).click()
    await page.locator('main [name=code], main .steps').first().waitFor()
    if ((await page.locator('main [name=code]').count()) > 0) {
      await page.locator('#password').fill(PASSWORD)
      await page.locator('#code').fill(codeOf(secret, 30))
      await page.locator('form:has(#code) button').last().click()
    }
    await page.getByText(EN.done, { exact: true }).waitFor({ timeout: 60_000 })
    assert.ok(page.url().startsWith(port), page.url())
  })
  await waitFor('Apache', () => run(['curl', '-sSk', '-o', '/dev/null', ...TO_HERE, `${CONSOLE}/login`]).status === 0)
  assert.is(front.visit(`${CONSOLE}/login`).status, 200)
})

tests.run()

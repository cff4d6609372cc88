// Every page on a server that has something to show, in the real Chromium, through the real nginx and Apache, in light and
// dark, on a telephone and a wide screen. With GABARIT_PICTURES=FOLDER each page is kept there as a picture.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { codeOf, PASSWORD } from '../console/console-server.ts'
import { startConsole } from '../console/processes.ts'
import { CHROMIUM, overhang, startBrowser, violations } from '../support/browser.ts'
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { fill } from './filled.ts'
import { CONSOLE, comeIn, welcome } from './windows.ts'

const { tests, step, front } = throughNginx('the looks of the console', CHROMIUM, 'openvpn', 'make-cadir')

const PICTURES = process.env.GABARIT_PICTURES
/** French has the longer words. */
const LOCALE = process.env.GABARIT_PICTURES_LANGUAGE ?? (PICTURES === undefined ? 'fr' : 'en')

const record = (database: string, key: string) => `/records/${database}/record?key=${key}`

const FRAGMENT = 'template=/etc/httpd/conf/httpd.conf/VirtualHosts&fragment=25SSLDirectives'

/** The pages, by the name of their picture. */
const PAGES: Readonly<Record<string, string>> = {
  overview: '/',
  changes: '/changes',
  settings: '/records',
  domains: '/records/domains',
  domain: record('domains', 'club.example'),
  service: record('configuration', 'letsencrypt'),
  certificates: '/certificates?check=yes',
  firewall: '/firewall',
  vpn: '/vpn',
  'vpn-client': '/vpn/client?name=anna',
  'proxy-log': '/proxies/log?name=shop.example.com',
  'site-log': '/sites/log?name=club.example',
  'certificate-setup': '/certificates/setup',
  proxies: '/proxies?check=yes',
  events: '/events',
  history: '/history',
  entry: '/history/3',
  files: '/files',
  templates: '/templates',
  template: '/templates/one?template=/etc/httpd/conf/httpd.conf',
  fragment: `/fragment?${FRAGMENT}`,
  'fragment-editor': `/fragment/edit?${FRAGMENT}`,
  line: '/files/explain?path=/etc/hosts&line=14',
  users: '/users',
}

let browser: Browser
let page: Page
let secret: string
tests.after(() => browser?.close())

step('a server as people have it', async () => {
  await front.start({ 8101: 'shop', 8102: 'media' })
  must(words('gabarit web enable'))
  fill(front)
  await startConsole(front.daemons)
  browser = await startBrowser('/etc/dehydrated/acme.example.net/example.com/cert.pem')
})

step('every page: nobody is kept out, and it fits', async () => {
  page = await browser.newPage({ locale: LOCALE, viewport: { width: 1280, height: 900 } })
  // Everything runs on this machine: the browser, the web servers, the commands.
  page.setDefaultTimeout(120_000)
  await page.goto(welcome('alice'))
  await look(page, 'welcome')
  secret = await comeIn(page)
  for (const [name, path] of Object.entries(PAGES)) {
    assert.is((await page.goto(`${CONSOLE}${path}`))?.status(), 200, path)
    await look(page, name)
  }
})

step('differences: old and new beside each other on a wide screen, below each other on a narrow one', async () => {
  await page.goto(`${CONSOLE}/changes`)
  for (const summary of await page.locator('details.file summary').all()) await summary.click()
  await look(page, 'changes-open')
  const changed = page.locator('.both .changed', { has: page.locator('.del') }).filter({ has: page.locator('.add') })
  const places = async (width: number) => {
    await page.setViewportSize({ width, height: 900 })
    const [old, now] = await Promise.all(
      ['.del', '.add'].map(kind => changed.first().locator(kind).first().boundingBox()),
    )
    return [Number(now?.x) - Number(old?.x), Number(now?.y) - Number(old?.y)]
  }
  const [[beside = 0, level], [indent, below = 0]] = [await places(1280), await places(320)]
  assert.ok(beside > 200 && level === 0, `${beside} ${level}`)
  assert.ok(indent === 0 && below > 0, `${indent} ${below}`)
  // Whoever has it read out hears what is the same once.
  const same = page.locator('.both .same').first()
  assert.is(await same.locator('[aria-hidden]').count(), 1)
})

step('the page of a run', async () => {
  await page.goto(`${CONSOLE}/changes`)
  await page.locator('#within').selectOption('10m')
  await page.locator('form:has(#within) button').click()
  await page.waitForURL(url => url.pathname.includes('/run/'))
  await page.locator('.note.ok').waitFor()
  await look(page, 'run')
})

step('tables show what commands know', async () => {
  const rows = async (path: string) => {
    await page.goto(`${CONSOLE}${path}`)
    return (await page.locator('tbody tr').allInnerTexts()).map(text => text.replace(/\s+/g, ' '))
  }
  const find = (found: readonly string[], name: string) => found.findLast(row => row.includes(name)) ?? ''
  const services = await rows('/')
  assert.match(find(services, 'nginx'), LOCALE === 'en' ? / runs .*tcp 443 nginx/ : / en marche .*tcp 443 nginx/)
  assert.match(find(services, 'httpd'), 'apache2')
  const clients = await rows('/vpn')
  assert.match(find(clients, 'anna'), '2029')
  assert.match(find(clients, 'chloe'), LOCALE === 'en' ? 'revoked' : 'révoqué')
  const certificates = await rows('/certificates')
  assert.match(find(certificates, 'garden.example'), /Test intermediate.* 2027 \(8\d .* garden\.example/)
  assert.match(find(certificates, 'museum.example'), LOCALE === 'en' ? '5 of 5' : '5 sur 5')
  assert.match(find(await rows('/certificates?check=yes'), 'school.example'), 'no authority certifies it')
  const checks = await rows('/proxies?check=yes&name=shop.example.com')
  assert.match(find(checks, 'http://127.0.0.1:8101/'), /200 \d+ ms/)
  assert.is(find(checks, '127.0.0.1:8102/'), '', 'only the proxy that was asked for is checked')
  await page.goto(`${CONSOLE}/proxies/log?name=shop.example.com`)
  assert.match((await page.locator('pre').first().textContent()) ?? '', /^shop\.example\.com 127\.0\.0\.1 /)
})

step('the profile of a VPN client as a QR code, if it is short enough', async () => {
  for (const [at, name] of ['anna', 'bertrand'].entries()) {
    await page.goto(`${CONSOLE}/vpn/client?name=${name}`)
    await page.locator('form:has([value=qr]) button').click()
    await page.locator('[name=password]').fill(PASSWORD)
    await page.locator('[name=code]').fill(codeOf(secret, 30 * at))
    await page.locator('form:has([name=password]) button').click()
    await page.locator('main .qr svg, main .note.warn').waitFor()
    assert.is(await page.locator('.qr svg').count(), name === 'anna' ? 1 : 0)
    await look(page, `vpn-profile-${name}`)
  }
})

/** Looks at a page in both schemes, narrow and wide. */
async function look(page: Page, name: string): Promise<void> {
  for (const [colorScheme, rules] of [
    ['light', []],
    ['dark', ['color-contrast']],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    assert.equal(await violations(page, ...rules), [], `${name}, ${colorScheme}`)
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 })
      assert.is(await overhang(page), 0, `${name}, ${width}`)
      if (PICTURES !== undefined) await keep(page, join(PICTURES, `${name}-${colorScheme}-${width}.webp`))
    }
  }
}

/** Keeps a picture of a whole page, in the smallest format. */
async function keep(page: Page, file: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 })
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, Buffer.from(data, 'base64'))
  await session.detach()
}

tests.run()

// What the script of the pages does, in the real Chromium through the real nginx and Apache: on `/`, in private namespaces.
import { chmodSync } from 'node:fs'
import { outputFileSync } from 'fs-extra/esm'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { startConsole } from '../console/processes.ts'
import { CHROMIUM, startBrowser } from '../support/browser.ts'
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'
import { CONSOLE, comeIn, welcome } from './windows.ts'

const { tests, step, front } = throughNginx('the script of the console', CHROMIUM)

const SLOW = '/etc/gabarit/events/slow/S90slow'
const LINES = 12
let browser: Browser
let context: BrowserContext
/** How many streams the tabs have opened. */
let streams = 0
tests.after(() => browser?.close())

/** A tab with the page of a run that has just begun. */
async function startRun(): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${CONSOLE}/plan?words=["gabarit","signal-event","slow"]`)
  streams = 0
  await page.getByRole('button', { name: 'Make live' }).click()
  await page.waitForURL(/\/run\//)
  return page
}

async function linesOn(page: Page): Promise<number[]> {
  const texts = await page.locator('.steps li').allTextContents()
  return texts.flatMap(text => /^S90slow: line (\d+)$/.exec(text)?.[1] ?? []).map(Number)
}

/** Waits until a page has so many lines, while its run still goes on. */
async function shows(page: Page, count: number): Promise<void> {
  await waitFor(`${count} lines`, async () => (await linesOn(page)).length >= count)
  assert.is(await page.locator('[data-run]').count(), 1, 'the run goes on')
}

/** Waits for the end of a run: then its page has every line once. */
async function endsWhole(page: Page): Promise<void> {
  await page.getByText('Done.', { exact: true }).waitFor({ timeout: 60_000 })
  assert.equal(
    await linesOn(page),
    Array.from({ length: LINES }, (_, at) => at + 1),
  )
}

/** Kills a web server with all its processes; its supervisor starts it again. */
async function killServer(name: string): Promise<void> {
  const pid = () => Number(must(['s6-svstat', '-o', 'pid', `/run/service/${name}`]))
  const killed = pid()
  process.kill(-killed, 'SIGKILL')
  await waitFor(`another ${name}`, () => ![-1, killed].includes(pid()))
}

step('a server with the console, an event that takes a while, and somebody who is logged in', async () => {
  await front.start({})
  must(words('gabarit web enable'))
  await startConsole(front.daemons)
  const script = `#!/bin/sh\ni=0\nwhile [ $i -lt ${LINES} ]; do i=$((i + 1)); echo "line $i"; sleep 0.5; done\n`
  outputFileSync(SLOW, script)
  chmodSync(SLOW, 0o755)
  browser = await startBrowser('/var/lib/gabarit/ssl/self-signed.pem')
  context = await browser.newContext({ locale: 'en' })
  context.on('request', request => request.resourceType() === 'eventsource' && streams++)
  const page = await context.newPage()
  await page.goto(welcome('alice'))
  await comeIn(page)
  await page.close()
})

step('several tabs share one stream; when its tab is closed, another one goes on', async () => {
  const first = await startRun()
  const second = await context.newPage()
  await second.goto(first.url())
  await shows(first, 4)
  await shows(second, 4)
  assert.is(streams, 1)
  await first.close()
  await endsWhole(second)
  assert.is(streams, 2)
  await second.close()
})

step('a page that is loaded again in the middle has all lines', async () => {
  const page = await startRun()
  await shows(page, 3)
  await page.reload()
  await shows(page, 5)
  await endsWhole(page)
  await page.close()
})

for (const [server, name] of [
  ['nginx', 'apache2'],
  ['nginx', 'nginx'],
  ['httpd', 'apache2'],
] as const)
  step(`${server} in front, kill -9 of ${name}: the run goes on, and the page too`, async () => {
    must(words(`config set WebFrontend ${server}`))
    front.apply()
    const page = await startRun()
    await shows(page, 2)
    await killServer(name)
    await endsWhole(page)
    await page.close()
  })

step('differences fold and unfold together', async () => {
  must(words('db domains set shop.example domain Content Primary'))
  const page = await context.newPage()
  await page.goto(`${CONSOLE}/plan?words=["gabarit","signal-event","domain-create","shop.example"]`)
  const open = () => page.locator('details.file[open]').count()
  const files = await page.locator('details.file').count()
  assert.ok(files > 1)
  const seen = [await open()]
  for (let click = 0; click < 2; click++) {
    await page.locator('[data-fold]').click()
    seen.push(await open())
  }
  assert.equal(seen, [0, files, 0])
  await page.close()
  // Live, it would get the server another certificate, which this browser does not know.
  must(words('db domains delete shop.example'))
})

step('the time to confirm counts down, and the page knows how it ended', async () => {
  must(words('db hosts set printer.example.com host HostType Local InternalIP 192.168.1.9'))
  const page = await context.newPage()
  await page.goto(`${CONSOLE}/changes`)
  await page.locator('#within').selectOption('5m')
  await page.getByRole('button', { name: 'Make live' }).click()
  const clock = page.getByRole('timer')
  await page.getByText('Done.', { exact: true }).waitFor({ timeout: 60_000 })
  const before = await clock.textContent()
  assert.match(before ?? '', /^[45]:\d\d$/)
  await waitFor('the next second', async () => (await clock.textContent()) !== before)
  await page.getByRole('button', { name: 'Keep it' }).click()
  await page.getByText('Done.', { exact: true }).waitFor({ timeout: 60_000 })
  assert.is(await clock.count(), 0)
})

tests.run()

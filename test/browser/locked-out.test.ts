// Somebody drops the own network from the firewall by the console: the kernel's own packet filter, real nginx and Apache, and
// Chromium on another machine, in private network namespaces.
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { codeOf, PASSWORD } from '../console/console-server.ts'
import { startConsole } from '../console/processes.ts'
import { startBrowser } from '../support/browser.ts'
import { throughNginx } from '../support/front.ts'
import { Office, SERVER } from '../support/office.ts'
import { findCommand } from '../support/packages.ts'
import { must, run, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'
import { CONSOLE, comeIn, welcome } from './windows.ts'

const { tests, step, front } = throughNginx(
  'locked out by the console',
  'chromium',
  'iptables-restore',
  'ip6tables-restore',
)
let office: Office
let browser: Browser
let page: Page
let secret: string
tests.after(async () => {
  await browser?.close()
  office?.stop()
})

/** Chromium on the machine in the local network. */
function browserInside(): Promise<Browser> {
  const program = join(front.folder, 'chromium')
  writeFileSync(program, `#!/bin/sh\nexec ip netns exec lan ${findCommand('chromium')} "$@"\n`)
  chmodSync(program, 0o755)
  return startBrowser('/var/lib/gabarit/ssl/self-signed.pem', { program, address: SERVER.lan[0] })
}

/** Whether a new connection from there is answered. */
function answers(): boolean {
  const curl = ['curl', '-sSk', '-o', '/dev/null', '--max-time', '3', '--connect-to', `::${SERVER.lan[0]}:`]
  return run(['ip', 'netns', 'exec', 'lan', ...curl, `${CONSOLE}/login`]).status === 0
}

step('a server whose pages are for the local network, and an administrator there', async () => {
  office = new Office()
  await front.start({})
  must(words('db networks set 192.168.77.0 network Mask 255.255.255.0'))
  for (const key of ['httpd', 'modSSL', 'nginx']) must(words(`config setprop ${key} access private`))
  must(words('config setprop firewall status enabled'))
  must(words('signal-event console-save'))
  must(words('gabarit web enable'))
  await startConsole(front.daemons)
  browser = await browserInside()
  page = await (await browser.newContext({ locale: 'en' })).newPage()
  await page.goto(welcome('alice'))
  secret = await comeIn(page)
})

step('the own network is removed, with a time to confirm: the server does not answer any more', async () => {
  await page.goto(`${CONSOLE}/records/networks/record?key=192.168.77.0`)
  await page.locator('summary', { hasText: 'Delete' }).click()
  await page.locator('button.danger').click()
  await page.goto(`${CONSOLE}/plan?words=["gabarit","signal-event","firewall-update"]`)
  await page.evaluate("document.querySelector('#within option:checked').value = '20s'")
  await page.getByRole('button', { name: 'Make live' }).click()
  await page.locator('[name=password]').fill(PASSWORD)
  await page.locator('[name=code]').fill(codeOf(secret, 30))
  await page.locator('main form button').last().click()
  await page.waitForURL(/\/run\//)
  await waitFor('the firewall to close', () => !answers())
  await page.getByText('This goes back by itself unless you confirm it.').waitFor()
})

step('nobody confirms: the page answers again, and the history says so', async () => {
  await waitFor('the way back', () => answers())
  assert.is((await page.goto(`${CONSOLE}/history`))?.status(), 200)
  const text = 'signal-event firewall-update was not confirmed in time and was rolled back'
  // The firewall is open before the entry is written.
  await waitFor('the entry', async () => {
    await page.reload()
    return (await page.getByText(text).count()) === 1
  })
  await page.goto(`${CONSOLE}/records/networks`)
  assert.is(await page.getByRole('link', { name: '192.168.77.0' }).count(), 1)
})

tests.run()

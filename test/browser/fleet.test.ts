// The pages of a fleet in the real Chromium: nobody is kept out, and they fit a telephone.
import { once } from 'node:events'
import { createAdaptorServer } from '@hono/node-server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { FleetHelper, SESSION, WAVES } from '../console/fleet-pages.ts'
import { CHROMIUM, overhang, startBrowser, violations } from '../support/browser.ts'
import { needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'
import { openWindow } from './windows.ts'

const looks = suite('the looks of a fleet')
const PLAN = `/fleet/plan?words=${encodeURIComponent('["gabarit","fleet","publish"]')}`
const reason = needsCommands(CHROMIUM)

testIf(looks, reason, 'the fleet and one host, in both languages, wide and narrow, light and dark', async () => {
  const helper = new FleetHelper()
  helper.plans = { 'gabarit fleet --dry-run --json publish': WAVES }
  const server = createAdaptorServer({ fetch: helper.app.fetch })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = server.address()
  const port = typeof at === 'object' ? at?.port : undefined
  const browser = await startBrowser()
  for (const path of ['/fleet', '/fleet/host?name=www1', '/fleet/host?name=www2', PLAN])
    for (const [locale, colorScheme, width] of [
      ['en', 'light', 1280],
      ['fr', 'dark', 320],
    ] as const) {
      const options = { locale, colorScheme, viewport: { width, height: 800 }, extraHTTPHeaders: SESSION }
      await openWindow(browser, `http://127.0.0.1:${port}/server-manager${path}`, options, async page => {
        assert.equal(await violations(page), [], path)
        assert.is(await overhang(page), 0, path)
      })
    }
  await browser.close()
  server.close()
})

looks.run()

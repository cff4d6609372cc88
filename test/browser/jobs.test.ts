// What an administrator does, from an empty server to the answer of the real daemon, in the real Chromium: with JavaScript in
// English, without in French. On `/`, in private namespaces.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import type { Browser } from 'playwright-core'
import * as assert from 'uvu/assert'
import { startConsole } from '../console/processes.ts'
import { CHROMIUM, startBrowser } from '../support/browser.ts'
import { throughNginx } from '../support/front.ts'
import { addS6Service } from '../support/s6.ts'
import { must, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'
import { Admin, EVERYBODY } from './admin.ts'
import { CONSOLE } from './windows.ts'

const { tests, step, front } = throughNginx('jobs in the console', CHROMIUM, 'openvpn')
let browser: Browser
tests.after(() => browser?.close())

const BACKEND = 8099
const OPENVPN =
  '#!/bin/sh\nmkdir -p /run/openvpn-server\ncd /etc/openvpn/server\nexec openvpn --config openvpn.conf 2>&1\n'

step('a server with the console, a VPN and something to be a proxy of', async () => {
  await front.start({ [BACKEND]: 'backend' })
  outputFileSync('/srv/ibays/Primary/html/index.html', 'the page of Apache\n')
  addS6Service('/run/service', 'openvpn-server@openvpn', OPENVPN)
  must(words('config setprop openvpn network 10.8.0.0/24 remoteHost 127.0.0.1 status enabled'))
  must(words('signal-event openvpn-update'))
  must(words('gabarit web enable'))
  await startConsole(front.daemons)
  browser = await startBrowser()
})

const admins: Admin[] = []

/** How often a client of the VPN has come in. */
const connections = (name: string) => front.daemons.output(name).split('Initialization Sequence Completed').length - 1

for (const { language, javaScriptEnabled, how } of EVERYBODY) {
  let admin: Admin
  const laptop = `laptop-${language}`
  const client = `${CONSOLE}/vpn/client?name=${laptop}`
  /** Waits until the page of the client shows as many connections. */
  const connected = (count: number) =>
    waitFor(`${count} connections on the page`, async () => {
      await admin.page.goto(client)
      return (await admin.page.locator('main li.ok').count()) === count
    })

  step(`${how}: a new domain with its host names answers from the real web server`, async () => {
    admin = await Admin.come(browser, language, javaScriptEnabled)
    admins.push(admin)
    const domain = `shop-${language}.example`
    await admin.add('domains', 'domain', domain, {})
    const files = await admin.makeLive('signal-event', 'domain-create', domain)
    assert.ok(files.includes('/etc/httpd/conf/httpd.conf'), files.join(' '))
    for (const name of [domain, `www.${domain}`])
      assert.is(front.visit(`https://${name}/`).body, 'the page of Apache\n', name)
  })

  step(`${how}: a host is added, shown, made live, and taken back`, async () => {
    const name = `files.shop-${language}.example`
    const visit = () => front.visit(`https://${name}/`).body
    // nginx closes the connection for names that it does not know.
    assert.throws(visit, 'not closed cleanly')
    await admin.add('hosts', 'host', name, {})
    assert.match((await admin.page.locator('.bar').textContent()) ?? '', /^1 /)
    // The form has left its type at what it shows. Both ways to make it live fill it in.
    const files = await (language === 'en' ? admin.makeAllLive() : admin.makeLive('signal-event', 'host-create', name))
    for (const file of ['/etc/hosts', '/etc/httpd/conf/httpd.conf']) assert.ok(files.includes(file), files.join(' '))
    assert.is(visit(), 'the page of Apache\n')
    assert.is(must(words(`db hosts getprop ${name} HostType`)), 'Self\n')
    assert.match(must(words('gabarit history --limit 1')), `user-${language}`)
    await admin.makeLive('rollback')
    assert.throws(visit, 'not closed cleanly')
    assert.is(must(words('db hosts keys')).split('\n').includes(name), false)
  })

  step(`${how}: an i-bay becomes the content of the domain, and Apache shows its page`, async () => {
    const [ibay, domain] = [`club-${language}`, `shop-${language}.example`]
    await admin.add('accounts', 'ibay', ibay, { Name: 'The club' })
    await admin.page.goto(`${CONSOLE}/records/domains/record?key=${domain}`)
    await admin.store('Content', ibay)
    await admin.page.getByText(admin.say('stored')).waitFor()
    await admin.makeLive('signal-event', 'ibay-modify', ibay)
    outputFileSync(`/srv/ibays/${ibay}/html/index.html`, `the page of ${ibay}\n`)
    for (const name of [domain, `www.${domain}`])
      assert.is(front.visit(`https://${name}/`).body, `the page of ${ibay}\n`, name)
    assert.is(front.visit('https://example.com/').body, 'the page of Apache\n')
  })

  step(`${how}: the log of the site shows these visits, in that of each web server`, async () => {
    const domain = `shop-${language}.example`
    const own = `${CONSOLE}/records/domains/record?key=${domain}`
    // nginx writes its log after the answer.
    await waitFor('the visits in both logs', async () => {
      await admin.page.goto(own)
      await admin.page.getByRole('link', { name: admin.say('log'), exact: true }).click()
      const [apache = '', nginx = ''] = await admin.page.locator('main section').allTextContents()
      return (
        /^\/var\/log\/apache2\/access_log/.test(apache) &&
        apache.includes(`\n${domain} `) &&
        /^\/var\/log\/nginx\/access.log/.test(nginx) &&
        nginx.includes(`www.${domain} `)
      )
    })
  })

  step(`${how}: a proxy answers, and does not any more when it is taken back`, async () => {
    const name = `wiki-${language}.example`
    await admin.add('proxies', 'proxy', name, { Upstreams: `http://127.0.0.1:${BACKEND}` })
    await admin.makeLive('signal-event', 'proxy-create', name)
    assert.is(front.seen(`https://${name}/`).name, 'backend')
    await admin.page.goto(`${CONSOLE}/history`)
    await admin.page.locator('main table a').first().click()
    await admin.page.getByRole('link', { name: admin.say('revert'), exact: true }).click()
    const words = new URL(admin.page.url()).searchParams.get('words') ?? ''
    const [, ...command] = JSON.parse(words)
    await admin.makeLive(...command)
    assert.throws(() => front.visit(`https://${name}/`), /curl/)
  })

  step(`${how}: a VPN client gets a profile, with which the real OpenVPN connects`, async () => {
    const { page } = admin
    await admin.add('vpn', 'client', laptop, {})
    await admin.makeLive('signal-event', 'vpn-client-create', laptop)
    await page.goto(client)
    await page.getByRole('button', { name: admin.say('downloadProfile') }).click()
    await page.locator('main [name=code]').waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), admin.prove()])
    assert.is(download.suggestedFilename(), `${laptop}.ovpn`)
    const profile = join(front.folder, `${laptop}.ovpn`)
    outputFileSync(profile, readFileSync(await download.path()))
    const command = ['openvpn', '--config', profile, '--dev', 'null', '--ifconfig-noexec', '--route-noexec']
    await front.daemons.start(laptop, command, () => connections(laptop) === 1)
    await connected(1)
  })

  step(`${how}: the client is disconnected and comes back; revoked, it does not`, async () => {
    const { page } = admin
    await page.getByRole('button', { name: admin.say('disconnect'), exact: true }).click()
    await page.getByText(admin.say('done'), { exact: true }).waitFor({ timeout: 60_000 })
    await waitFor('the client to come back', () => connections(laptop) === 2)
    await connected(1)
    await page.getByRole('link', { name: admin.say('revoke') }).click()
    await page.getByRole('button', { name: admin.say('makeLive') }).click()
    await page.getByText(admin.say('done'), { exact: true }).waitFor({ timeout: 60_000 })
    await connected(0)
    await page.getByText(admin.say('revoked')).first().waitFor()
    assert.is(connections(laptop), 2)
  })
}

step('two administrators at one record: the second is told, and loses nothing', async () => {
  must(words('db hosts set shared.example.com host HostType Local InternalIP 192.168.1.9'))
  const record = `${CONSOLE}/records/hosts/record?key=shared.example.com`
  const property = () => must(words('db hosts getprop shared.example.com InternalIP')).trim()
  for (const [first, second] of [admins, admins.toReversed()]) {
    if (first === undefined || second === undefined) throw new Error('there are not two')
    const [old, theirs, mine] = [
      property(),
      ...(first.language === 'en' ? ['192.168.1.10', '192.168.1.11'] : ['192.168.1.12', '192.168.1.13']),
    ]
    for (const { page } of [first, second]) await page.goto(record)
    await first.store('InternalIP', theirs ?? '')
    await first.page.getByText(first.say('stored')).waitFor()
    await second.store('InternalIP', mine ?? '')
    await second.page.getByText(second.say('changedElsewhere')).waitFor()
    await second.page.getByText(`InternalIP: ${old} → ${theirs}`).waitFor()
    assert.is(property(), theirs)
    assert.is(await second.page.getByLabel('InternalIP', { exact: true }).inputValue(), mine)
    await second.store('InternalIP', mine ?? '')
    await second.page.getByText(second.say('stored')).waitFor()
    assert.is(property(), mine)
  }
})

tests.run()

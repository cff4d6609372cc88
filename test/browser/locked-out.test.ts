// Local networks, port forwards and remote access in the console, and somebody who drops the own network from the firewall: the
// kernel's own packet filter, real sshd, nginx and Apache, and Chromium on another machine, in private network namespaces.
import { appendFileSync, chmodSync, copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import * as assert from 'uvu/assert'
import { startConsole } from '../console/processes.ts'
import { CHROMIUM, startBrowser } from '../support/browser.ts'
import { SCAN, throughNginx } from '../support/front.ts'
import { MACHINE, type Machine, Office, SERVER } from '../support/office.ts'
import { findCommand } from '../support/packages.ts'
import { addS6Service } from '../support/s6.ts'
import { must, run, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'
import { Admin, EVERYBODY } from './admin.ts'
import { CONSOLE } from './windows.ts'

const { tests, step, front } = throughNginx(
  'locked out by the console',
  CHROMIUM,
  'iptables-restore',
  'ip6tables-restore',
  'sshd',
  'ssh',
  'ssh-keygen',
)
let office: Office
let browser: Browser
let alice: Admin
tests.after(async () => {
  await browser?.close()
  office?.stop()
})

/** Chromium on the machine in the local network. */
function browserInside(): Promise<Browser> {
  const program = join(front.folder, 'chromium')
  writeFileSync(program, `#!/bin/sh\nexec ip netns exec lan ${findCommand(CHROMIUM)} "$@"\n`)
  chmodSync(program, 0o755)
  return startBrowser('/var/lib/gabarit/ssl/self-signed.pem', { program, address: SERVER.lan[0] })
}

/** Whether a new connection from a machine is answered, with the page. */
function answers(machine: Machine = 'lan', address: string = SERVER[machine][0]): boolean {
  const to = ['--connect-to', `::${address.includes(':') ? `[${address}]` : address}:`]
  const curl = ['curl', '-sSkf', '-o', '/dev/null', '--max-time', '3', ...to, `${CONSOLE}/login`]
  return run(['ip', 'netns', 'exec', machine, ...curl]).status === 0
}

const KEY = join(front.folder, 'key')

/** The real sshd, with a key that may log in as root; it is off. */
function addSsh(): void {
  must(['ssh-keygen', '-A'])
  must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', KEY])
  copyFileSync(`${KEY}.pub`, '/etc/ssh/keys')
  appendFileSync('/etc/ssh/sshd_config', 'AuthorizedKeysFile /etc/ssh/keys\n')
  must(words('install -d /run/sshd'))
  addS6Service(SCAN, 'ssh', '#!/bin/sh\nexec /usr/sbin/sshd -D -e\n')
  must(words('config setprop sshd status disabled'))
}

/** Asks the server for its name, as root, from outside. */
function ssh(address: string, port: number, ...options: string[]) {
  const known = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=yes', 'ConnectTimeout=5']
  const all = [...known, ...options].flatMap(option => ['-o', option])
  const client = ['ssh', '-F', '/dev/null', '-i', KEY, '-p', String(port), ...all, `root@${address}`, 'hostname']
  return run(['ip', 'netns', 'exec', 'outside', ...client])
}

step('a server whose pages are for the local network, and an administrator there', async () => {
  office = new Office()
  await front.start({})
  addSsh()
  must(words('db networks set 192.168.77.0 network Mask 255.255.255.0'))
  for (const key of ['httpd', 'modSSL', 'nginx']) must(words(`config setprop ${key} access private`))
  must(words('config setprop firewall status enabled'))
  must(words('signal-event console-save'))
  must(words('gabarit web enable'))
  await startConsole(front.daemons)
  browser = await browserInside()
  alice = await Admin.come(browser, 'en', true, 'alice')
})

/** What is different between both, and the port that is forwarded. */
const NETWORKS = {
  en: { family: 0, network: '198.51.100.0', mask: { Mask: '255.255.255.0' }, port: 8080, sshPort: 2222 },
  fr: { family: 1, network: '2001:db8:2::/64', mask: {}, port: 8081, sshPort: 2223 },
} as const

for (const { language, javaScriptEnabled, how } of EVERYBODY) {
  const { family, network, mask, port, sshPort } = NETWORKS[language]
  const [own, other] = [SERVER.outside[family], MACHINE.lan[family]]
  let admin: Admin

  step(`${how}: a new local network reaches the pages`, async () => {
    assert.not(answers('outside', own))
    admin = await Admin.come(browser, language, javaScriptEnabled)
    await admin.add('networks', 'network', network, mask)
    await admin.makeLive('signal-event', 'network-update')
    assert.ok(answers('outside', own))
    await admin.keep()
  })

  step(`${how}: a forwarded port reaches the machine behind`, async () => {
    if (language === 'en') await office.listen('lan', '9000')
    assert.equal(office.askInVain('outside', [own], port), ['nothing'])
    const fields = { Port: String(port), DestHost: other, DestPort: '9000' }
    await admin.add('portforwards', 'portforward', `camera-${language}`, fields)
    await admin.makeLive('signal-event', 'firewall-update')
    assert.equal(office.ask('outside', [own], port), [SERVER.lan[family]])
    await admin.keep()
  })

  step(
    `${how}: remote access is turned on, on another port and for keys only; the real sshd says the same`,
    async () => {
      const { page, proofs } = admin
      const field = (label: string) => page.getByLabel(label, { exact: true })
      const store = async () => {
        await page.getByRole('button', { name: admin.say('store'), exact: true }).click()
        await page.getByText(admin.say('stored')).waitFor()
      }
      must(words('config setprop sshd status disabled'))
      must(words('config delprop sshd TCPPort PasswordAuthentication'))
      must(words('signal-event remoteaccess-update'))
      assert.is(ssh(own, sshPort).status, 255)
      await page.goto(CONSOLE)
      await page
        .getByRole('navigation')
        .getByRole('link', { name: admin.say('remoteAccess') })
        .click()
      await field('status').check()
      await field('TCPPort').fill(String(sshPort))
      await page.locator('form.card summary').first().click()
      await field('PasswordAuthentication').selectOption('no')
      await store()
      const files = await (language === 'en'
        ? admin.makeAllLive()
        : admin.makeLive('signal-event', 'remoteaccess-update'))
      for (const file of ['/etc/ssh/sshd_config.d/00-gabarit.conf', '/etc/iptables/rules.v4'])
        assert.ok(files.includes(file), files.join(' '))
      assert.is(admin.proofs, proofs + 1, 'it could lock everybody out')
      for (const line of [`port ${sshPort}`, 'passwordauthentication no'])
        assert.match(must(['sshd', '-T']), new RegExp(`^${line}$`, 'm'))
      await waitFor('sshd to let root in', () => ssh(own, sshPort).stdout === 'home\n')
      assert.match(ssh(own, sshPort, 'PubkeyAuthentication=no').stderr, /Permission denied \((?!.*password)/)
      await admin.keep()
      assert.match(must(words('gabarit history --limit 1')), `user-${language}`)
      // What is handed back to sshd_config is not there any more.
      await page.goto(`${CONSOLE}/records/configuration/record?key=sshd`)
      await field('PasswordAuthentication').selectOption('')
      await store()
      assert.is(run(words('config getprop sshd PasswordAuthentication')).status, 1)
    },
  )
}

step('the own network is removed, with a time to confirm: the server does not answer any more', async () => {
  const { page } = alice
  await page.goto(`${CONSOLE}/records/networks/record?key=192.168.77.0`)
  await page.locator('summary', { hasText: 'Delete' }).click()
  await page.locator('button.danger').click()
  await page.goto(`${CONSOLE}/plan?words=["gabarit","signal-event","firewall-update"]`)
  await page.evaluate("document.querySelector('#within option:checked').value = '20s'")
  await page.getByRole('button', { name: 'Make live' }).click()
  await alice.prove()
  await page.waitForURL(/\/run\//)
  await waitFor('the firewall to close', () => !answers())
  await page.getByText('This goes back by itself unless you confirm it.').waitFor()
})

step('nobody confirms: the page answers again, and the history says so', async () => {
  await waitFor('the way back', () => answers())
  // The page of the run loads itself again when it gets through.
  const page = await alice.page.context().newPage()
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

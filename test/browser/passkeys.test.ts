// Passkeys in the real Chromium with an authenticator of its debugger, through the real nginx and Apache: on `/`, in private
// namespaces.
import { existsSync, readFileSync } from 'node:fs'
import { outputFileSync } from 'fs-extra/esm'
import type { Browser, CDPSession, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { codeOf, PASSWORD } from '../console/console-server.ts'
import { startConsole } from '../console/processes.ts'
import { CHROMIUM, overhang, startBrowser, violations } from '../support/browser.ts'
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { CONSOLE, comeIn, openWindow, welcome } from './windows.ts'

const { tests, step, front } = throughNginx('passkeys of the console', CHROMIUM)

let browser: Browser
/** The window of alice, her secret for codes, and her authenticator. */
let page: Page
let secret: string
let device: { cdp: CDPSession; authenticatorId: string }
tests.after(() => browser?.close())

/** A passkey as the debugger of the browser has it, with more that it takes back as it is. */
interface Credential {
  readonly credentialId: string
  readonly isResidentCredential: boolean
  readonly privateKey: string
  readonly signCount: number
}

const button = (name: string) => page.getByRole('button', { name })
const text = async () => (await page.locator('body').textContent()) ?? ''
const planPage = (event: string) => `${CONSOLE}/plan?words=["gabarit","signal-event","${event}"]`

/** Opens the plan of an event, and asks for it: what comes is the page that wants a proof. */
async function askFor(event: string, word: string): Promise<void> {
  must(words(`config set word ${word}`))
  await page.goto(planPage(event))
  await button('Make live').click()
  await button('Confirm with a passkey').waitFor()
}

/** Signs what the page asks for, without sending it. @returns the fields that would be sent */
async function sign(): Promise<Record<string, string>> {
  const form = "document.querySelector('form[data-passkey]')"
  await page.evaluate(`${form}.submit = () => undefined`)
  await button('Confirm with a passkey').click()
  await page.waitForFunction(`${form}.elements.signature.value !== ''`)
  return page.evaluate(`Object.fromEntries(new FormData(${form}))`)
}

/** Sends a form as a page of the console would. @returns the status; 0 is the way to the run */
function send(from: Page, fields: Record<string, string>): Promise<number> {
  const options = `{ method: 'POST', redirect: 'manual', body: new URLSearchParams(${JSON.stringify(fields)}) }`
  return from.evaluate(`fetch('/server-manager/run', ${options}).then(({ status }) => status)`)
}

step('a server with the console, and two files that can lock somebody out', async () => {
  for (const name of ['allow', 'deny']) {
    outputFileSync(`/etc/gabarit/templates/etc/hosts.${name}`, '# <%= config.word %>\n')
    outputFileSync(`/etc/gabarit/events/${name}/templates2expand/etc/hosts.${name}`, '')
  }
  await front.start({})
  must(words('gabarit web enable'))
  await startConsole(front.daemons)
  browser = await startBrowser('/var/lib/gabarit/ssl/self-signed.pem')
  page = await (await browser.newContext({ locale: 'en' })).newPage()
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', automaticPresenceSimulation: true } as const
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...options, hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  })
  device = { cdp, authenticatorId }
})

step('nobody is asked for a passkey before there is one', async () => {
  await page.goto(`${CONSOLE}/login`)
  assert.is(await page.locator('[data-passkey]').count(), 0)
  await page.goto(welcome('alice'))
  secret = await comeIn(page)
})

step('a passkey is added after password and code', async () => {
  await page.goto(`${CONSOLE}/users`)
  await page.getByLabel('What you call it').fill('Blue key')
  await button('Add a passkey for yourself').click()
  assert.is(await button('Make the passkey').count(), 0)
  assert.is(await button('Confirm with a passkey').count(), 0)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByLabel('Code').fill(codeOf(secret))
  await button('Confirm').click()
  await button('Make the passkey “Blue key”').waitFor()
  assert.equal(await violations(page), [])
  await button('Make the passkey “Blue key”').click()
  await page.waitForURL(`${CONSOLE}/users`)
  assert.match(await text(), /Blue key/)
  assert.match(must(words('gabarit web users')), /^alice {2}since .*, 1 passkey$/m)
  assert.match(must(words('gabarit web passkeys')), /^alice {2}Blue key, since .*, never used$/m)
})

for (const [language, logout, login] of [
  ['fr', 'Déconnecter alice', 'Se connecter avec une clé d’accès'],
  ['en', 'Log out alice', 'Log in with a passkey'],
] as const)
  step(`login with it, without a name, ${language}`, async () => {
    await page.goto(`${CONSOLE}/language/${language}`)
    await button(logout).click()
    await button(login).waitFor()
    assert.equal(await violations(page), [])
    assert.is(await overhang(page), 0)
    await button(login).click()
    await button(logout).waitFor()
    assert.match(must(words('gabarit web passkeys')), /last used/)
  })

step('a plan that can lock somebody out is carried out when the passkey has signed it', async () => {
  await askFor('allow', 'first')
  assert.equal(await violations(page), [])
  await button('Confirm with a passkey').click()
  await page.getByText('Done.').waitFor()
  assert.is(readFileSync('/etc/hosts.allow', 'utf8'), '# first\n')
})

step('a signature works once', async () => {
  await askFor('allow', 'second')
  const fields = await sign()
  assert.is(await send(page, fields), 0)
  must(words('config set word third'))
  must(words('signal-event allow'))
  must(words('config set word second'))
  await page.goto(planPage('allow'))
  assert.is(await send(page, fields), 403)
})

step('a signature for one plan carries out no other, nor the same with another option or input', async () => {
  await askFor('allow', 'fourth')
  await page.goto(planPage('deny'))
  const other = await page.locator('[name=words]').first().inputValue()
  await askFor('allow', 'fourth')
  const { words: own = '', token = '', signature = '' } = await sign()
  assert.is(await send(page, { token, signature, words: other }), 403)
  await askFor('allow', 'fourth')
  assert.is(await send(page, { ...(await sign()), words: own, within: 'no' }), 403)
  await askFor('allow', 'fourth')
  assert.is(await send(page, { ...(await sign()), words: own, input: 'more' }), 403)
  assert.not(existsSync('/etc/hosts.deny') && readFileSync('/etc/hosts.deny', 'utf8').includes('fourth'))
  assert.not.match(readFileSync('/etc/hosts.allow', 'utf8'), 'fourth')
})

step('a signature is of no use in another session of the same user', async () => {
  await askFor('allow', 'fifth')
  const signed = await sign()
  const other = await (await browser.newContext({ locale: 'en' })).newPage()
  await other.goto(`${CONSOLE}/login`)
  await other.getByLabel('Name').fill('alice')
  await other.getByLabel('Password').fill(PASSWORD)
  await other.getByLabel('Code').fill(codeOf(secret, 30))
  await other.getByRole('button', { name: 'Log in', exact: true }).click()
  await other.getByRole('button', { name: 'Log out alice' }).waitFor()
  await other.goto(planPage('allow'))
  const token = await other.locator('[name=token]').first().inputValue()
  assert.is(await send(other, { ...signed, token }), 403)
  assert.not.match(readFileSync('/etc/hosts.allow', 'utf8'), 'fifth')
  await other.context().close()
})

step('a copy of the passkey, whose counter is behind, is refused', async () => {
  const { cdp, authenticatorId } = device
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
  const [credential] = credentials
  if (credential === undefined) throw new Error('the authenticator has no passkey')
  const put = async (signCount: number) => {
    await cdp.send('WebAuthn.clearCredentials', { authenticatorId })
    await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: { ...credential, signCount } })
  }
  await button('Log out alice').click()
  await put(0)
  await button('Log in with a passkey').click()
  await page.getByRole('alert').waitFor()
  await put(credential.signCount + 1)
  await button('Log in with a passkey').click()
  await button('Log out alice').waitFor()
})

step('without JavaScript, or at another address, password and code are the way', async () => {
  await openWindow(browser, `${CONSOLE}/login`, { javaScriptEnabled: false }, async plain => {
    assert.not(await plain.getByRole('button', { name: 'Log in with a passkey' }).isVisible())
    assert.ok(await plain.getByRole('button', { name: 'Log in', exact: true }).isVisible())
  })
  await openWindow(browser, 'https://www.example.com/server-manager/login', { locale: 'en' }, async elsewhere => {
    assert.match((await elsewhere.locator('main').textContent()) ?? '', `Passkeys only work at ${CONSOLE}.`)
    assert.is(await elsewhere.locator('[data-passkey]').count(), 0)
  })
})

/** Takes the passkey off the device that is in the browser. */
async function takeOff(): Promise<Credential> {
  const { cdp, authenticatorId } = device
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
  await cdp.send('WebAuthn.clearCredentials', { authenticatorId })
  const [credential] = credentials
  if (credential === undefined) throw new Error('the authenticator has no passkey')
  return credential
}

/** Logs in with a passkey of another device. @returns it, with what the login has changed on it */
async function logInWith(credential: Credential): Promise<Credential> {
  const { cdp, authenticatorId } = device
  await cdp.send('WebAuthn.addCredential', { authenticatorId, credential })
  await button('Log in with a passkey').click()
  await button('Log out alice').or(page.getByRole('alert')).waitFor()
  return takeOff()
}

step(
  'a second passkey on another device: each of them logs in, and when one is removed the other still does',
  async () => {
    const lineOf = (name: string) =>
      new RegExp(`^alice {2}${name}, since .*$`, 'm').exec(must(words('gabarit web passkeys')))?.[0]
    await page.goto(`${CONSOLE}/users`)
    await page.getByLabel('What you call it').fill('Blue key')
    await button('Add a passkey for yourself').click()
    await page.locator('#name-error', { hasText: 'You have a passkey with this name already.' }).waitFor()
    assert.is(await page.getByLabel('What you call it').inputValue(), 'Blue key')
    assert.equal(await violations(page), [])
    await page.getByLabel('What you call it').fill('Phone')
    await button('Add a passkey for yourself').click()
    await button('Confirm with a passkey').click()
    await button('Make the passkey “Phone”').waitFor()
    let blue = await takeOff()
    await button('Make the passkey “Phone”').click()
    await page.waitForURL(`${CONSOLE}/users`)
    let phone = await takeOff()
    assert.match(lineOf('Phone') ?? '', 'never used')
    await button('Log out alice').click()
    blue = await logInWith(blue)
    assert.match(lineOf('Phone') ?? '', 'never used')
    await button('Log out alice').click()
    phone = await logInWith(phone)
    assert.match(lineOf('Phone') ?? '', 'last used')
    await device.cdp.send('WebAuthn.addCredential', { authenticatorId: device.authenticatorId, credential: phone })
    await page.goto(`${CONSOLE}/users`)
    await page.getByRole('row', { name: 'Blue key' }).getByRole('button', { name: 'Remove' }).click()
    await button('Confirm with a passkey').click()
    await page.getByText('Done.').waitFor()
    assert.is(lineOf('Blue key'), undefined)
    phone = await takeOff()
    await button('Log out alice').click()
    await logInWith(blue)
    assert.is(await page.getByRole('alert').count(), 1, 'the one that was removed')
    phone = await logInWith(phone)
    await button('Log out alice').waitFor()
    await device.cdp.send('WebAuthn.addCredential', { authenticatorId: device.authenticatorId, credential: phone })
  },
)

step('it is removed with its own signature; a one-time address helps when all are lost', async () => {
  await page.goto(`${CONSOLE}/users`)
  await page.getByRole('row', { name: 'Phone' }).getByRole('button', { name: 'Remove' }).click()
  await button('Confirm with a passkey').click()
  await page.getByText('Done.').waitFor()
  assert.match(must(words('gabarit web passkeys')), 'no passkey')
  await page.goto(welcome('alice'))
  await comeIn(page)
  assert.match(await text(), /Log out alice/)
})

tests.run()

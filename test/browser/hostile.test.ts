// Hostile values through the forms of the console, in the real Chromium: each is stored byte for byte, and none becomes a part
// of a page.
import type { BrowserContext, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Client } from '../../src/console/client.ts'
import { consoleApp } from '../../src/console/web/app.ts'
import { codeOf, PASSWORD } from '../console/console-server.ts'
import { BASE } from '../console/web-console.ts'
import { needsCommands } from '../support/packages.ts'
import { stepsOf } from '../support/steps.ts'
import { BrowserConsole, complaintsOf } from './browser-console.ts'
import { HOSTILE } from './hostile-values.ts'

const hostile = suite('hostile values in the console')
const step = stepsOf(hostile, needsCommands('chromium'))
const box = new BrowserConsole()
const KEY = 'odd.example.org'
const RECORD = `/records/hosts/record?key=${KEY}`
/** All values, in texts that are short enough for an address. */
const SIZE = Math.ceil(HOSTILE.length / 3)
const PARTS = [0, 1, 2].map(at => HOSTILE.slice(at * SIZE, (at + 1) * SIZE).join(' '))
let window: BrowserContext
let page: Page
let complaints: string[]

hostile.after(() => box.close())

/** Opens a page, in which no value may have become an element, an attribute or a script. */
async function look(path: string): Promise<void> {
  assert.is((await page.goto(box.address(path)))?.status(), 200, path)
  await harmless(path)
}

async function harmless(path: string): Promise<void> {
  const found: string[] = await page.evaluate(`[
    ...(globalThis.ran ? ['a script has run'] : []),
    ...[...document.querySelectorAll('script, img, iframe, svg:not(.qr svg), base, style, body body')].map(one => one.outerHTML),
    ...[...document.querySelectorAll(':not(.qr *)')].flatMap(one => one.getAttributeNames()
      .filter(name => /^(on|style$|autofocus$|formaction$)/.test(name) || !/^[a-z-]+$/.test(name))),
    ...[...document.querySelectorAll('[href], [action], [src]')].flatMap(one => ['href', 'action', 'src']
      .flatMap(name => one.getAttribute(name) ?? [])).filter(to => !/^(\\/server-manager(\\/|\\?|$)|\\?all=yes$|#(main|menu)$)/.test(to)),
  ]`)
  assert.equal(
    found.filter(one => !one.startsWith('<script type="module"')),
    [],
    path,
  )
  assert.equal(complaints, [], path)
}

step('a server with a record of as many properties as there are values', async () => {
  assert.ok(HOSTILE.length >= 500, String(HOSTILE.length))
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  box.write('/etc/gabarit/templates/etc/odd/10First', 'first\n')
  box.event('odd', { 'templates2expand/etc/odd': '' })
  box.must('signal-event odd')
  box.must(`db hosts set ${KEY} host HostType Local InternalIP 192.168.1.9`)
  const lines = HOSTILE.map((_, at) => `setprop ${KEY} odd${at} x\n`)
  box.must('db hosts batch', { input: lines.join('') })
  await box.startAll()
  await box.enter('alice')
  window = await box.window()
  await window.addInitScript('globalThis.run = () => { globalThis.ran = true }')
  page = await window.newPage()
  complaints = complaintsOf(page)
})

step('the form of a record takes all of them, and shows them again', async () => {
  await look(RECORD)
  const fill = `values => values.forEach((value, at) => {
    const label = [...document.querySelectorAll('label')].find(one => one.textContent === 'odd' + at)
    const field = document.getElementById(label.htmlFor)
    const area = document.createElement('textarea')
    area.name = field.name
    area.id = field.id
    area.value = value
    field.replaceWith(area)
  })`
  await page.evaluate(`(${fill})(${JSON.stringify(HOSTILE)})`)
  await page.getByRole('button', { name: 'Store', exact: true }).click()
  await page.waitForURL(url => url.search.includes('stored'))
  await harmless('stored')
  const stored = JSON.parse(box.must(`db hosts getjson ${KEY}`)).props
  assert.equal(
    HOSTILE.filter((value, at) => stored[`odd${at}`] !== value),
    [],
  )
  const shown: string[] = await page.evaluate(`${HOSTILE.length} && Array.from({ length: ${HOSTILE.length} }, (_, at) =>
    document.getElementById([...document.querySelectorAll('label')].find(one => one.textContent === 'odd' + at).htmlFor).value)`)
  assert.equal(
    HOSTILE.filter((value, at) => shown[at] !== value),
    [],
  )
  await page.getByRole('button', { name: 'Store', exact: true }).click()
  await page.waitForURL(url => url.search.includes('stored'))
  assert.equal(JSON.parse(box.must(`db hosts getjson ${KEY}`)).props, stored, 'nobody has touched it')
})

step('the lists, the changes and the history show them as text', async () => {
  await look('/records/hosts')
  await look('/changes')
  box.must(['signal-event', 'host-modify', KEY, '--comment', HOSTILE.slice(0, 40).join(' ').replaceAll('\n', ' ')])
  await look('/history')
  await look(`/history/${box.history()[0]?.id}`)
})

/** Sends a form with other values, as somebody who has changed the page in the browser. */
async function send(path: string, action: string, fields: Readonly<Record<string, string>>): Promise<void> {
  await page.goto(box.address(path))
  await harmless(path)
  const submit = `([action, fields]) => {
    const form = document.querySelector('form[action$="' + action + '"]') ?? document.querySelector('form')
    form.action = ${JSON.stringify(BASE)} + action
    form.method = 'post'
    for (const [name, value] of Object.entries(fields)) {
      form.querySelector('[name="' + name + '"]')?.remove()
      form.append(Object.assign(document.createElement('textarea'), { name, value }))
    }
    form.noValidate = true
    form.submit()
  }`
  await Promise.all([page.waitForNavigation(), page.evaluate(`(${submit})(${JSON.stringify([action, fields])})`)])
  await harmless(`${path} ${action}`)
}

/** Every form, by where it is sent: the page that it is on, and its fields with a text in place of each. */
const FORMS: Readonly<
  Record<string, (all: string) => readonly [path: string, fields: Readonly<Record<string, string>>]>
> = {
  '/login': all => ['/login', { name: all, password: all, code: all }],
  '/login/passkey': all => ['/login', { signature: all }],
  '/logout': all => ['/records', { token: all }],
  '/welcome/:token': all => [`/welcome/${box.invite('bob')}`, { password: all, again: all, code: all }],
  '/run': all => [
    '/changes',
    { words: JSON.stringify(['gabarit', 'discard', all]), input: all, comment: all, within: all },
  ],
  '/records/:database/record': all => [RECORD, { 'added-name': all, 'added-value': all }],
  '/records/:database/new': all => [
    '/records/hosts/new',
    { key: all, type: all, 'added-name': all, 'added-value': all },
  ],
  '/records/:database/delete': all => [RECORD, { key: all, seen: all }],
  '/vpn/profile': all => [RECORD, { name: all, shape: all }],
  '/passkeys': all => ['/users', { name: all, password: all, code: all }],
  '/passkeys/add': all => ['/users', { name: all, signature: all }],
  '/fragment/edit': all => [
    '/fragment/edit?template=/etc/odd',
    { template: all, fragment: all, text: all, expect: all },
  ],
  '/certificates/setup/settings': all => ['/certificates/setup', { email: all, terms: all }],
  '/certificates/setup/names': all => [
    '/certificates/setup',
    { seen: JSON.stringify([{ database: 'hosts', key: all, old: all }]) },
  ],
}

step('every form shows as text what it refuses, and every address that takes words', async () => {
  const { routes } = consoleApp(new Client('/nowhere'))
  const sent = routes.filter(({ method }) => method === 'POST').map(({ path }) => path.slice(BASE.length))
  assert.equal([...new Set(sent)].sort(), Object.keys(FORMS).sort(), 'a new form has its line here')
  for (const all of PARTS) {
    for (const [action, form] of Object.entries(FORMS)) {
      const [path, fields] = form(all)
      const [, database = 'hosts'] = /^\/records\/(\w+)/.exec(path) ?? []
      await send(path, action.replace(':database', database).replace(':token', path.slice('/welcome/'.length)), fields)
    }
    await send('/records/configuration/record?key=DomainName', '/records/configuration/record', { scalar: all })
    for (const path of ['/files/explain?path=', '/events/plan?event=', '/records/hosts/record?key='])
      await page.goto(box.address(path + encodeURIComponent(all))).then(() => harmless(path))
    for (const words of [['gabarit', 'signal-event', 'host-modify', all], ['gabarit', all], [all]])
      await page
        .goto(box.address(`/plan?words=${encodeURIComponent(JSON.stringify(words))}`))
        .then(() => harmless('/plan'))
  }
  await look('/records/configuration')
})

step('a new record, a note and a fragment are stored byte for byte', async () => {
  for (const [at, all] of PARTS.entries()) {
    const key = `odd${at}.example.org`
    await send('/records/hosts/new', '/records/hosts/new', {
      key,
      type: 'odd',
      'added-name': 'odd',
      'added-value': all,
    })
    assert.is(JSON.parse(box.must(`db hosts getjson ${key}`)).props.odd, all)
  }
  // A note is one line.
  const note = HOSTILE.filter(value => !/[\p{Cc}\u2028\u2029]/u.test(value)).join(' ')
  box.write('/etc/hosts', '# by hand\n')
  await send('/files', '/run', { words: JSON.stringify(['gabarit', 'pin', '/etc/hosts']), note })
  assert.is(JSON.parse(box.run('gabarit verify --json').stdout).drift[0]?.pinned, note.replace(/\s+/g, ' ').trim())
  await look('/files')
  // What begins like a directive of a template is one.
  const text = `${HOSTILE.filter(value => !/<%|%>/.test(value)).join(' ')}\n`
  const fragment = { template: '/etc/odd', fragment: '20Odd', text, expect: 'none' }
  await send('/fragment/edit?template=/etc/odd', '/fragment/edit', fragment)
  await page.getByRole('button', { name: 'Make live' }).click()
  await page.locator('#password').fill(PASSWORD)
  await page.locator('#code').fill(codeOf(box.secret, 30))
  await page.locator('form:has(#password) button').last().click()
  await page.locator('.note.ok').waitFor()
  await harmless('the run')
  assert.is(box.read('/etc/gabarit/templates-custom/etc/odd/20Odd'), text)
  assert.is(box.read('/etc/odd'), `first\n${text}`)
  await look('/fragment?template=/etc/odd&fragment=20Odd')
  await look('/files/explain?path=/etc/odd&line=2')
})

hostile.run()

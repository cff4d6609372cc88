// Hostile values through the forms of the console, in the real Chromium: each is stored byte for byte, and none becomes a part
// of a page.
import type { BrowserContext, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CHROMIUM } from '../support/browser.ts'
import { needsCommands } from '../support/packages.ts'
import { stepsOf } from '../support/steps.ts'
import { BrowserConsole, complaintsOf } from './browser-console.ts'
import { HOSTILE } from './hostile-values.ts'

const hostile = suite('hostile values in the console')
const step = stepsOf(hostile, needsCommands(CHROMIUM))
const box = new BrowserConsole()
const KEY = 'odd.example.org'
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
    ...[...document.querySelectorAll('script, img, iframe, svg, base, style, body body')].map(one => one.outerHTML),
    ...[...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames()
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
  const path = `/records/hosts/record?key=${KEY}`
  await look(path)
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
  const submit = `([action, fields]) => {
    const form = document.querySelector('form[action$="' + action + '"]')
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

step('every other form, and every address that takes words, shows them as text', async () => {
  const size = Math.ceil(HOSTILE.length / 3)
  const parts = Array.from({ length: 3 }, (_, at) => HOSTILE.slice(at * size, (at + 1) * size).join(' '))
  for (const [index, all] of parts.entries()) {
    const key = `odd${index} ${all}`
    await send('/records/configuration/new', '/new', { key, type: all, 'added-name': all, 'added-value': all })
    await send(`/records/hosts/record?key=${KEY}`, '/record', { 'added-name': all, 'added-value': all })
    await send('/records/configuration/record?key=DomainName', '/record', { scalar: all })
    await send('/login', '/login', { name: all, password: all, code: all })
    for (const path of ['/files/explain?path=', '/events/plan?event=', '/records/hosts/record?key='])
      await page.goto(box.address(path + encodeURIComponent(all))).then(() => harmless(path))
    for (const words of [['gabarit', 'signal-event', 'host-modify', all], ['gabarit', all], [all]])
      await page
        .goto(box.address(`/plan?words=${encodeURIComponent(JSON.stringify(words))}`))
        .then(() => harmless('/plan'))
  }
  await look('/records/configuration')
})

hostile.run()

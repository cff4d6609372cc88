// Hostile values through every form of the console: each is stored byte for byte, or refused in words. The helper, the pages and
// the commands are real; that no script runs, a browser shows (browser/hostile).
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Client } from '../../src/console/client.ts'
import { consoleApp } from '../../src/console/web/app.ts'
import { HOSTILE } from '../browser/hostile-values.ts'
import { codeOf, PASSWORD } from './console-server.ts'
import { FleetHelper, SESSION } from './fleet-pages.ts'
import { formOn } from './forms.ts'
import { BASE, type Page, tokenOf, unescapeHtml, WebConsole } from './web-console.ts'

const hostile = suite('hostile values in every form')
const box = new WebConsole()
const KEY = 'odd.example.org'
const isOneLine = (text: string) => !/[\p{Cc}\u2028\u2029]/u.test(text)
/** All values as one line, then those with control characters. */
const LINE = HOSTILE.filter(isOneLine).join(' ')
const LINES = HOSTILE.filter(text => !isOneLine(text)).join(' ')
/** What no browser sends, and what nobody types. */
const BEYOND = ['a\0b', `\ufffd\ufffe${'x'.repeat(100_000)}`]

hostile.before(async () => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  box.write('/etc/gabarit/templates/etc/odd/10First', 'first\n')
  box.write('/etc/gabarit/templates/etc/odd/template.json', '{ "comment": "none" }')
  box.event('odd', { 'templates2expand/etc/odd': '' })
  box.must('signal-event odd')
  box.must(`db hosts set ${KEY} host HostType Local InternalIP 192.168.1.9`)
  await box.startAll()
  await box.enter('alice')
})
hostile.after(() => box.remove())

/** An answer in which no value became a part of the page or of its headers. @returns it */
function harmless(answer: Page, what: string): Page {
  const { status, headers, text } = answer
  assert.ok(status < 500, `${what}: ${status} ${text.slice(-2000)}`)
  assert.ok(status === 303 || text !== '', `${what}: ${status} without a word`)
  const raw = HOSTILE.filter(value => /^[^&]*[<"'].*(run\(|evil|b>)/s.test(value) && text.includes(value))
  assert.equal(raw, [], what)
  const location = String(headers.location ?? `${BASE}/`)
  assert.ok(location.startsWith(`${BASE}/`) && isOneLine(location), `${what}: ${location}`)
  assert.not.match(`${Object.keys(headers)} ${headers['set-cookie']}`, /evil|a=b/)
  return answer
}

/** Every form: where it is sent, and its fields with a text in place of each. */
const FORMS: Readonly<Record<string, (text: string) => Readonly<Record<string, string>>>> = {
  '/login': text => ({ name: text, password: text, code: text }),
  '/login/passkey': text => ({ signature: text }),
  '/logout': text => ({ token: text }),
  '/welcome/:token': text => ({ password: text, again: text, code: text }),
  '/run': text => ({ words: JSON.stringify(['gabarit', text]), input: text, comment: text, within: text, note: text }),
  '/records/:database/record': text => ({ key: KEY, seen: text, 'added-name': text, 'added-value': text }),
  '/records/:database/new': text => ({ key: text, type: text, 'added-name': text, 'added-value': text }),
  '/records/:database/delete': text => ({ key: text, seen: '{"type":"host","props":[]}' }),
  '/vpn/profile': text => ({ name: text, shape: text }),
  '/passkeys': text => ({ name: text, password: text, code: text }),
  '/passkeys/add': text => ({ name: text, signature: text }),
  '/fragment/edit': text => ({ template: text, fragment: text, text, expect: text, merged: text, plan: text }),
  '/certificates/setup/settings': text => ({ email: text, terms: text }),
  '/certificates/setup/names': text => ({
    seen: JSON.stringify([{ database: 'hosts', key: text, old: text }]),
    'name-0': text,
  }),
}

hostile('a new form gets its line here', () => {
  const { routes } = consoleApp(new Client('/nowhere'))
  const paths = routes.filter(({ method }) => method === 'POST').map(({ path }) => path.slice(BASE.length))
  assert.equal([...new Set(paths)].sort(), Object.keys(FORMS).sort())
})

/** Where a form with this path is sent. */
const where = (path: string, token = 'none') => path.replace(':database', 'hosts').replace(':token', token)
/** Each from an address of its own: too many wrong passwords from one would be a shorter answer. */
let visitors = 0
const stranger = () => ({ 'x-forwarded-for': `192.0.2.${++visitors % 250}` })

for (const [path, fields] of Object.entries(FORMS)) {
  hostile(`${path}: all values in all fields are answered in words`, async () => {
    for (const text of [LINE, LINES, ...BEYOND]) {
      const answer = await box.post(where(path, encodeURIComponent(text.slice(0, 2000))), fields(text), {
        headers: stranger(),
      })
      harmless(answer, `${path} ${JSON.stringify(text.slice(0, 20))}`)
      if (text.includes('\0') && path !== '/logout') assert.match(answer.text, 'has a zero byte')
    }
  })

  hostile(`${path}: so is what is no such form`, async () => {
    // A right one ends the session.
    const token = path === '/logout' ? 'x' : tokenOf(await box.get('/users'))
    const bodies = {
      'application/json': JSON.stringify({ token, __proto__: { key: 'x' } }),
      'multipart/form-data; boundary=x': `--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n${token}`,
      'multipart/form-data; boundary=y': `--y\r\nContent-Disposition: form-data; name="token"\r\n\r\n${token}\r\n--y\r\nContent-Disposition: form-data; name="words"; filename="../x"\r\n\r\n["gabarit"]\r\n--y--\r\n`,
      'application/x-www-form-urlencoded': `token=${token}&__proto__=1&constructor=1&key=%ff%fe&key=2&key[]=3&words=%`,
    }
    for (const [type, body] of Object.entries(bodies)) {
      const headers = { ...stranger(), origin: 'https://server.example.org', 'content-type': type }
      harmless(await box.fetch(BASE + where(path), { method: 'POST', body, headers }), `${path} ${type}`)
    }
  })
}

/** All of them as a few keys, each short enough for an address. */
const keys: string[] = []
for (const value of HOSTILE) {
  const last = `${keys.at(-1) ?? ''}${value}`
  if (keys.length > 0 && encodeURIComponent(last).length < 3900) keys[keys.length - 1] = last
  else keys.push(value)
}

const propertiesOf = (key: string): Record<string, string> =>
  JSON.parse(box.must(['db', 'hosts', 'getjson', '--', key])).props
const record = (key: string) => `/records/hosts/record?key=${encodeURIComponent(key)}`

hostile('a record stores them as values of properties that are called like them', async () => {
  const named = HOSTILE.map((name, at) => [name, HOSTILE[at - 1] ?? '\n'] as const).filter(
    ([name]) => name.trim() !== '',
  )
  const input = named.map(([name]) => `${JSON.stringify(['setprop', KEY, name, 'x'])}\n`).join('')
  box.must('db hosts batch', { input })
  const page = harmless(await box.get(record(KEY)), 'the form')
  const fields = formOn(page, '/records/hosts/record')
  const labels = [...page.text.matchAll(/<label for="(value-\d+)">([^<]*)</g)]
  const fieldOf = new Map(labels.map(([, id = '', label = '']) => [unescapeHtml(label), id]))
  for (const [name, value] of named) fields[fieldOf.get(name) ?? name] = value
  const answer = harmless(await box.post('/records/hosts/record', fields), 'stored')
  assert.is(answer.status, 303, answer.text)
  const stored = new Map(Object.entries(propertiesOf(KEY)))
  assert.equal(
    named.filter(([name, value]) => stored.get(name) !== value),
    [],
  )
})

hostile('new records have them as key, type and property, and are deleted again', async () => {
  const page = formOn(await box.get('/records/hosts/new'), '/new')
  for (const text of keys) {
    const fields = { ...page, key: text, type: text, 'added-name': text.trim(), 'added-value': text }
    const answer = harmless(await box.post('/records/hosts/new', fields), 'new')
    assert.is(answer.status, 303, answer.text)
    assert.is(propertiesOf(text)[text.trim()], text)
    if (![keys[0], keys.at(-1)].includes(text)) continue
    const made = harmless(await box.get(String(answer.headers.location).slice(BASE.length)), 'its page')
    assert.is((await box.post('/records/hosts/delete', formOn(made, '/delete'))).status, 303)
    assert.is(box.run(['db', 'hosts', 'get', '--', text]).status, 1)
  }
  const long = await box.post('/records/hosts/new', { ...page, key: LINE, type: 'odd' })
  assert.is(long.status, 422)
  assert.match(long.text, /id="key-error"><p lang="en">This key is too long/)
})

hostile('what is refused stands at its field, in the words of the command', async () => {
  const key = LINE.slice(0, 500)
  const domain = { ...formOn(await box.get('/records/domains/new?type=domain'), '/new'), key }
  const name = harmless(await box.post('/records/domains/new', domain), 'a domain')
  assert.is(name.status, 422)
  assert.match(name.text, /id="key-error">[^<]*<p lang="en">\S/)
  assert.is(formOn(name, '/new').key, key)
  const account = await box.post('/certificates/setup/settings', { email: LINE.trim() })
  assert.is(account.status, 422)
  assert.match(account.text, /id="email-error"><p lang="en">[^<]*is not an e-mail address/)
  assert.is(formOn(account, '/settings').email, LINE.trim())
  const seen = JSON.stringify([{ database: 'hosts', key: LINE, old: LINES }])
  const names = harmless(await box.post('/certificates/setup/names', { seen, 'name-0': 'yes' }), 'names')
  assert.is(names.status, 422)
})

const query = (fields: Readonly<Record<string, string>>) => new URLSearchParams(fields).toString()

hostile('the addresses of a fleet take them: as words of a plan, and as the release to go back to', async () => {
  for (const text of [...keys, 'a\0b', '--root=/', '["gabarit"'])
    for (const path of [
      ...[[text], ['gabarit', text], ['gabarit', 'fleet', text], ['gabarit', 'fleet', 'adopt', text]].map(
        words => `/fleet/plan?${query({ words: JSON.stringify(words) })}`,
      ),
      ...[`/fleet/plan?${query({ words: text })}`, `/fleet/back?${query({ release: text })}`],
    ]) {
      const { status } = harmless(await box.get(path), path.slice(0, 80))
      assert.ok([403, 422].includes(status), `${status} ${path.slice(0, 80)}`)
    }
})

hostile('a release that a controller refuses stands in its field, beside the words of the command', async () => {
  const helper = new FleetHelper()
  for (const release of [LINE, LINES, ...BEYOND]) {
    const said = `this is not the number of a release: ${release}`
    helper.plans = { [`gabarit fleet --dry-run --json back ${release.trim()}`]: said }
    const answer = await helper.app.request(`${BASE}/fleet/back?${query({ release })}`, { headers: SESSION })
    const page = { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() }
    assert.is(harmless(page, 'refused').status, 422)
    assert.is(formOn(page, '/fleet/back').release, release.trim().replace(/\r\n?|\n/g, ''))
    assert.ok(unescapeHtml(page.text).includes(said), said.slice(0, 80))
  }
})

hostile('a note of the history and one of a file keep them', async () => {
  for (const note of ['- moved --root', LINE.trim().slice(0, 3000)]) {
    const plan = await box.get('/plan?words=["gabarit","signal-event","host-modify","odd.example.org"]')
    const started = await box.post('/run', { ...formOn(plan, '/run'), comment: note })
    assert.ok(String(started.headers.location).length < 100, 'web servers refuse a long address')
    const done = await box.finished(started)
    assert.match(done.text, '<title>signal-event &#39;--comment=')
    assert.match(harmless(done, 'the run').text, 'Done.')
    assert.is(box.history()[0]?.comment, note)
    harmless(await box.get('/history'), 'the history')
  }
  box.write('/etc/hosts', '# by hand\n')
  const pinned = await box.post('/run', { words: '["gabarit","pin","/etc/hosts"]', note: LINE.trim() })
  harmless(pinned.status === 303 ? await box.finished(pinned) : pinned, 'pinned')
  const { drift } = JSON.parse(box.run('gabarit verify --json').stdout)
  assert.is(drift[0]?.pinned, LINE.trim().replace(/\s+/g, ' '))
  harmless(await box.get('/files'), 'the files')
})

hostile('a fragment has them as its text, byte for byte, and so has its file', async () => {
  const text = `${HOSTILE.filter(value => !/<%|%>|[\0\r]/.test(value)).join('\n ')}\n`
  const fields = { template: '/etc/odd', fragment: '20Odd', text, expect: 'none' }
  const shown = harmless(await box.post('/fragment/edit', fields), 'the preview')
  const live = { ...formOn(shown, '/fragment/edit'), text }
  const proof = { password: PASSWORD, code: codeOf(box.secret, 30) }
  const done = harmless(await box.finished(await box.post('/fragment/edit', { ...live, ...proof })), 'the run')
  assert.match(done.text, 'Done.')
  assert.ok(box.read('/etc/gabarit/templates-custom/etc/odd/20Odd') === text)
  assert.ok(box.read('/etc/odd') === `first\n${text}`)
  for (const path of ['/fragment?template=/etc/odd&fragment=20Odd', '/files/explain?path=/etc/odd&line=2'])
    harmless(await box.get(path), path)
})

hostile('a password is what was typed', async () => {
  const token = box.invite('bob')
  const { text } = await box.get(`/welcome/${token}`)
  const secret = /class="secret">([A-Z2-7]+)</.exec(text)?.[1] ?? ''
  const password = LINE.slice(0, 900)
  const fields = { password, again: password, token: 'none' }
  assert.is((await box.post(`/welcome/${token}`, { ...fields, code: codeOf(secret) })).status, 303)
  const login = { name: 'bob', password, token: 'none', code: codeOf(secret, 30) }
  assert.is((await box.post('/login', login)).status, 303)
})

hostile.run()

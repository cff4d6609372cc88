// The way into the console: one-time address, login, session; and what is refused of other sites.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryOf } from '../support/process-memory.ts'
import { waitFor } from '../support/wait.ts'
import { codeOf, PASSWORD } from './console-server.ts'
import { formOn } from './forms.ts'
import { BASE, type Page, tokenOf, unescapeHtml, WebConsole } from './web-console.ts'

const entrance = suite('the entrance of the console')
const box = new WebConsole()

entrance.before(async () => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  await box.startAll()
})
entrance.after(() => box.remove())

entrance('nobody sees a page without a session, with or without a slash', async () => {
  for (const path of ['', '/', '/changes', '/changes/', '/records?x=1', '/history/1', '/nothing']) {
    const { status, headers } = await box.get(path)
    assert.equal([status, headers.location], [303, `${BASE}/login`], path)
  }
  box.cookie = '__Secure-gabarit=stolen'
  assert.is((await box.get('/')).status, 303)
  box.cookie = ''
})

entrance('the one-time address sets password and codes, and opens a session whose cookie stays here', async () => {
  assert.is((await box.get('/welcome/guessed')).status, 403)
  const token = box.invite('alice')
  const page = await box.get(`/welcome/${token}`)
  assert.match(page.text, /<svg/)
  const right = { password: PASSWORD, again: PASSWORD, code: '000000', token: '' }
  for (const [field, wrong] of Object.entries({ password: 'short', again: 'another', code: '' })) {
    const { status, text } = await box.post(`/welcome/${token}`, { ...right, [field]: wrong })
    assert.is(status, 422)
    assert.match(text, `<div class="error" id="${field}-error">`)
    assert.match(text, new RegExp(`<input id="${field}"[^>]* aria-invalid="true" aria-describedby="${field}-error"`))
    assert.is(text.split('aria-invalid').length, 2, field)
  }
  const entered = await box.enter('alice')
  assert.is(entered.status, 303)
  const [cookie = ''] = [entered.headers['set-cookie'] ?? ''].flat()
  for (const part of ['__Secure-gabarit=', `Path=${BASE}`, 'HttpOnly', 'Secure', 'SameSite=Strict'])
    assert.ok(cookie.includes(part), `${cookie}: ${part}`)
  assert.match((await box.get('/')).text, /Log out alice/)
  assert.match(box.must('gabarit web sessions'), 'from 192.0.2.7', 'the address that the front end has added')
})

entrance(
  'a passkey that cannot be called that, or was not asked for: told at its field, with what was typed',
  async () => {
    const named = ['x'.repeat(41), 'a\u0085<b>']
    const asked = [...named.map(name => ['/passkeys', name]), ['/passkeys/add', 'Blue key']]
    for (const [path = '', name = ''] of asked) {
      const { status, text } = await box.post(path, { name, signature: '{}' })
      assert.is(status, 422, name)
      assert.match(text, /<label for="name">[^<]*<\/label><div class="error" id="name-error">/)
      assert.is(unescapeHtml(/<input id="name"[^>]* value="([^"]*)"/.exec(text)?.[1] ?? ''), name)
      assert.match(text, '<h2>Sessions</h2>', 'the page of the form')
    }
  },
)

entrance('whoever has to wait before a confirmation gets the form again, with what it was for', async () => {
  const elsewhere = { headers: { 'x-forwarded-for': '192.0.2.99' } }
  const form = { name: 'Blue key', password: 'not the right password', code: '000000' }
  // Each wrong one makes the next wait twice as long.
  const page = await waitFor('the wait', async () => {
    const { status, text } = await box.post('/passkeys', form, elsewhere)
    return status === 429 && text
  })
  assert.match(page, /Too many wrong attempts from your address\. Try again in \d+ s\./)
  assert.match(page, '<input type="hidden" name="name" value="Blue key">')
  assert.match(page, '<input id="code"')
})

entrance('every answer carries the headers that keep other sites out', async () => {
  for (const path of ['/', '/login', '/nothing', '/assets/style.css?v=1']) {
    const { headers } = await box.get(path)
    assert.match(
      String(headers['content-security-policy']),
      /^default-src 'none'; script-src 'self'.*frame-ancestors 'none'$/,
    )
    assert.is(headers['x-content-type-options'], 'nosniff')
  }
  assert.is((await box.get('/')).headers['cache-control'], 'no-store')
})

entrance('a form from another site, without a token or with one of another session is refused', async () => {
  const token = tokenOf(await box.get('/'))
  for (const origin of ['https://evil.example', 'null', 'https://server.example.org.evil.example', ''])
    assert.is((await box.post('/logout', { token }, { headers: { origin } })).status, 403, origin)
  for (const wrong of ['', 'x', token.slice(0, -1), `${token}x`]) {
    const { status } = await box.post('/run', { token: wrong, words: '["gabarit","status"]' })
    assert.is(status, 403, wrong)
  }
  assert.is((await box.get('/')).status, 200, 'still logged in')
})

entrance('a link to another language comes back to the page, never to another site', async () => {
  const location = async (referer: string) => (await box.get('/language/fr', { headers: { referer } })).headers.location
  assert.is(await location(`https://server.example.org${BASE}/records?a=b`), `${BASE}/records?a=b`)
  for (const elsewhere of [
    'https://evil.example/server-manager/',
    'https://server.example.org//evil.example',
    'x',
    `https://server.example.org${BASE}x`,
  ])
    assert.is(await location(elsewhere), `${BASE}/`, elsewhere)
})

entrance('what was typed while the session has ended is sent again after the login, for the new session', async () => {
  const typed = { key: 'late.example.org', type: 'host', 'added-name': 'Note', 'added-value': 'a\r\n"<b>' }
  box.cookie = ''
  const lost = await box.post('/records/hosts/new', { ...typed, token: 'x', code: 'never-shown' })
  assert.is(lost.status, 403)
  assert.not.match(lost.text, 'never-shown')
  const [name, password, code] = ['alice', PASSWORD, codeOf(box.secret)]
  const page = await box.post('/login', { ...formOn(lost, '/login'), name, password, code })
  assert.is(page.status, 200)
  box.keepCookie(page)
  assert.equal(rowsOf(page), [
    ['hosts late.example.org', 'type', '(absent)', 'host'],
    ['Note', '(absent)', 'a\n"<b>'],
  ])
  const again = formOn(page, '/records/hosts/new')
  assert.is((await box.post('/records/hosts/new', again)).status, 303)
  assert.is(JSON.parse(box.must('db hosts getjson late.example.org')).props.Note, 'a\n"<b>')
  const other = formOn(await box.post('/records/hosts/new', { ...typed, key: 'b.example.org', token: 'x' }), '/new')
  assert.is((await box.post('/records/hosts/new', other)).status, 303)
  for (const path of ['//evil.example', 'https://evil.example', '/server-manager']) {
    const { text } = await box.post('/login', { again: JSON.stringify({ path, fields: [] }), name, token: '' })
    assert.not.match(text, 'name="again"')
  }
})

/** What a page shows in the rows of its tables. */
function rowsOf({ text }: Page): string[][] {
  const cellsOf = (row: string) =>
    [...row.matchAll(/<t[dh][ >].*?<\/t[dh]>/gs)].map(([cell]) => unescapeHtml(cell.replace(/<[^>]*>/g, '')))
  return [...text.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) => cellsOf(row)).slice(1)
}

entrance('what is offered to be sent again is shown before: records, secrets as asterisks, commands', async () => {
  const shown = async (path: string, fields: Readonly<Record<string, string>>) =>
    rowsOf(await box.post(path, { ...fields, token: 'of another session' }))
  box.language = 'fr'
  const added = { 'added-name': 'Passphrase', 'added-value': 'never shown' }
  assert.equal(await shown('/records/vpn/new', { key: 'eve', type: 'client', ...added }), [
    ['vpn eve', 'type', '(absent)', 'client'],
    ['Passphrase', '(absent)', '********'],
  ])
  box.language = 'en'
  const seen = JSON.stringify({ type: 'host', props: [] })
  assert.equal(await shown('/records/hosts/delete', { key: 'late.example.org', seen }), [
    ['hosts late.example.org', 'type', 'host', '(absent)'],
  ])
  const words = ['gabarit', 'apply', "--comment=it's late"]
  assert.equal(await shown('/run', { words: JSON.stringify(words), within: '5m' }), [
    ['words', "gabarit apply '--comment=it'\\''s late'"],
    ['within', '5m'],
  ])
})

entrance('a form that is too large to be kept over a login is not lost unseen', async () => {
  const session = box.cookie
  box.cookie = ''
  const typed = { key: 'large.example.org', type: 'host', 'added-name': 'Note', 'added-value': 'a'.repeat(1_040_000) }
  const lost = await box.post('/records/hosts/new', { ...typed, token: 'x' })
  assert.match(lost.text, 'too large to be kept')
  assert.not.match(lost.text, 'name="again"')
  box.cookie = session
  const page = await box.post('/records/hosts/new', { ...typed, token: 'x' })
  assert.is((await box.post('/records/hosts/new', formOn(page, '/new'))).status, 303, 'as the page says')
  box.must('db hosts delete large.example.org')
})

entrance('login needs name, password and a code that was not used', async () => {
  const { secret } = box
  const login = (name: string, password: string, code: string) =>
    box.post('/login', { name, password, code, token: '' })
  box.cookie = ''
  const fresh = codeOf(secret, 30)
  const wrong = await login('alice', 'not the right password', fresh)
  assert.is(wrong.status, 403)
  assert.match(wrong.text, /role="alert"/)
  const right = await login('alice', PASSWORD, fresh)
  assert.is(right.status, 303)
  assert.is((await login('alice', PASSWORD, fresh)).status, 403, 'again')
  box.keepCookie(right)
  const out = await box.post('/logout', {})
  assert.is(out.headers.location, `${BASE}/login`)
  assert.is((await box.get('/')).status, 303, 'the session has ended, not only the cookie')
})

entrance('both languages: the one that was chosen, else the one of the browser', async () => {
  box.language = ''
  const german = { headers: { 'accept-language': 'de, fr;q=0.8, en;q=0.5' } }
  assert.match((await box.get('/login', german)).text, /<html lang="fr">[\s\S]*Se connecter/)
  box.language = 'en'
  assert.match((await box.get('/login', german)).text, /<html lang="en">[\s\S]*Log in/)
})

entrance('what is wrong with a command of the console is told as of any other', () => {
  const { status, stderr } = box.run('gabarit web users remove alise')
  assert.is(status, 1)
  assert.is(stderr, `there is no user "alise"; did you mean "alice"?\n`)
  assert.is(box.run('gabarit web serve').status, 2)
})

entrance('after pages of every kind, the helper and the pages together have at most 120 MiB (PSS)', async () => {
  await box.enter('bob')
  for (const path of [
    ...['/', '/changes', '/records/hosts', '/records/hosts/new?type=host', '/files', '/history', '/users'],
    ...['/templates/one?template=/etc/hosts', '/files/explain?path=/etc/hosts', '/plan?words=["gabarit","apply"]'],
  ])
    assert.is((await box.get(path)).status, 200, path)
  const [pages, helper] = [memoryOf(box.webProcess), memoryOf(box.helperProcess)]
  const said = `${pages.toFixed(1)} + ${helper.toFixed(1)} MiB`
  assert.ok(pages > 5 && helper > 5, `these are the processes: ${said}`)
  assert.ok(pages + helper <= 120, said)
})

entrance.run()

// The way into the console: one-time address, login, session; and what is refused of other sites.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { codeOf, PASSWORD } from './console-server.ts'
import { BASE, tokenOf, WebConsole } from './web-console.ts'

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
  const short = { password: 'short', again: 'short', code: '', token: '' }
  assert.is((await box.post(`/welcome/${token}`, short)).status, 422)
  const entered = await box.enter('alice')
  assert.is(entered.status, 303)
  const [cookie = ''] = [entered.headers['set-cookie'] ?? ''].flat()
  for (const part of ['__Secure-gabarit=', `Path=${BASE}`, 'HttpOnly', 'Secure', 'SameSite=Strict'])
    assert.ok(cookie.includes(part), `${cookie}: ${part}`)
  assert.match((await box.get('/')).text, /Log out alice/)
  assert.match(box.must('gabarit web sessions'), 'from 192.0.2.7', 'the address that the front end has added')
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

entrance.run()

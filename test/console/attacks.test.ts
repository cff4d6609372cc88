// What other sites and forged requests try on the pages of the console.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Client } from '../../src/console/client.ts'
import { consoleApp } from '../../src/console/web/app.ts'
import { codeOf, PASSWORD } from './console-server.ts'
import { BASE, type Page, WebConsole } from './web-console.ts'

const attacks = suite('attacks on the pages of the console')
const box = new WebConsole()

attacks.before(async () => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  await box.startAll()
  await box.enter('alice')
})
attacks.after(() => box.remove())

/** The paths of all pages with this method, each with something in the place of its parts. */
function paths(method: string): string[] {
  const { routes } = consoleApp(new Client('/nowhere'))
  const found = routes.filter(route => route.method === method).map(({ path }) => path.replace(/:\w+/g, 'x'))
  return [...new Set(found)].map(path => path.slice(BASE.length))
}

/** What needs no session: it opens one, or is the same for everybody. */
const OPEN = /^\/(login|login\/passkey|login\/sso|login\/sso\/begin|welcome\/x|assets\/.*|language\/x)$/

attacks('every page but the entrance leads nobody further than to the login', async () => {
  const { cookie } = box
  box.cookie = ''
  assert.ok(paths('GET').length > 15)
  for (const path of paths('GET').filter(path => !OPEN.test(path))) {
    const { status, headers } = await box.get(path)
    assert.equal([status, headers.location], [303, `${BASE}/login`], path)
  }
  box.cookie = cookie
})

attacks('forgery: every form is refused from another site, and without the token of its session', async () => {
  assert.ok(paths('POST').length > 8)
  for (const path of paths('POST')) {
    for (const origin of [
      'https://evil.example',
      'null',
      'http://server.example.org',
      'https://server.example.org:8443',
    ]) {
      const { status } = await box.post(path, { token: 'x' }, { headers: { origin } })
      assert.is(status, 403, `${path} from ${origin}`)
    }
    if (OPEN.test(path) || path === '/logout') continue
    for (const token of ['', 'x']) assert.is((await box.post(path, { token })).status, 403, path)
  }
  assert.is((await box.post('/logout', { token: 'x' })).headers.location, `${BASE}/`)
  assert.is((await box.get('/')).status, 200, 'still logged in')
})

attacks('fixation: a login never takes the session that the browser brought', async () => {
  const { cookie, secret } = box
  const fields = { name: 'alice', password: PASSWORD, code: codeOf(secret, 30), token: '' }
  for (const brought of ['__Secure-gabarit=chosen-by-somebody', cookie]) {
    box.cookie = brought
    const { headers, status } = await box.post('/login', fields)
    if (status !== 303) continue
    const [given = ''] = [headers['set-cookie'] ?? ''].flat()
    assert.match(given, /^__Secure-gabarit=[\w-]{43};/)
    assert.not.match(given, brought)
  }
  box.cookie = '__Secure-gabarit=chosen-by-somebody'
  assert.is((await box.get('/')).headers.location, `${BASE}/login`)
  box.cookie = cookie
})

attacks('clickjacking: no answer may be shown within another page, whatever its status', async () => {
  const origin = { host: 'server.example.org', origin: 'https://server.example.org' }
  const big = { method: 'POST', body: 'x'.repeat(2 << 20), headers: { ...origin, 'content-length': String(2 << 20) } }
  // Not through the socket: the server closes it before all is sent.
  const tooLarge = await consoleApp(new Client('/nowhere')).request(`${BASE}/run`, big)
  const answers: readonly Page[] = [
    ...(await Promise.all(
      ['/', '/nothing', '/language/fr', '/plan?words=x', '/assets/style.css'].map(path => box.get(path)),
    )),
    await box.post('/run', { token: 'x' }),
    await box.post('/run', {}, { headers: { origin: 'https://evil.example' } }),
    { status: tooLarge.status, headers: Object.fromEntries(tooLarge.headers), text: '' },
  ]
  assert.equal([...new Set(answers.map(({ status }) => status))].sort(), [200, 303, 403, 404, 413, 422])
  for (const { headers, status } of answers) {
    assert.is(headers['x-frame-options'], 'DENY', String(status))
    assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/)
  }
})

attacks('headers: nothing that is sent becomes a header or a cookie', async () => {
  const evil = encodeURIComponent('x\r\nSet-Cookie: evil=1\r\nX-Evil: 1\r\n\r\n<script>')
  const answers = [
    await box.get(`/events/plan?event=${evil}&arguments=${evil}`),
    await box.get(`/language/${evil}`),
    await box.get(`/run/${evil}`),
    await box.get(`/${evil}`),
    await box.post('/vpn/profile', { name: decodeURIComponent(evil), password: 'x', code: '000000' }),
    await box.post('/run', { words: JSON.stringify(['gabarit', 'web', 'sessions', 'end', decodeURIComponent(evil)]) }),
  ]
  for (const { headers, text } of answers) {
    assert.is(headers['x-evil'], undefined)
    assert.not.match(JSON.stringify(headers['set-cookie'] ?? ''), 'evil')
    assert.not.match(text, '<script>')
  }
})

attacks('redirects: all stay in the console, whatever host and address are named', async () => {
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', referer: 'https://evil.example/' }
  for (const path of [
    '/language/fr',
    '/events/plan?event=//evil.example',
    '/events/plan?event=https://evil.example',
    '//evil.example/',
  ])
    for (const more of [{}, { headers }]) {
      const { location = `${BASE}/` } = (await box.get(path, more)).headers
      assert.match(String(location), new RegExp(`^${BASE}/`), path)
    }
  const { cookie } = box
  box.cookie = ''
  assert.is((await box.get('/?next=https://evil.example', { headers })).headers.location, `${BASE}/login`)
  box.cookie = cookie
})

attacks('paths: none leads to a file outside', async () => {
  const up = [
    '../../../../../../etc/passwd',
    '..%2f..%2f..%2f..%2f..%2fetc%2fpasswd',
    '%2e%2e/%2e%2e/etc/passwd',
    '/etc/passwd',
  ]
  for (const start of [
    '/assets/',
    '/run/',
    '/history/',
    '/records/',
    '/welcome/',
    '/language/',
    '/files/explain?path=',
    '/',
  ])
    for (const path of up) {
      const { status, text } = await box.fetch(`${BASE}${start}${path}`, {})
      assert.not.match(text, 'root:x:', `${start}${path}: ${status}`)
    }
})

attacks.run()

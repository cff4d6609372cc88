// One login through the real nginx and the real Apache, at a provider made of Debian's lasso: on `/`, in private namespaces.
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { stop } from '../support/daemons.ts'
import { throughNginx } from '../support/front.ts'
import { must, run, words } from '../support/sandbox.ts'
import { Sso } from './office.ts'
import { Visitor } from './visitor.ts'

const { tests, step, front } = throughNginx(
  'one login',
  '/usr/lib/python3/dist-packages/lasso.py',
  'setpriv',
  'php-fpm8.2',
)

const SESSION = '__Host-gabarit-sso'
const APP = 'https://app.example.com/x?a=1&b=2'
const SITE = 'https://second.example/'
const sso = new Sso(front.daemons)
let gate: ChildProcess

tests.after(() => sso.stop())

/** What a server behind got, from a visit that was let in. */
async function seen(visitor: Visitor, url: string, headers: Readonly<Record<string, string>> = {}) {
  const { status, text } = await visitor.open(url, { headers })
  assert.is(status, 200, text)
  return JSON.parse(text)
}

const logout = (data: Readonly<Record<string, unknown>>) => sso.provider.order('logout', { signed: true, ...data })
const bySoap = (body: string) =>
  new Visitor().open('https://example.com/gabarit-sso/slo/soap', {
    method: 'POST',
    headers: { 'content-type': 'text/xml' },
    body,
  })
/** Whether browsers get in. */
const inside = (...visitors: Visitor[]) =>
  Promise.all(visitors.map(async visitor => (await visitor.open(APP)).status === 200))

step('an application behind nginx, and a site of Apache', async () => {
  await front.start({ '3001': 'app', '3002': 'site' })
  must(words('db domains set second.example domain ProxyPassTarget http://127.0.0.1:3002 Login sso'))
  front.record('open', 'location', { Upstreams: 'http://127.0.0.1:3001', Path: '/open/', Login: 'none' })
  front.record('boss', 'location', { Upstreams: 'http://127.0.0.1:3001', Path: '/boss/', LoginGroups: 'admins' })
  front.record('app.example.com', 'proxy', { Upstreams: 'http://127.0.0.1:3001', Login: 'sso', Locations: 'open,boss' })
  mkdirSync('/srv/php')
  writeFileSync('/srv/php/who.php', '<?php echo json_encode($_SERVER);')
  const fpm =
    '[global]\nerror_log=/tmp/fpm.log\ndaemonize=no\n[www]\nlisten=127.0.0.1:9009\nuser=www-data\npm=static\npm.max_children=1\n'
  writeFileSync('/tmp/fpm.conf', fpm)
  await front.daemons.start('fpm', ['php-fpm8.2', '-F', '-y', '/tmp/fpm.conf'], () => {
    return run(['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/9009']).status === 0
  })
  const php = { Folder: '/srv/php', FastCGI: '127.0.0.1:9009' }
  front.record('free', 'location', { ...php, Path: '/free', Login: 'none' })
  front.record('php.example.com', 'proxy', { ...php, Login: 'sso', LoginHeader: 'X-User', Locations: 'free' })
  must(words('config set sso service status enabled'))
})

step('without the metadata of a provider the event is refused, with what to do', () => {
  front.refused(/Metadata \/etc\/gabarit\/sso\/provider\.xml does not exist: save the metadata/, 'sso-update')
  mkdirSync('/etc/gabarit/sso', { recursive: true })
  writeFileSync('/etc/gabarit/sso/provider.xml', '<x/>')
  front.refused(/provider\.xml is not that of an identity provider/, 'sso-update')
  sso.introduce()
  front.apply('domain-create second.example')
  front.apply('sso-update')
})

step('without the gateway nobody gets to an application', async () => {
  const statuses = [APP, SITE, 'https://app.example.com/open/'].map(async url => (await new Visitor().open(url)).status)
  assert.equal(await Promise.all(statuses), [503, 503, 200])
  gate = await sso.startGate()
  await sso.startProvider()
})

const alice = new Visitor()

step('a visitor logs in at the provider, and comes to the page that he asked for', async () => {
  const { url, page } = await sso.login(alice, APP, 'alice', 'S1', ['staff', 'Domain Users'])
  assert.is(url, APP)
  const { url: asked, headers } = JSON.parse(page.text)
  assert.equal([asked, headers['remote-user'], headers['remote-groups']], ['/x?a=1&b=2', 'alice', 'staff,Domain Users'])
})

step('the second site needs no second login', async () => {
  const { url, page } = await alice.follow(SITE, () => false)
  assert.equal([url, page.status], [SITE, 200])
  assert.is(JSON.parse(page.text).headers['remote-user'], 'alice')
})

step('an application gets user and groups from the gateway alone', async () => {
  const forged = {
    ...{ 'Remote-User': 'root', Remote_User: 'root', 'remote.user': 'root' },
    ...{ 'Remote-Groups': 'admins', REMOTE_GROUPS: 'admins' },
  }
  for (const url of [APP, SITE]) {
    const { headers } = await seen(alice, url, forged)
    assert.equal([headers['remote-user'], headers['remote-groups']], ['alice', 'staff,Domain Users'])
    assert.not.match(JSON.stringify(headers), /root|admins/, url)
  }
  const { headers } = await seen(new Visitor(), 'https://app.example.com/open/', forged)
  assert.equal([headers['remote-user'], headers['remote-groups']], [undefined, undefined])
})

step('so does PHP, whatever the header is called', async () => {
  const authorization = `Basic ${Buffer.from('root:x').toString('base64')}`
  const headers = { 'X-User': 'root', 'Remote-User': 'root', authorization }
  await alice.follow('https://php.example.com/who.php', () => false)
  const { REMOTE_USER, HTTP_X_USER, HTTP_REMOTE_USER } = await seen(alice, 'https://php.example.com/who.php', headers)
  assert.equal([REMOTE_USER, HTTP_X_USER, HTTP_REMOTE_USER], ['alice', 'alice', undefined])
  const free = await seen(new Visitor(), 'https://php.example.com/free/who.php', headers)
  assert.equal([free.REMOTE_USER, free.HTTP_X_USER, free.HTTP_REMOTE_USER], ['', undefined, undefined])
})

step('no application gets the cookies of the gateway, but all others', async () => {
  for (const url of [APP, SITE, 'https://php.example.com/who.php']) {
    const host = new URL(url).hostname
    const session = `${SESSION}=${alice.cookie(host, SESSION)}`
    for (const cookie of [
      `a=1; ${session}; b=2`,
      `a=1; ${SESSION}-begun=x; ${session}; ${SESSION}-asked=y; b=2`,
      `a=1; ${session}; ${SESSION}-asked=y; ${SESSION}-begun=x; b=2`,
    ]) {
      const { headers, HTTP_COOKIE = headers.cookie } = await seen(alice, url, { cookie })
      assert.is(HTTP_COOKIE, 'a=1; b=2', `${url} ${cookie}`)
    }
  }
})

step('large headers', async () => {
  const large = Object.fromEntries(['a', 'b', 'c'].map(name => [`x-${name}`, name.repeat(7000)]))
  const { HTTP_X_C } = await seen(alice, 'https://php.example.com/who.php', large)
  assert.is(HTTP_X_C.length, 7000)
})

step('another name of a site, in any case', async () => {
  const { page } = await alice.follow('https://www.second.example/', () => false)
  assert.is(JSON.parse(page.text).headers['remote-user'], 'alice')
  const cookie = `${SESSION}=${alice.cookie('second.example', SESSION)}`
  assert.is((await alice.open(SITE, { headers: { host: 'SECOND.example', cookie } })).status, 200)
  const begin = 'https://example.com/gabarit-sso/begin?site=elsewhere.second.example&path=/&begun=x'
  assert.is((await alice.open(begin)).status, 404, 'a name that this server does not have')
})

step('a path for another group is closed', async () => {
  assert.is((await alice.open('https://app.example.com/boss/')).status, 403)
  const boss = new Visitor()
  assert.is((await sso.login(boss, 'https://app.example.com/boss/', 'boss', 'B1', ['admins'])).page.status, 200)
})

step('the cookie of a site opens no other one', async () => {
  const token = alice.cookie('app.example.com', SESSION) ?? ''
  const thief = new Visitor()
  const { status } = await thief.open(SITE, { headers: { cookie: `${SESSION}=${token}` } })
  assert.is(status, 302)
})

step('a ticket is for one browser, once', async () => {
  const other = new Visitor()
  const { url } = await alice.follow('https://app.example.com/gabarit-sso/login?to=/y', next =>
    next.includes('/enter?'),
  )
  assert.is((await other.open(url)).status, 403)
  assert.is((await alice.open(url)).status, 403, 'it is used up')
})

step('nobody is sent elsewhere', async () => {
  for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example/']) {
    const start = `https://app.example.com/gabarit-sso/login?to=${encodeURIComponent(to)}`
    const { url } = await alice.follow(start, () => false)
    assert.is(url, 'https://app.example.com/')
  }
  const begin = 'https://example.com/gabarit-sso/begin?site=evil.example&path=/&begun=x'
  assert.is((await alice.open(begin)).status, 404)
})

step('a request by SOAP ends the session with its index, and is answered with our key', async () => {
  const second = new Visitor()
  await sso.login(second, APP, 'alice', 'S2')
  const { body } = await logout({ user: 'alice', name: 'alice', indexes: ['S1'], method: 'soap' })
  const { status, text } = await bySoap(body)
  assert.is(status, 200)
  await sso.provider.order('answered', { user: 'alice', answer: text })
  assert.equal(await inside(alice, second), [false, true])
  assert.is((await alice.open(SITE)).status, 302)
  assert.is((await bySoap(body)).status, 403, 'the same message again')
})

step('without an index all sessions of the user end, also after a restart; others stay', async () => {
  const [bob, phone] = [new Visitor(), new Visitor()]
  await sso.login(bob, APP, 'bob', 'X1')
  await sso.login(alice, APP, 'alice', 'S3')
  await sso.login(phone, APP, 'alice', 'S4')
  await stop(gate, 'SIGKILL')
  assert.equal(await inside(alice, phone, bob), [false, false, false])
  gate = await sso.startGate()
  assert.equal(await inside(alice, phone, bob), [true, true, true])
  const { body } = await logout({ user: 'alice', name: 'alice', indexes: [], method: 'soap' })
  assert.is((await bySoap(body)).status, 200)
  assert.equal(await inside(alice, phone, bob), [false, false, true])
  await stop(gate, 'SIGKILL')
  gate = await sso.startGate()
  assert.equal(await inside(alice, phone, bob), [false, false, true])
  assert.is((await bySoap(body)).status, 403, 'the same message again, after a restart')
})

step('a browser that carries a request about somebody else stays logged in', async () => {
  const bob = new Visitor()
  await sso.login(bob, APP, 'bob', 'X2')
  await sso.login(alice, APP, 'alice', 'S5')
  const { url } = await logout({ user: 'alice', name: 'alice', indexes: ['S5'], method: 'redirect' })
  const { location } = await bob.open(url)
  assert.match(location, /^https:\/\/idp\.example\.net\/SingleLogoutService\?SAMLResponse=.*&RelayState=state/)
  assert.equal(await inside(alice, bob), [false, true])
})

step('an index that is not known is logged, and the own session of the browser ends all the same', async () => {
  await sso.login(alice, APP, 'alice', 'S6')
  const { url } = await logout({ user: 'alice', name: 'alice', indexes: ['S99'], method: 'redirect' })
  assert.is((await alice.open(url)).status, 303)
  assert.equal(await inside(alice), [false])
  assert.match(sso.log(), 'log out "alice" by a browser: no session has the index "S99"')
})

step('a stranger ends nothing', async () => {
  await sso.login(alice, APP, 'alice', 'S7')
  const data = { user: 'alice', name: 'alice', indexes: [], signed: false }
  const soap = await logout({ ...data, method: 'soap' })
  const redirect = await logout({ ...data, method: 'redirect' })
  assert.is((await bySoap(soap.body)).status, 403)
  assert.is((await new Visitor().open(redirect.url)).status, 403)
  const { body } = await logout({ user: 'alice', name: 'nobody', indexes: [], method: 'soap' })
  assert.is((await bySoap(body.replace('>nobody<', '>alice<'))).status, 403, 'altered')
  assert.is((await bySoap(body)).status, 200, 'an unknown user is logged out already')
  assert.equal(await inside(alice), [true])
})

step('the user leaves: a form of ours, then the provider is told', async () => {
  const at = 'https://app.example.com/gabarit-sso/logout'
  assert.is((await alice.post(at, { token: 'x' })).status, 403)
  assert.equal(await inside(alice), [true])
  const [, token = ''] = /name="token" value="([^"]+)"/.exec((await alice.open(at)).text) ?? []
  const { location } = await alice.post(at, { token })
  const { user, url } = await sso.provider.order('left', { user: 'alice', url: location })
  assert.is(user, 'alice')
  assert.equal(await inside(alice), [false])
  assert.match((await alice.open(url)).text, 'You have logged out.')
})

step('an administrator sees who is logged in, and ends it', async () => {
  await sso.login(alice, APP, 'alice', 'S8')
  assert.match(must(words('gabarit sso sessions')), /^alice {2}since .* app\.example\.com/m)
  must(words('gabarit sso end alice'))
  assert.equal(await inside(alice), [false])
})

step('a login is not mixed with passwords, which would not be asked for', () => {
  must(words('db proxies setprop app.example.com BasicAuthFile /etc/passwords'))
  front.refused(/with Login sso the passwords of app\.example\.com would not be asked for/)
  must(words('db proxies delprop app.example.com BasicAuthFile'))
  must(words('db accounts set wiki ibay PublicAccess global-pw BasicAuthFile /etc/passwords'))
  must(words('db domains set third.example domain Content wiki Login sso'))
  front.refused(/Login sso would replace the passwords of the ibay wiki/, 'sso-update')
  must(words('db domains delete third.example'))
})

step('everybody goes to HTTPS for a login', async () => {
  must(words('db proxies setprop app.example.com ForceSSL disabled'))
  front.apply()
  assert.equal(front.visit('http://app.example.com/x').header('Location'), ['https://app.example.com/x'])
})

step('while the gateway is off nobody gets to an application', async () => {
  must(words('config setprop sso status disabled'))
  front.apply('sso-update')
  await stop(gate, 'SIGKILL')
  const statuses = [APP, SITE, 'https://app.example.com/open/'].map(async url => (await alice.open(url)).status)
  assert.equal(await Promise.all(statuses), [503, 403, 200])
})

tests.run()

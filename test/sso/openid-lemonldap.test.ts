// OpenID Connect with a real provider, LemonLDAP::NG, for an application behind nginx and a site of Apache.
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { LemonLdap, OPENID_SECRET, PORTAL, PORTAL_PORT } from './lemonldap.ts'
import { Sso, startApplications } from './office.ts'
import { runBeside, TlsSite } from './tls-site.ts'
import { Visitor } from './visitor.ts'

const { tests, step, front } = throughNginx(
  'OpenID Connect by LemonLDAP::NG',
  'plackup',
  '/usr/share/perl5/Lemonldap/NG/Portal.pm',
  '/usr/share/perl5/String/Random.pm',
  'setpriv',
)

const APP = 'https://app.example.com/x?a=1&b=2'
const SITE = 'https://second.example/'
const sso = new Sso(front.daemons)
const portal = new LemonLdap(front.daemons)
let site: TlsSite
let gate: ChildProcess

tests.after(() => {
  site?.stop()
  portal.stop()
})

/** The portal for the gateway, with a certificate that it trusts. */
async function startTls(): Promise<void> {
  site = await TlsSite.start(4433)
  site.handle = async (asked, answer) => {
    const chunks: Buffer[] = []
    for await (const chunk of asked) chunks.push(chunk)
    const { authorization = '', 'content-type': type = '' } = asked.headers
    const body = asked.method === 'POST' ? { body: Buffer.concat(chunks) } : {}
    const url = `http://127.0.0.1:${PORTAL_PORT}${asked.url}`
    const got = await fetch(url, {
      method: asked.method ?? 'GET',
      headers: { authorization, 'content-type': type },
      ...body,
    })
    answer.writeHead(got.status, { 'content-type': got.headers.get('content-type') ?? '' }).end(await got.text())
  }
}

step('the provider and the applications', async () => {
  await startTls()
  await startApplications(front)
  await portal.start()
  const document: Record<string, unknown> = await portal.discovery()
  for (const name of ['token_endpoint', 'userinfo_endpoint', 'jwks_uri'])
    document[name] = String(document[name]).replace(PORTAL, site.origin)
  mkdirSync('/etc/gabarit/sso', { recursive: true })
  writeFileSync('/etc/gabarit/sso/provider.json', JSON.stringify(document))
  front.record('boss', 'location', { Upstreams: 'http://127.0.0.1:3001', Path: '/boss/', LoginGroups: 'timelords' })
  must(words('db proxies setprop app.example.com Locations boss'))
  front.record(new URL(PORTAL).host, 'proxy', { Upstreams: `http://127.0.0.1:${PORTAL_PORT}` })
  must(words('config set sso service status enabled Protocol openid UserAttribute uid Scopes office'))
  must(words('config setprop sso Metadata /etc/gabarit/sso/provider.json'))
  front.refused(/the provider knows this server by a name: config setprop sso ClientID/, 'sso-update')
  must(words(`config setprop sso ClientID gabarit ClientSecret ${OPENID_SECRET}`))
  front.apply('domain-create second.example')
  front.apply('sso-update')
  await portal.start(must(words('gabarit sso metadata')))
  gate = await sso.startGate()
})

const [dwho, rtyler] = [new Visitor(), new Visitor()]

step('a user of the provider gets to the application, with its name and groups', async () => {
  const { url, page } = await portal.loginByOpenId(dwho, APP, 'dwho')
  assert.is(url, APP, sso.log())
  const { url: asked, headers } = JSON.parse(page.text)
  assert.equal([asked, headers['remote-user']], ['/x?a=1&b=2', 'dwho'])
  assert.equal(headers['remote-groups'].split(',').sort(), ['timelords', 'users'])
  assert.is(JSON.parse((await dwho.follow(SITE, () => false)).page.text).headers['remote-user'], 'dwho')
})

step('a path for a group of the provider is closed to others', async () => {
  await portal.loginByOpenId(rtyler, APP, 'rtyler')
  const statuses = [dwho, rtyler].map(async one => (await one.open('https://app.example.com/boss/')).status)
  assert.equal(await Promise.all(statuses), [200, 403])
})

step('gabarit sso check knows what this provider cannot do', async () => {
  const { status, stdout } = await runBeside('gabarit sso check')
  assert.is(status, 0, stdout)
  assert.match(stdout, /^ok +provider: the document is that of https:\/\/auth\.example\.net\/?$/m)
  assert.match(stdout, /^warning +provider: the provider does not tell of a logout/m)
  assert.match(stdout, /^ok +names: https:\/\/app\.example\.com\/ asks to log in$/m)
})

step('leaving here: the session of the provider ends, and the browser comes back', async () => {
  const at = 'https://app.example.com/gabarit-sso/logout'
  const [, token = ''] = /name="token" value="([^"]+)"/.exec((await dwho.open(at)).text) ?? []
  const { location } = await dwho.post(at, { token })
  assert.match(location, 'https://auth.example.net/oauth2/logout?')
  const { url, page } = await dwho.follow(location, () => false)
  assert.is(url, 'https://example.com/gabarit-sso/left')
  assert.match(page.text, 'You have logged out.')
  assert.match((await dwho.open(PORTAL)).text, 'name="password"')
  const statuses = [dwho, rtyler].map(async one => (await one.open(APP)).status)
  assert.equal(await Promise.all(statuses), [302, 200])
})

step('the secret is in no plan, history or log', async () => {
  must(words('config setprop sso SessionHours 3'))
  for (const line of ['signal-event --dry-run sso-update', 'gabarit show last', 'gabarit history --json'])
    assert.not.match((await runBeside(line)).stdout, OPENID_SECRET, line)
  assert.not.match(sso.log(), OPENID_SECRET)
  assert.is(gate.exitCode, null)
})

tests.run()

// The way into the console by the identity provider, through the real front ends, gateway, pages and helper.
import * as assert from 'uvu/assert'
import { startConsole } from '../console/processes.ts'
import { type Daemons, stop } from '../support/daemons.ts'
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { Sso } from './office.ts'
import { Visitor } from './visitor.ts'

const { tests, step, front } = throughNginx(
  'the console by the identity provider',
  '/usr/lib/python3/dist-packages/lasso.py',
  'setpriv',
)

const CONSOLE = 'https://example.com/server-manager'
const daemons: Daemons = front.daemons
const sso = new Sso(daemons)

tests.after(() => sso.stop())

step('a console whose Login is sso needs groups', async () => {
  await front.start({ '3001': 'app' })
  sso.introduce()
  must(words('config set sso service status enabled'))
  front.apply('sso-update')
  must(words('config setprop httpd-admin status enabled Manager console Login sso'))
  front.refused(
    /everybody whom the provider knows would enter the console: config setprop httpd-admin LoginGroups/,
    'server-manager-update',
  )
  must(words('config setprop httpd-admin LoginGroups admins'))
  front.apply('server-manager-update')
  await startConsole(daemons)
  await sso.startProvider()
})

for (const [server, settings] of Object.entries({
  'nginx in front of httpd': 'config set WebFrontend nginx',
  'httpd in front': 'config set WebFrontend httpd',
  'nginx alone': 'config setprop httpd status disabled',
  'nginx alone, in a site of that name': 'db proxies set example.com proxy Upstreams http://127.0.0.1:3001',
}))
  step(`${server}: whom the provider names enters, until the session ends there`, async () => {
    must(words(settings))
    front.apply('server-manager-update')
    front.apply()
    const gate = await sso.startGate()
    const alice = new Visitor()
    const { page: form } = await alice.follow(`${CONSOLE}/`, () => false)
    assert.match(form.text, 'href="/server-manager/login/sso/begin"')
    const { url, page } = await sso.login(alice, `${CONSOLE}/login/sso/begin`, 'alice', 'S1', ['admins'])
    assert.match(url, `${CONSOLE}/login/sso?ticket=`)
    assert.is(page.status, 200, page.text)
    const home = await alice.open(`${CONSOLE}/`)
    assert.equal([home.status, home.text.includes('alice')], [200, true])
    assert.is((await new Visitor().open(url)).status, 403, 'the ticket is used up')
    const bob = new Visitor()
    assert.is((await sso.login(bob, `${CONSOLE}/login/sso/begin`, 'bob', 'S2', ['staff'])).page.status, 403)
    const request = { user: 'alice', name: 'alice', indexes: ['S1'], method: 'soap', signed: true }
    const { body } = await sso.provider.order('logout', request)
    const soap = { method: 'POST', headers: { 'content-type': 'text/xml' }, body }
    assert.is((await new Visitor().open('https://example.com/gabarit-sso/slo/soap', soap)).status, 200)
    assert.is((await alice.open(`${CONSOLE}/`)).status, 303)
    await stop(gate, 'SIGKILL')
  })

tests.run()

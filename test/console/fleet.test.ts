// The pages of a fleet: what stands there, and what their buttons run.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { formToken } from '../../src/base/token.ts'
import { DIFF, FleetHelper, HALTED, SESSION } from './fleet-pages.ts'
import { formOn } from './forms.ts'

const pages = suite('the pages of a fleet')
const BASE = 'http://server.example.org/server-manager'

async function get(helper: FleetHelper, path: string, language = 'en') {
  const headers = { ...SESSION, cookie: `${SESSION.cookie}; gabarit-language=${language}` }
  const answer = await helper.app.request(`${BASE}${path}`, { headers })
  return { status: answer.status, text: await answer.text(), headers: {} }
}

async function post(helper: FleetHelper, path: string, fields: Record<string, string>) {
  const headers = { ...SESSION, origin: 'https://server.example.org', host: 'server.example.org' }
  const body = new URLSearchParams({ token: formToken('session'), ...fields })
  return (await helper.app.request(`${BASE}${path}`, { method: 'POST', headers, body })).status
}

pages('a halted roll-out: why, every host with what is wrong, and what the next release changes', async () => {
  const { status, text } = await get(new FleetHelper(), '/fleet')
  assert.is(status, 200, text)
  for (const said of [
    ...['Release 3 is halted in wave 1 of 3:', 'www1 went back: httpd does not run', 'group web', '2200'],
    ...['went back from release 3: httpd does not run', 'canary web', '&lt;new&gt;', 'gabarit fleet diff'],
  ])
    assert.ok(text.includes(said), said)
  assert.not.match(text, '<new>')
  assert.match(text, /href="\/server-manager\/fleet" aria-current="page"/)
})

pages('its buttons: go on, publish with a note, back to an earlier release', async () => {
  const helper = new FleetHelper()
  const page = await get(helper, '/fleet')
  assert.is(await post(helper, '/run', { ...formOn(page, '/run') }), 200)
  const publish = { words: '["gabarit","fleet","publish"]', comment: 'new port' }
  assert.ok(page.text.includes('value="[&quot;gabarit&quot;,&quot;fleet&quot;,&quot;publish&quot;]"'))
  assert.is(await post(helper, '/run', publish), 200)
  assert.is(await post(helper, '/fleet/back', { ...formOn(page, '/fleet/back') }), 200)
  assert.equal(
    helper.ran.map(words => words.join(' ')),
    ['gabarit fleet resume', 'gabarit fleet --comment=new port publish', 'gabarit fleet back 2'],
  )
})

pages('one host in detail, in both languages', async () => {
  const helper = new FleetHelper()
  const www1 = (await get(helper, '/fleet/host?name=www1')).text
  for (const said of ['httpd does not run:\n  it is stopped', '3.1: went back', 'Go on without www1'])
    assert.ok(www1.includes(said), said)
  const www2 = (await get(helper, '/fleet/host?name=www2', 'fr')).text
  for (const said of ['gabarit fleet adopt www2', '3.1: appliqué', 'La reprendre pour cet hôte'])
    assert.ok(www2.includes(said), said)
  assert.match((await get(helper, '/fleet/host?name=%3Cnew%3E')).text, 'has never reported')
  assert.is((await get(helper, '/fleet/host?name=other')).status, 404)
})

pages('while a release is rolled out, it can be halted, and nothing else be published', async () => {
  const helper = new FleetHelper()
  const { rollout } = HALTED
  helper.fleet = { ...HALTED, leader: null, rollout: rollout && { ...rollout, state: 'running', reason: '' } }
  const { text } = await get(helper, '/fleet')
  assert.match(text, 'No controller leads')
  assert.match(text, '<code>gabarit fleet halt</code>')
  assert.not.match(text, 'gabarit fleet publish')
  helper.fleet = { rollout: null, problem: null, leader: 'gate', hosts: [] }
  helper.diff = { ...DIFF, parts: [] }
  const empty = (await get(helper, '/fleet')).text
  for (const said of ['Nothing was published yet.', 'No host has joined.', 'Nothing: all was published.'])
    assert.ok(empty.includes(said), said)
})

pages('a roll-out that nobody has signed is told, not that there is none', async () => {
  const helper = new FleetHelper()
  helper.fleet = { ...HALTED, rollout: null, problem: 'the roll-out is <not> signed' }
  const { text } = await get(helper, '/fleet')
  assert.match(text, 'the roll-out is &lt;not&gt; signed')
  assert.not.match(text, 'Nothing was published yet.')
})

pages('the menu names it only on a controller', async () => {
  const helper = new FleetHelper()
  assert.match((await get(helper, '/fleet')).text, 'href="/server-manager/fleet"')
  const other = new FleetHelper()
  other.pages = []
  const headers = { ...SESSION, cookie: '__Secure-gabarit=another' }
  const text = await (await other.app.request(`${BASE}/nowhere`, { headers })).text()
  assert.match(text, 'href="/server-manager/backup"')
  assert.not.match(text, 'href="/server-manager/fleet"')
})

pages.run()

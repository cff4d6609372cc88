// The pages of a fleet: what stands there, and what their buttons run.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { formToken } from '../../src/base/token.ts'
import { DIFF, FleetHelper, HALTED, SESSION, WAVES } from './fleet-pages.ts'
import { formOn } from './forms.ts'
import { unescapeHtml } from './web-console.ts'

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

/** Where each button leads that shows a plan. */
const plansOn = ({ text }: { text: string }) =>
  [...text.matchAll(/href="([^"]*\/fleet\/plan\?[^"]*)"/g)].map(([, href = '']) =>
    unescapeHtml(href).slice('/server-manager'.length),
  )

pages('no button runs anything at once: each shows what it would do, and only that is carried out', async () => {
  const helper = new FleetHelper()
  const { rollout } = HALTED
  const seen = await get(helper, '/fleet')
  assert.not.match(seen.text, 'action="/server-manager/run"')
  helper.fleet = { ...HALTED, rollout: rollout && { ...rollout, state: 'running', reason: '' } }
  helper.diff = { ...DIFF, newest: 4 }
  const [running, www1, www2] = [await get(helper, '/fleet'), '/fleet/host?name=www1', '/fleet/host?name=www2']
  helper.fleet = HALTED
  const all = [seen, running, await get(helper, www1), await get(helper, www2)].flatMap(plansOn)
  const commands = all.map(path =>
    JSON.parse(new URL(path, BASE).searchParams.get('words') ?? '')
      .slice(2)
      .join(' '),
  )
  const verbs = ['resume', 'publish', 'halt', 'pull', 'resume --without www1', 'resume --without www2', 'adopt www2']
  assert.equal([...new Set(commands)].sort(), verbs.sort())
  helper.plans = {
    'gabarit fleet --dry-run --json publish': WAVES,
    'gabarit fleet --dry-run --json halt': { release: 4, without: ['www3'] },
    'gabarit fleet --dry-run --json adopt www2': { adopted: DIFF.parts[0]?.properties },
  }
  for (const [verb, said, fields] of [
    ['publish', ['Release 4 goes to 3 hosts', 'Wave 2', 'www2 www3', '&lt;new&gt;'], { comment: 'new port' }],
    ['halt', ['Who does not get release 4', 'www3'], { comment: '-x' }],
    ['adopt', ['sshd', '2200'], {}],
  ] as const) {
    const page = await get(helper, all.find(path => path.includes(verb)) ?? '')
    for (const text of said) assert.ok(page.text.includes(text), text)
    assert.is(await post(helper, '/run', { ...formOn(page, '/run'), ...fields }), 200)
  }
  assert.equal(
    helper.ran.map(words => words.join(' ')),
    [
      'gabarit fleet --comment=new port --plan 0123456789ab publish',
      'gabarit fleet --comment=-x halt',
      'gabarit fleet adopt www2',
    ],
  )
})

pages('back to an earlier release: what is wrong with its number stands at the field, which keeps it', async () => {
  const helper = new FleetHelper()
  helper.plans = {
    'gabarit fleet --dry-run --json back 2': WAVES,
    'gabarit fleet --dry-run --json back <two>': 'this is not the number of a release: <two>',
  }
  const field = formOn(await get(helper, '/fleet'), '/fleet/back')
  const page = await get(helper, `/fleet/back?${new URLSearchParams(field)}`)
  assert.is(await post(helper, '/run', formOn(page, '/run')), 200)
  assert.equal(helper.ran, [['gabarit', 'fleet', '--plan', '0123456789ab', 'back', '2']])
  const { status, text } = await get(helper, '/fleet/back?release=%3Ctwo%3E', 'fr')
  assert.is(status, 422)
  assert.match(text, /id="release-error"><p lang="en">this is not the number of a release: &lt;two&gt;<\/p>/)
  assert.match(text, /id="release"[^>]* value="&lt;two&gt;"[^>]* aria-invalid="true"/)
})

pages('a plan that is refused says why; for what both have changed, with the ways out', async () => {
  const helper = new FleetHelper()
  helper.plans = { 'gabarit fleet --dry-run --json pull': 'both have changed:\nall: <x>' }
  const { status, text } = await get(helper, `/fleet/plan?words=${encodeURIComponent('["gabarit","fleet","pull"]')}`)
  assert.is(status, 422)
  for (const said of ['all: &lt;x&gt;', 'gabarit fleet pull --mine --dry-run', 'gabarit fleet pull --theirs --dry-run'])
    assert.ok(text.includes(said), said)
})

pages('one host in detail, in both languages', async () => {
  const helper = new FleetHelper()
  const www1 = (await get(helper, '/fleet/host?name=www1')).text
  for (const said of ['httpd does not run:\n  it is stopped', '3.1: went back', 'Go on without www1'])
    assert.ok(www1.includes(said), said)
  const www2 = (await get(helper, '/fleet/host?name=www2', 'fr')).text
  for (const said of ['gabarit fleet adopt www2', '3.1: appliqué', 'Garder sa valeur pour cet hôte'])
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
  assert.match(text, '<code>gabarit fleet halt --dry-run</code>')
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

// `gabarit adopt`: an edit becomes a fragment when it has a place in one, and nothing changes when it has none.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { adoptPlan } from '../../src/customize/adopt.ts'
import { overrideContents, readBases } from '../../src/override/bases.ts'
import { commitOne } from '../../src/transaction/transaction.ts'
import { Engine, type TestRecords } from '../support/engine.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const adopt = suite('adopt')

const HOSTS: TestRecords = { a: ['host', { IP: '10.0.0.1' }], b: ['host', { IP: '10.0.0.2' }] }
const FRAGMENTS = {
  '10local': '127.0.0.1 localhost\n::1 ip6-localhost\n',
  '20hosts':
    '# hosts\n<% for (const host of db("hosts").all()) { %>\n<%= host.IP %> <%= host.key %>\n# of a host\n<% } %>\n# end of hosts\n',
  '30more': '<% if (config.more) { %>\nmore 1\nmore 2\n<% } %>\nlast\n',
}

async function server(fragments: Readonly<Record<string, string>> = FRAGMENTS, metadata?: object): Promise<Engine> {
  const engine = new Engine({ hosts: HOSTS, configuration: { more: ['yes'] } })
  engine.template('etc/x', fragments, metadata)
  await engine.apply('etc/x')
  return engine
}

/** Edits /etc/x by hand. */
function edit(engine: Engine, change: (text: string) => string): string {
  const before = engine.read('/etc/x')
  const after = change(before)
  assert.is.not(after, before)
  engine.write('/etc/x', after)
  return after
}

function run(engine: Engine): Promise<number> {
  const context = engine.context()
  const asked = { user: 'root', via: 'shell', command: 'adopt', args: ['/etc/x'], comment: null }
  return commitOne(
    { context, lock: { joined: false, token: '', release: () => undefined }, report: () => undefined },
    asked,
    adoptPlan(context, '/etc/x'),
  )
}

const custom = (engine: Engine, name: string) => {
  const file = engine.path(`/etc/gabarit/templates-custom/etc/x/${name}`)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

const body = (text: string) => text.replace(/^# -{72}\n[\s\S]*?\n# -{72}\n/, '')

type Placed = readonly [what: string, change: (text: string) => string, fragments: Readonly<Record<string, string>>]

const PLACED: readonly Placed[] = [
  [
    'a changed line',
    text => text.replace('::1 ip6-localhost', '::1 six'),
    { '10local': '127.0.0.1 localhost\n::1 six\n' },
  ],
  [
    'a new line between',
    text => text.replace('::1', 'mine\n::1'),
    { '10local': '127.0.0.1 localhost\nmine\n::1 ip6-localhost\n' },
  ],
  [
    'a new line below the banner',
    text => text.replace('127.0.0.1', 'first\n127.0.0.1'),
    { '10local': `first\n${FRAGMENTS['10local']}` },
  ],
  ['new lines at the end', text => `${text}and\nmore\n`, { '30more': `${FRAGMENTS['30more']}and\nmore\n` }],
  ['a removed line', text => text.replace('127.0.0.1 localhost\n', ''), { '10local': '::1 ip6-localhost\n' }],
  [
    'a line in a block that is printed once',
    text => text.replace('more 1\n', 'more 0\nmore 1b\n'),
    { '30more': FRAGMENTS['30more'].replace('more 1\n', 'more 0\nmore 1b\n') },
  ],
  [
    'a line between two fragments',
    text => text.replace('# hosts\n', 'between\n# hosts\n'),
    { '10local': `${FRAGMENTS['10local']}between\n` },
  ],
  [
    'edits of several fragments',
    text => text.replace('::1', ':::1').replace('# end', '# the end').replace('last', 'LAST'),
    {
      '10local': FRAGMENTS['10local'].replace('::1', ':::1'),
      '20hosts': FRAGMENTS['20hosts'].replace('# end', '# the end'),
      '30more': FRAGMENTS['30more'].replace('last', 'LAST'),
    },
  ],
]

for (const [what, change, fragments] of PLACED)
  adopt(`placed: ${what}`, async () => {
    const engine = await server()
    const edited = edit(engine, change)
    assert.is(await run(engine), 0)
    for (const name of Object.keys(FRAGMENTS)) assert.is(custom(engine, name), fragments[name], name)
    assert.is(body(engine.text('etc/x')), body(edited), 'expanding gives the edit')
    assert.is(engine.read('/etc/x'), engine.text('etc/x'), 'the file has its new banner')
    assert.equal([engine.plan('etc/x').changes, engine.plan('etc/x').drift], [[], []])
    for (const name of Object.keys(fragments)) {
      const base = readBases(engine.places).get(`templates/etc/x/${name}`)?.sha256 ?? ''
      assert.is(overrideContents(engine.places).get(base).toString(), FRAGMENTS[name as keyof typeof FRAGMENTS])
    }
    engine.remove()
  })

adopt('without a banner not one byte of the file changes; an own fragment is changed where it is', async () => {
  const engine = await server({ 'template-begin': '', '10a': 'one\ntwo' })
  engine.site('templates-custom/etc/x/10a', 'mine\ntwo')
  await engine.apply('etc/x')
  edit(engine, text => text.replace('two', 'three\n'))
  const before = treeState(engine.path('/etc/x'))
  await run(engine)
  assert.equal(treeChanges(before, treeState(engine.path('/etc/x'))), [])
  assert.is(custom(engine, '10a'), 'mine\nthree\n')
  assert.equal(engine.plan('etc/x').drift, [])
  engine.remove()
})

adopt('a template of a single file', async () => {
  const engine = new Engine()
  engine.ship('templates/etc/x', 'one\ntwo\n')
  await engine.apply('etc/x')
  edit(engine, text => `${text}three\n`)
  await run(engine)
  assert.is(readFileSync(engine.path('/etc/gabarit/templates-custom/etc/x'), 'utf8'), 'one\ntwo\nthree\n')
  engine.remove()
})

adopt('what has changed in templates since stays, and the edit is merged into it', async () => {
  const engine = await server({ '10a': 'one\ntwo\nthree\n' })
  engine.ship('templates/etc/x/10a', 'ONE\ntwo\nthree\n')
  edit(engine, text => text.replace('three', 'THREE'))
  await run(engine)
  assert.is(body(engine.read('/etc/x')), 'ONE\ntwo\nTHREE\n')
  engine.ship('templates/etc/x/10a', 'x\n')
  engine.remove()
})

const COMPUTED = {
  '10local': '<%= "127.0.0.1 localhost" %>\n',
  '20hosts': '<% for (const host of db("hosts").all()) { %>\n<%= host.IP %> <%= host.key %>\n<% } %>\n',
}

adopt(
  'lines behind the last computed one, or between two fragments that compute theirs, become fragments',
  async () => {
    const engine = await server(COMPUTED)
    const text = edit(engine, text => `${text.replace('10.0.0.1', '# hosts\n10.0.0.1')}192.168.1.9 printer\n`)
    await run(engine)
    assert.is(custom(engine, '10localOwn'), '# hosts\n')
    assert.is(custom(engine, '90Own'), '192.168.1.9 printer\n')
    assert.is(body(engine.read('/etc/x')), body(text))
    edit(engine, text => `${text}192.168.1.8 camera\n`)
    await run(engine)
    assert.is(custom(engine, '90Own'), '192.168.1.9 printer\n192.168.1.8 camera\n')
    engine.remove()
  },
)

adopt('a line between two computed ones of a fragment has no place', async () => {
  const engine = await server(COMPUTED)
  edit(engine, text => text.replace('10.0.0.2', 'mine\n10.0.0.2'))
  const { message } = await engine.refused(() => run(engine))
  assert.match(message, 'it is printed by code')
  assert.is(custom(engine, '20hostsOwn'), undefined)
  engine.remove()
})

type Refused = readonly [what: string, change: (text: string) => string, why: RegExp]

const REFUSED: readonly Refused[] = [
  [
    'a computed line',
    text => text.replace('10.0.0.1 a', '10.0.0.1 a alias'),
    /line \d+: it is printed by code, .*20hosts:3/,
  ],
  [
    'a plain line of a loop',
    text => text.replace('# of a host', '# of the host'),
    /it is printed in a loop, .*20hosts:4/,
  ],
  ['the banner', text => text.replace('Generated by gabarit', 'Generated by me'), /line 2: it is in the banner/],
  [
    'lines over two fragments',
    text => text.replace('::1 ip6-localhost\n# hosts\n', 'both\n'),
    /it spans two fragments, .*10local and .*20hosts/,
  ],
  ['lines with code between', text => text.replace('more 2\nlast\n', 'all\n'), /code between these lines in .*30more/],
  ['text that would be code', text => `${text}<% run() %>\n`, /contains <%/],
  [
    'one hunk that fits and one that does not',
    text => text.replace('::1', '1').replace('10.0.0.2', 'x'),
    /printed by code/,
  ],
]

for (const [what, change, why] of REFUSED)
  adopt(`refused, and nothing changed: ${what}`, async () => {
    const engine = await server()
    edit(engine, change)
    const before = treeState(engine.path('/etc'), engine.path('/var/lib/gabarit/manifest.json'))
    const failure = await engine.refused(() => run(engine))
    assert.match(failure.message, why)
    assert.match(failure.hint ?? '', 'gabarit customize /etc/x')
    assert.match(failure.hint ?? '', 'gabarit pin /etc/x')
    assert.is(failure.status, 3)
    assert.equal(treeChanges(before, treeState(engine.path('/etc'), engine.path('/var/lib/gabarit/manifest.json'))), [])
    engine.remove()
  })

adopt('refused by a check of the site: neither fragment nor file changes', async () => {
  const engine = await server()
  edit(engine, text => text.replace('last', 'LAST'))
  engine.write('/etc/gabarit/checks.d/never', '#!/bin/sh\necho not today\nexit 1\n', 0o755)
  const before = treeState(engine.path('/etc'))
  assert.match((await engine.refused(() => run(engine))).message, 'not today')
  assert.equal(
    treeChanges(before, treeState(engine.path('/etc'))).filter(line => !/^[^:]*\/etc(\/gabarit)?:/.test(line)),
    [],
  )
  assert.is(custom(engine, '30more'), undefined)
  assert.not.ok(existsSync(engine.path('/etc/gabarit/templates-custom')))
  engine.remove()
})

adopt('refused: a loop that ran only once', async () => {
  const engine = await server({ '10a': '<% for (const x of [{ y: [1] }]) { if (x) { %>\nonce\n<% } } %>\nplain\n' })
  edit(engine, text => text.replace('once', 'twice'))
  assert.match((await engine.refused(() => run(engine))).message, 'in a loop')
  engine.write('/etc/x', engine.text('etc/x').replace('plain', 'very plain'))
  assert.is(await run(engine), 0)
  engine.remove()
})

adopt('refused: a sub-template, one file per record, and fragments of other files too', async () => {
  const engine = await server({ '10a': "plain\n<%~ template('Part') %>\n", 'Part/10p': 'part\n' })
  edit(engine, text => text.replace('part', 'my part'))
  assert.match((await engine.refused(() => run(engine))).message, /sub-template, .*Part\/10p:1/)
  edit(engine, text => text.replace('my part', 'part').replace('plain', 'mine'))
  engine.template('etc/y', {}, { template: '/etc/x' })
  assert.match((await engine.refused(() => run(engine))).message, 'also change other files: /etc/y')
  engine.template('etc/z', { '10a': 'plain\n' }, { each: { db: 'hosts' }, output: '/etc/z/{key}' })
  await engine.apply('etc/z')
  engine.write('/etc/z/a', `${engine.read('/etc/z/a')}mine\n`)
  assert.match((await engine.refused(() => adoptPlan(engine.context(), '/etc/z/a'))).message, 'for each record')
  assert.is(custom(engine, '10a'), undefined)
  engine.remove()
})

adopt(
  'refused: nothing to adopt, no file, a clash with what has changed, bytes that are lost, blank lines squeezed',
  async () => {
    const engine = await server({ '10a': 'one\ntwo\nthree\n' }, { squeezeBlank: true })
    const why = async () => (await engine.refused(() => run(engine))).message
    assert.match(await why(), 'nothing to adopt')
    edit(engine, text => text.replace('two', '\n\n\n2'))
    assert.match(await why(), 'does not produce the edited text')
    engine.ship('templates/etc/x/10a', 'one\n22\nthree\n')
    assert.match(await why(), 'conflicts with later changes')
    engine.write('/etc/x', engine.read('/etc/x').replace('\n\n\n2', 'two'))
    assert.match(await why(), 'was not edited by hand')
    const engine2 = await server({ '10a': 'one\ntwo\nthree\n' })
    engine2.ship('templates/etc/x/10a', 'one\ntwo\n3\n')
    edit(engine2, text => text.replace('one', '1'))
    engine2.write('/var/lib/gabarit/written/x', '')
    for (const name of readdirSync(engine2.path('/var/lib/gabarit/written')))
      if (name !== 'x') rmSync(engine2.path(`/var/lib/gabarit/written/${name}`))
    assert.match((await engine2.refused(() => run(engine2))).message, 'is no longer known')
    rmSync(engine2.path('/etc/x'))
    assert.match((await engine2.refused(() => run(engine2))).message, 'there is no file')
    assert.match(
      (await engine2.refused(() => adoptPlan(engine2.context(), '/etc/xx'))).message,
      'did you mean "/etc/x"',
    )
    engine.remove()
    engine2.remove()
  },
)

adopt.run()

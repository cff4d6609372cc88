import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Engine, failureOf, type TestRecords } from '../support/engine.ts'

const outputs = suite('outputs of templates')

const EACH = { each: { db: 'vpn', type: 'tunnel' }, output: '/etc/openvpn/{key}.conf', comment: 'none' }
const tunnels = (...keys: string[]): TestRecords =>
  Object.fromEntries(keys.map(key => [key, ['tunnel', { port: '1' }]]))

/** An engine with one output per tunnel. */
function withTunnels(records: TestRecords, metadata: object = {}): Engine {
  const engine = new Engine({ vpn: { other: ['host'], ...records } })
  engine.template('vpn', { '10a': '<%= item.key %> <%= item.port %> <%= target %>\n' }, { ...EACH, ...metadata })
  return engine
}

/** Paths, contents and links. */
const made = (engine: Engine, name = 'vpn') =>
  engine.expand(name).map(({ path, content, link }) => [path, content, link])

outputs('each: one output per record of a type, in byte order', () => {
  const engine = withTunnels(tunnels('b', 'a', 'B'))
  assert.equal(made(engine), [
    ['/etc/openvpn/B.conf', 'B 1 /etc/openvpn/B.conf\n', undefined],
    ['/etc/openvpn/a.conf', 'a 1 /etc/openvpn/a.conf\n', undefined],
    ['/etc/openvpn/b.conf', 'b 1 /etc/openvpn/b.conf\n', undefined],
  ])
  engine.database('vpn', {})
  assert.equal(made(engine), [])
  engine.remove()
})

outputs('each: only where the properties fit', () => {
  const engine = withTunnels(
    {
      a: ['tunnel', { port: '1', status: 'enabled' }],
      b: ['tunnel', { port: '1', status: 'disabled' }],
      c: ['tunnel', { port: '1' }],
    },
    { each: { ...EACH.each, where: { status: 'enabled' } } },
  )
  assert.equal(
    made(engine).map(([path]) => path),
    ['/etc/openvpn/a.conf'],
  )
  engine.remove()
})

outputs('each: only keys that fit the regular expression as a whole', () => {
  const key = 'vpn(-.+)?'
  const engine = withTunnels(tunnels('vpn', 'vpn-two', 'vpns', 'xvpn'), { each: { ...EACH.each, key } })
  assert.equal(
    made(engine).map(([path]) => path),
    ['/etc/openvpn/vpn.conf', '/etc/openvpn/vpn-two.conf'],
  )
  engine.remove()
})

outputs('a property of the record in the path, and its key in what is notified', () => {
  const output = '/etc/ccd/{server}/{key}'
  const engine = withTunnels(
    { a: ['tunnel', { port: '1', server: 'one' }], b: ['tunnel', { port: '1', server: 'two' }] },
    { output, notify: ['vpn-{key}:restart', 'all:reload'] },
  )
  assert.equal(
    engine.expand('vpn').map(({ path, metadata }) => [path, ...metadata.notify]),
    [
      ['/etc/ccd/one/a', 'vpn-a:restart', 'all:reload'],
      ['/etc/ccd/two/b', 'vpn-b:restart', 'all:reload'],
    ],
  )
  assert.equal(engine.plan('vpn').notify, ['vpn-a:restart', 'all:reload', 'vpn-b:restart'])
  engine.remove()
  for (const server of ['../x', 'a/b']) {
    const hostile = withTunnels({ a: ['tunnel', { port: '1', server }] }, { output })
    assert.match(failureOf(() => hostile.expand('vpn')).message, 'cannot name a file')
    hostile.remove()
  }
  const unfinished = withTunnels({ a: ['tunnel', { port: '1' }] }, { output })
  const { message, hint } = failureOf(() => unfinished.expand('vpn'))
  assert.is(message, 'the record "a" has no server, which is in the path of its file')
  assert.match(hint ?? '', 'gabarit initialize-default-databases')
  unfinished.remove()
})

outputs('link: beside each output, or only where the properties fit', () => {
  const records: TestRecords = { a: ['tunnel', { port: '1', status: 'enabled' }], b: ['tunnel', { port: '1' }] }
  const all = withTunnels(records, { link: '/etc/openvpn/on/{key}.conf' })
  assert.equal(
    made(all).map(([, , link]) => link),
    ['/etc/openvpn/on/a.conf', '/etc/openvpn/on/b.conf'],
  )
  all.remove()
  const some = withTunnels(records, { link: { path: '/etc/openvpn/on/{key}.conf', where: { status: 'enabled' } } })
  assert.equal(
    made(some).map(([, , link]) => link),
    ['/etc/openvpn/on/a.conf', undefined],
  )
  some.remove()
})

outputs('settings in paths: output, link and checkers follow a property', () => {
  const engine = withTunnels(tunnels('a'), {
    output: '{vpn.Dir}/{key}.conf',
    link: '{vpn.Dir}/on/{key}.conf',
    validate: [['check', '-c', '{vpn.Dir}/all.conf', '{}']],
  })
  assert.match(failureOf(() => engine.expand('vpn')).message, '{vpn.Dir} is used in a path, but the configuration')
  for (const bad of ['etc', '/etc/../x', '/a\nb']) {
    engine.database('configuration', { vpn: ['service', { Dir: bad }] })
    assert.match(failureOf(() => engine.expand('vpn')).message, 'not an absolute path')
  }
  engine.database('configuration', { vpn: ['service', { Dir: '/srv/$&' }] })
  const [output] = engine.expand('vpn')
  assert.is(output?.path, '/srv/$&/a.conf')
  assert.is(output?.link, '/srv/$&/on/a.conf')
  assert.equal(output?.metadata.validate, [['check', '-c', '/srv/$&/all.conf', '{}']])
  assert.ok(output?.reads.some(({ database, key }) => database === 'configuration' && key === 'vpn'))
  engine.remove()
})

for (const key of ['.', '..', '../x', 'a/b', '/', 'a\nb', '\x7f', 'x'.repeat(201)])
  outputs(`a key that cannot name a file: ${JSON.stringify(key.slice(0, 20))}`, () => {
    const engine = withTunnels(tunnels('good', key))
    assert.match(failureOf(() => engine.expand('vpn')).message, 'cannot name a file')
    engine.remove()
  })

outputs('keys that name files as they are', () => {
  const keys = ['$&', '$$', "$'", '{key}', 'a b', '-x', '*', 'é', '~', '#x', '.hidden', 'a|b', '__proto__']
  const engine = withTunnels(tunnels(...keys))
  assert.equal(
    made(engine)
      .map(([path]) => path)
      .sort(),
    keys.map(key => `/etc/openvpn/${key}.conf`).sort(),
  )
  engine.remove()
})

outputs('each without {key} in the output is refused', () => {
  const engine = withTunnels(tunnels('a'), { output: '/etc/x.conf' })
  assert.match(failureOf(() => engine.expand('vpn')).message, 'needs {key}')
  engine.remove()
})

outputs('a setting in the paths, with the record behind it; no value of a setting is taken for the record', () => {
  const engine = withTunnels(tunnels('a'), { output: '{vpn.Dir}/{key}/{port}.conf', link: '{vpn.Dir}/on/{key}' })
  const expand = (Dir: string) => {
    engine.database('configuration', { vpn: ['service', { Dir }] })
    return made(engine).map(([path, , link]) => [path, link])
  }
  assert.equal(expand('/srv/$&'), [['/srv/$&/a/1.conf', '/srv/$&/on/a']])
  assert.match(
    failureOf(() => expand('/srv/{port}')).message,
    '{vpn.Dir} is "/srv/{port}": a path must not contain braces',
  )
  assert.match(failureOf(() => expand('/srv/../etc')).message, 'not an absolute path without ".."')
  assert.match(failureOf(() => expand('srv')).message, 'not an absolute path')
  assert.match(failureOf(() => expand('')).message, 'the configuration has no such property')
  engine.remove()
})

outputs('delete: the output must not exist, and no fragment runs', () => {
  const engine = new Engine()
  engine.template('gone', { '10a': '<% fail("ran") %>' }, { delete: true })
  assert.equal(made(engine, 'gone'), [['/gone', undefined, undefined]])
  engine.remove()
})

outputs('skipFile: nothing for this output, also from a sub-template; the next ones are not touched by it', () => {
  const engine = withTunnels(tunnels('a', 'b', 'c'), { link: '/etc/on/{key}' })
  engine.template('vpn', {
    '10a': 'head\n<%~ template("Sub", item) %>\ntail\n',
    'Sub/10s': 'x\n<% if (item.key === "b") skipFile() %>\n<%= item.key %>\n',
  })
  assert.equal(made(engine), [
    ['/etc/openvpn/a.conf', 'head\nx\na\ntail\n', '/etc/on/a'],
    ['/etc/openvpn/b.conf', undefined, undefined],
    ['/etc/openvpn/c.conf', 'head\nx\nc\ntail\n', '/etc/on/c'],
  ])
  engine.remove()
})

outputs('vars: shared by the fragments of one output, new for the next and for a sub-template', () => {
  const engine = withTunnels(tunnels('a', 'b'))
  engine.template('vpn', {
    '10a': '<% vars.list("seen").push(item.key); vars.word = "w" + item.key %>\n',
    '20b':
      '<%= vars.seen.join() %> <%= vars.word %> <%= "word" in vars ? "in" : "out" %> <%= Object.keys({ ...vars }).join() %>\n<%~ template("Sub") %>\n',
    'Sub/10s': '<%= "word" in vars ? "in" : "out" %>\n',
  })
  assert.equal(
    made(engine).map(([, text]) => text),
    ['a wa in seen,word\nout\n', 'b wb in seen,word\nout\n'],
  )
  engine.remove()
})

outputs('what a fragment sees: records, collections, scalars', () => {
  const engine = new Engine({
    configuration: {
      DomainName: ['example.org'],
      'a-b': ['service', { status: 'enabled', key: 'k', constructor: 'c' }],
    },
    hosts: {
      'b.org': ['host', { Type: 'x' }],
      'a.org': ['host', { Type: 'y' }],
      net: ['network', { Names: 'One, two one' }],
    },
  })
  const rows = {
    'config.DomainName': 'example.org',
    'config["a-b"].type + config["a-b"].key': 'servicea-b',
    'config["a-b"].properties.key': 'k',
    'config["a-b"].constructor': 'c',
    'typeof db("hosts").get("net").constructor': 'undefined',
    'typeof config.nothing': 'undefined',
    'typeof config.toString': 'undefined',
    '"DomainName" in config': 'true',
    'db("hosts").all("host").map(h => h.key).join()': 'a.org,b.org',
    'db("hosts").keys().join()': 'a.org,b.org,net',
    'db("hosts").where({ Type: "x" }).map(h => h.key).join()': 'b.org',
    'db("hosts").listing("Names", "ONE").map(h => h.key).join()': 'net',
    'db("hosts").listing("Names", "three").length + db("hosts").listing("Type", "x").length': '1',
    'db("hosts").has("c.org")': 'false',
    'typeof db("hosts").get("c.org")': 'undefined',
    'on(config["a-b"]) + " " + off("no") + " " + on(undefined) + " " + on("yes")': 'true true false true',
    'list(" a, b ;c\\td,, ").join("|")': 'a|b|c|d',
    'list(undefined).length': '0',
    'uniq(["b", "a", "b"]).join()': 'b,a',
    '["b10.x", "b2.x", "a.y", "a.x"].sort(byName).join()': 'a.x,b2.x,b10.x,a.y',
    '["10.0.0.10", "10.0.0.9", "::1", "x"].sort(byIp).join()': '10.0.0.9,10.0.0.10,::1,x',
    'slash("http://x//") + slash("/a")': 'http://x//a/',
    'folderName("https://ca.example:14000/dir") + folderName("http://../a/")': 'ca.example_14000__a',
    'event.name + event.args.length': '0',
    target: '/t',
  }
  for (const [expression, expected] of Object.entries(rows)) {
    engine.ship('templates/t', `<%= String(${expression}) %>\n`)
    assert.is(engine.text('t'), `${expected}\n`, expression)
  }
  engine.remove()
})

outputs('two runs make the same bytes', () => {
  const engine = withTunnels(tunnels('a', 'b'))
  assert.equal(made(engine), made(engine))
  engine.remove()
})

outputs.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Engine, failureOf } from '../support/engine.ts'

const metadata = suite('template.json')

/** The failure that a shipped `template.json` with this text leads to. */
function refused(json: string | object) {
  const engine = new Engine()
  const file = engine.ship('templates/t/template.json', typeof json === 'string' ? json : JSON.stringify(json))
  engine.ship('templates/t/10a', 'a\n')
  const failure = failureOf(() => engine.expand('t'))
  engine.remove()
  assert.is(failure.where, file)
  assert.is(failure.status, 3)
  return failure.message
}

const WRONG: readonly (readonly [json: string | object, message: RegExp])[] = [
  ['{', /not JSON/],
  ['', /not JSON/],
  ['[]', /must be a JSON object/],
  ['null', /must be a JSON object/],
  [{ onwer: 'root' }, /unknown key "onwer"; did you mean "owner"\?/],
  ['{"__proto__": "x"}', /unknown key "__proto__"/],
  [{ constructor: 'x' }, /unknown key "constructor"/],
  [{ owner: 0 }, /"owner" must be a non-empty string/],
  [{ group: '' }, /"group" must be a non-empty string/],
  [{ mode: 644 }, /"mode" must be an octal string/],
  [{ mode: '0999' }, /"mode" must be an octal string/],
  [{ mode: '64' }, /"mode" must be an octal string/],
  [{ output: 'etc/x' }, /"output" must be an absolute path/],
  [{ output: '/etc/../x' }, /"output" must be an absolute path without "\.\."/],
  [{ template: 'x' }, /"template" must be an absolute path/],
  [{ comment: 'hash' }, /"comment" must be one of #/],
  [{ format: 'apach' }, /"format" must be one of .*; did you mean "apache"\?/],
  [{ format: 'constructor' }, /"format" must be one of/],
  [{ each: 'vpn' }, /"each" must be an object with "db"/],
  [{ each: { type: 'x' } }, /"each" must be an object with "db"/],
  [{ each: { db: 'x', type: 5 } }, /"each" must be/],
  [{ each: { db: 'x', where: { a: 1 } } }, /"each" must be/],
  [{ each: { db: 'x', were: {} } }, /"each" must be/],
  [{ each: { db: 'x', key: '(' } }, /"each" must be .*regular expression/],
  [{ output: '/x/{key}' }, /"output" has \{key\}, but without "each"/],
  [{ output: '/x/{server}' }, /"output" has \{server\}, but without "each".* the property from/],
  [{ link: '/x/{key}' }, /"link" has \{key\}, but without "each"/],
  [{ notify: ['vpn-{key}:restart'] }, /"notify" has \{key\}, but without "each"/],
  [{ link: 'x' }, /"link" must be an absolute path/],
  [{ link: { where: {} } }, /"link" must be/],
  [{ link: { path: '/x', were: {} } }, /"link" must be/],
  [{ validate: 'apache2 -t' }, /"validate" must be a list of commands/],
  [{ validate: ['apache2', '-t'] }, /"validate" must be a list of commands/],
  [{ validate: [[]] }, /"validate" must be a list of commands/],
  [{ notify: 'httpd:reload' }, /"notify" must be a list/],
  [{ notify: ['httpd'] }, /"notify" must be a list/],
  [{ notify: ['httpd:relaod'] }, /"notify" .*relaod.*; did you mean "reload"\?/],
  [{ delete: 'yes' }, /"delete" must be true or false/],
  [{ squeezeBlank: 1 }, /"squeezeBlank" must be true or false/],
]
for (const [json, message] of WRONG)
  metadata(`refused: ${typeof json === 'string' ? json : JSON.stringify(json)}`, () =>
    assert.match(refused(json), message),
  )

metadata('all that is wrong is said at once', () => {
  assert.match(refused({ mode: 1, delete: 2 }), /"mode".*; "delete"/)
})

metadata('a custom file overrides key by key, whole values', () => {
  const engine = new Engine()
  engine.template('t', { '10a': 'a\n' }, { mode: '0600', owner: '7', comment: ';', notify: ['a:reload', 'b:reload'] })
  engine.site('templates-custom/t/template.json', JSON.stringify({ mode: '0640', notify: ['c:restart'] }))
  const [output] = engine.expand('t')
  assert.is(output?.metadata.mode, 0o640)
  assert.is(output?.metadata.owner, '7')
  assert.equal(output?.metadata.notify, ['c:restart'])
  assert.match(output?.content ?? '', /^; ---/)
  engine.remove()
})

metadata('beside a single file, and template.json is no fragment', () => {
  const engine = new Engine()
  engine.ship('templates/etc/x', 'a\n')
  engine.ship('templates/etc/x.template.json', '{"output": "/etc/y", "mode": "0600", "comment": "//"}')
  const [output] = engine.expand('etc/x')
  assert.is(output?.path, '/etc/y')
  assert.is(output?.metadata.mode, 0o600)
  assert.match(output?.content ?? '', /^\/\/ ---/)
  engine.template('etc/z', { 'template-begin': '', '10a': 'a\n' }, {})
  assert.is(engine.text('etc/z'), 'a\n')
  engine.remove()
})

metadata('template: the fragments of another one, at a place of its own', () => {
  const engine = new Engine()
  engine.template('etc/shared', {
    'template-begin': '',
    '10a': 'to <%= target %>\n<%~ template("Sub") %>\n',
    'Sub/10s': 'sub\n',
  })
  engine.template('etc/one', {}, { template: '/etc/shared' })
  engine.template('etc/two', {}, { template: '/etc/shared', output: '/etc/second' })
  assert.equal(
    engine.expand('etc/one', 'etc/two').map(({ path, content }) => [path, content]),
    [
      ['/etc/one', 'to /etc/one\nsub\n'],
      ['/etc/second', 'to /etc/second\nsub\n'],
    ],
  )
  engine.site('templates-custom/etc/shared/Sub/10s', 'own\n')
  assert.match(engine.text('etc/one'), 'own')
  engine.template('etc/none', {}, { mode: '0600' })
  assert.match(failureOf(() => engine.expand('etc/none')).message, 'the template /etc/none has no fragments')
  engine.remove()
})

metadata('squeezeBlank: one empty line in a row, none at the ends', () => {
  const engine = new Engine()
  engine.template(
    't',
    { 'template-begin': '', '10a': '\n\na\n\n\n\nb\n\n', '20b': '\n\nc\n\n\n' },
    { squeezeBlank: true },
  )
  assert.is(engine.text('t'), 'a\n\nb\n\nc\n')
  engine.remove()
})

metadata('filter: a function in Perl for each line, as FILTER of SME Server', () => {
  const engine = new Engine()
  const own = { 'template-begin': '', '10a': 'a # x\n\n# gone\n  \nb', '20b': 'c\n' }
  engine.template('t', own, { filter: 'sub { $_[0] =~ /^#/ ? "" : $_[0] =~ s/ # .*//r }' })
  assert.is(engine.text('t'), 'a\n  \nbc\n')
  engine.template('banner', { '10a': 'a\n\n', '20b': 'c' }, { filter: '\\&esmith::templates::removeBlankLines' })
  assert.match(engine.text('banner'), /^# .*\n(#.*\n)+a\nc\n$/)
  for (const [filter, said] of [
    ['sub { die "no way\\n" }', /no way/],
    ['"text"', /the filter is no function/],
    ['sub {', /syntax error|Missing right curly/],
    ['sub { "\\0" }', /no bytes of value 0/],
  ] as const) {
    engine.template('t', {}, { filter })
    assert.match(failureOf(() => engine.text('t')).describe(), said)
  }
  engine.remove()
})

const COMMENTS: Readonly<Record<string, RegExp>> = {
  '#': /^# .*\n(#.*\n)+a\n$/,
  '//': /^\/\/ .*\n(\/\/.*\n)+a\n$/,
  ';': /^; .*\n(;.*\n)+a\n$/,
  '--': /^-- .*\n(--.*\n)+a\n$/,
  xml: /^<!--\n((?!--).)*-->\na\n$/s,
  none: /^a\n$/,
}
for (const [comment, banner] of Object.entries(COMMENTS))
  metadata(`a banner in the style ${comment}`, () => {
    const engine = new Engine()
    engine.template('t', { '10a': 'a\n' }, { comment })
    assert.match(engine.text('t'), banner)
    engine.remove()
  })

metadata.run()

import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { QUOTERS } from '../../src/base/quote.ts'
import { Engine, failureOf, render } from '../support/engine.ts'
import { findCommand, needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'

const quoting = suite('quoting for formats')

const DOLLAR = '$'
const HOSTILE = [
  '$(id)', '`id`', "it's", '"', '"x" y', "'", '#x', 'a #x', ';id', 'a;b', 'a&b|c>d<e', '*', '?', '~', '!x', '-n', 'a=b',
  '%{HTTP_HOST}', `${DOLLAR}{PATH}`, `${DOLLAR}PATH`, 'end\\', '\\', '\\n', 'a\\"b', '', ' ', ' a ', 'é 漢字', 'a\tb', '{a,b}', '[x]', '(x)', '%x', '$$', '$&',
] // biome-ignore format: a list of short words

/** What a fragment of a template of this format prints for a value; undefined when it refuses. */
function printed(format: string, value: string): string | undefined {
  const quote = QUOTERS[format]
  if (quote === undefined) throw new Error(`no format ${format}`)
  try {
    return quote(value)
  } catch (error) {
    assert.instance(error, TypeError)
    return undefined
  }
}

quoting('shell: bash reads every value back', () => {
  for (const value of HOSTILE) {
    const word = printed('shell', value)
    const { stdout, status } = spawnSync('bash', ['-c', `X=${word}; printf %s "$X"; printf '|%s|' ${word}`], {
      encoding: 'utf8',
    })
    assert.equal([stdout, status], [`${value}|${value}|`, 0], value)
  }
})

/** What httpd makes of an argument: `Define` keeps it, and -t -D DUMP_RUN_CFG prints it. */
function apacheReads(word: string): string {
  const engine = new Engine()
  const modules = 'LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\n'
  const file = engine.write('/httpd.conf', `${modules}ServerName x\nErrorLog /dev/null\nDefine GIVEN ${word}\n`)
  const { stdout, stderr } = spawnSync(findCommand('apache2') ?? 'apache2', ['-t', '-D', 'DUMP_RUN_CFG', '-f', file], {
    encoding: 'utf8',
  })
  engine.remove()
  const found = /^Define: GIVEN=(.*)$/m.exec(stdout)?.[1]
  return found ?? `not defined: ${stderr}`
}

testIf(quoting, needsCommands('apache2'), 'apache: httpd reads every value back, or it is refused', () => {
  for (const value of HOSTILE.filter(text => text !== '')) {
    const word = printed('apache', value)
    if (word === undefined) assert.match(value, /[$%]\{/)
    else assert.is(apacheReads(word), value, word)
  }
})

quoting('apache: an empty value is an argument, variables and piped commands are refused', () => {
  assert.is(printed('apache', ''), '""')
  for (const value of ['%{HTTP_HOST}', `x${DOLLAR}{PATH}`, '|id']) assert.is(printed('apache', value), undefined)
})

quoting('nginx: quoted, a dollar is refused', () => {
  assert.is(printed('nginx', 'a b'), '"a b"')
  assert.is(printed('nginx', 'a;b{c}'), '"a;b{c}"')
  assert.is(printed('nginx', 'a"\\'), '"a\\"\\\\"')
  assert.is(printed('nginx', '#x'), '"#x"')
  assert.is(printed('nginx', ''), '""')
  for (const value of HOSTILE.filter(text => text.includes('$'))) assert.is(printed('nginx', value), undefined, value)
})

quoting('openvpn and iptables: quoted', () => {
  for (const format of ['openvpn', 'iptables']) {
    assert.is(printed(format, 'a b'), '"a b"')
    assert.is(printed(format, 'a"b\\'), '"a\\"b\\\\"')
    assert.is(printed(format, '#x'), '"#x"')
    assert.is(printed(format, ';x'), '";x"')
    assert.is(printed(format, ''), '""')
    assert.is(printed(format, '10.0.0.0/8'), '10.0.0.0/8')
  }
})

quoting('ini: what would be cut, lost or continued is refused', () => {
  for (const value of ['#x', ';x', 'a #x', 'a ;x', ' a', 'a ', '\ta', 'end\\'])
    assert.is(printed('ini', value), undefined, value)
  for (const value of ['a#x', 'a b', '', '"a"', 'a=b', 'a\\b']) assert.is(printed('ini', value), value)
})

quoting('words: one plain word or nothing', () => {
  for (const value of HOSTILE) {
    const word = printed('words', value)
    assert.is(word, /^[\w@%+=:,./*-]+$/.test(value) ? value : undefined, value)
  }
  assert.is(printed('words', 'www.example.org'), 'www.example.org')
})

quoting('json and yaml: a JSON string', () => {
  for (const value of HOSTILE)
    for (const format of ['json', 'yaml']) assert.is(JSON.parse(printed(format, value) ?? ''), value)
})

quoting('no format lets a line break or another control character through', () => {
  for (const format of Object.keys(QUOTERS)) {
    const engine = new Engine({
      configuration: { x: ['t', { lf: 'a\nb', cr: 'a\rb', nul: 'a\0b', esc: '\x1b[0m', nel: 'a\x85b' }] },
    })
    for (const name of ['lf', 'cr', 'nul', 'esc', 'nel']) {
      engine.template('t', { '10a': `<%= config.x.${name} %>\n` }, { format })
      assert.match(failureOf(() => engine.expand('t')).message, 'control character', `${format} ${name}`)
    }
    engine.remove()
  }
})

quoting('the format of the template quotes <%= %>, not <%~ %>, numbers and what a quoter made', () => {
  const engine = new Engine()
  const source = `<%= 'a b' %>|<%~ 'a b' %>|<%= 80 %>|<%= raw('a b') %>|<%= sh("a'b") %>|<%= dq('a "b"') %>\n`
  engine.template('t', { 'template-begin': '', '10a': source }, { format: 'apache' })
  assert.is(engine.text('t'), `"a b"|a b|80|a b|'a'\\''b'|"a \\"b\\""\n`)
  engine.remove()
})

quoting('a sub-template inherits the format or has its own, which ends with it', () => {
  const engine = new Engine()
  const main = `<%~ template('Same') %>\n<%~ template('Own') %>\n<%= 'a b' %>\n`
  engine.template(
    't',
    { 'template-begin': '', '10a': main, 'Same/10a': "<%= 'a b' %>\n", 'Own/10a': "<%= 'a b' %>\n" },
    { format: 'apache' },
  )
  engine.ship('templates/t/Own/template.json', '{"format": "shell"}')
  assert.is(engine.text('t'), `"a b"\n'a b'\n"a b"\n`)
  engine.template('t', { 'Own/10a': "<% fail('x') %>" })
  assert.match(failureOf(() => engine.expand('t')).message, 'x')
  engine.remove()
})

const STRICT = ['raw', 'sh', 'dq', 'apache', 'nginx', 'cronCmd', 'slash', 'folderName', 'line'] as const
const NONE = ['undefined', 'null', '{}', '[1]', 'true', 'NaN', '() => 1']
for (const helper of STRICT)
  quoting(`${helper}() prints no undefined, object or the like`, () => {
    for (const value of NONE) {
      const source = helper === 'line' ? `<% line('x', ${value}) %>` : `<%~ ${helper}(${value}) %>`
      assert.match(failureOf(() => render(source)).message, helper, `${helper}(${value})`)
    }
  })

quoting('nor do pad() and join()', () => {
  for (const value of NONE.filter(text => text !== '[1]')) {
    assert.match(failureOf(() => render(`<%= pad(${value}, 8) %>`)).message, 'pad')
    assert.match(failureOf(() => render(`<%= join(['a', ${value}]) %>`)).message, 'join')
  }
  assert.is(render(`<%= pad('a', 3) %><%= pad(7, 3) %><%= join(['a', 2, raw('b')], '-') %>\n`), 'a  7  a-2-b\n')
})

quoting('line() refuses a line break, and takes quoted words', () => {
  assert.match(failureOf(() => render(`<% line('a\\nb') %>`)).message, 'line break')
  assert.is(render(`<% line('push', dq('a b'), 1); line() %>\n`), 'push "a b" 1\n\n')
})

quoting.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeExpander } from '../../src/plan/expand.ts'
import { type TracedOutput, traceTemplate } from '../../src/template/trace.ts'
import { Engine } from '../support/engine.ts'

const trace = suite('tracing lines back to fragments')

function traced(engine: Engine, name: string): TracedOutput {
  const [output] = traceTemplate(record => makeExpander(engine.context(), record), name)
  if (output === undefined) throw new Error('no output')
  return output
}

/** Each line of the output with `FRAGMENT:LINE`. */
function origins(engine: Engine, name: string): string[] {
  const { text, origins } = traced(engine, name)
  return text.split('\n').map((line, index) => {
    const origin = origins[index + 1]
    return `${line}@${origin === undefined ? '' : `${origin.file.replace(/^.*\/(t|Sub)\//, '$1/')}:${origin.line}`}`
  })
}

const SOURCE = `plain
<% for (const n of [1, 2]) { %>
  server <%= n %>
<% } %>

<%~ template('Sub') %>
<%~ 'l1\\nl2' %>
<% line('from', 'line') %>
  <% if (true) { %>
last <%= 1 %> <%= 2 %>
<% } %>
`
const FRAGMENTS = {
  'template-begin': '',
  '10a': SOURCE,
  '20b': 'static\n',
  'Sub/10s': 'sub <%= 1 %>\n<% if (true) { %>\nsub2\n<% } %>\n',
}

trace('every line has the fragment and line that made it', () => {
  const engine = new Engine()
  engine.template('t', FRAGMENTS)
  assert.equal(origins(engine, 't'), [
    'plain@t/10a:1',
    '  server 1@t/10a:3',
    '  server 2@t/10a:3',
    '@t/10a:5',
    'sub 1@Sub/10s:1',
    'sub2@Sub/10s:3',
    'l1@t/10a:7',
    'l2@t/10a:7',
    'from line@t/10a:8',
    'last 1 2@t/10a:10',
    'static@t/20b:1',
    '@t/20b:1',
  ])
  engine.remove()
})

trace('the traced text is the text', () => {
  const engine = new Engine({ configuration: { x: ['t', { v: 'a b' }] } })
  const variants: readonly (readonly [string, object])[] = [
    ['Sub', {}],
    ['Sub', { squeezeBlank: true }],
    ['Sub', { format: 'shell', comment: ';' }],
    ['Sub', { filter: 'sub { $_[0] =~ /[1b]/ ? "" : "$_[0]x $_[0]" }' }],
  ]
  for (const [, metadata] of variants) {
    engine.template('t', FRAGMENTS, metadata)
    engine.template('t', {
      '30c': '\n\n\n<%~ template("Empty") %>\n<%= config.x.v %>\n<% return "end" %>\n',
      '40d':
        '<%~ template("Sub") + template("Sub") %>\n<%~ template("Sub").trim() %>|<%~ template("Sub").split("\\n").length %>\n',
      'Empty/10e': '<% if (false) { %>\nx\n<% } %>\n',
      '50e': 'no newline at the end',
    })
    assert.is(traced(engine, 't').text, engine.text('t'))
  }
  engine.remove()
})

trace('a line that a filter made comes from the line that it was made of', () => {
  const engine = new Engine()
  const filter = 'sub { $_[0] =~ /^(a|d)/ ? "" : $_[0] =~ /^b/ ? "b1\\nb2\\n" : $_[0] }'
  engine.template(
    't',
    { 'template-begin': '', '10a': 'a\nb\n\nc\n', '20b': '<% line("d") %>\n<% line("e") %>\n' },
    { filter },
  )
  const { origins, text } = traced(engine, 't')
  assert.is(text, 'b1\nb2\nc\ne\n')
  assert.equal(
    origins.slice(1, 5).map(origin => origin?.line),
    [2, 2, 4, 2],
  )
  engine.remove()
})

trace('the banner comes from nobody', () => {
  const engine = new Engine()
  engine.template('t', { '10a': 'a\n' })
  const { origins, text } = traced(engine, 't')
  const lines = text.split('\n')
  assert.is(origins[1], undefined)
  assert.is(origins[lines.indexOf('a') + 1]?.line, 1)
  engine.remove()
})

trace('the reads of each fragment', () => {
  const engine = new Engine({ configuration: { a: ['t', { v: '1' }] }, hosts: { x: ['host'] } })
  engine.template('t', {
    '10a': '<%= config.a.v %><%= config.nothing ? 1 : 2 %>\n',
    '20b': '<% db("hosts").all("host").length %>\n<%~ template("Sub") %>\n',
    '30c': 'static\n',
    'Sub/10s': '<%= db("hosts").get("x").key %>\n',
  })
  const { reads, output } = traced(engine, 't')
  const words = (file: string) =>
    [...reads]
      .filter(([path]) => path.endsWith(file))
      .flatMap(([, list]) => list.map(({ database, key }) => `${database} ${key ?? '*'}`))
  assert.equal(words('t/10a'), ['configuration a', 'configuration nothing'])
  assert.equal(words('t/20b').sort(), ['hosts *', 'hosts x'])
  assert.equal(words('Sub/10s'), ['hosts x'])
  assert.equal(words('t/30c'), [])
  assert.is(output.reads.length, 4)
  engine.remove()
})

trace.run()

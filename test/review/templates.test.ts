import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Engine, failureOf } from '../support/engine.ts'
import { Sandbox } from '../support/sandbox.ts'

const templates = suite('templates: files against folders, places of errors')
const CUSTOM = '/etc/gabarit/templates-custom'

/** Expands one fragment and gives its failure, with the place as `LINE:COLUMN` or, without one, as empty text. */
function failing(source: string) {
  const engine = new Engine()
  const file = engine.ship('templates/etc/x/10one', source)
  const { message, where = '', hint = '' } = failureOf(() => engine.expand('etc/x'))
  engine.remove()
  assert.ok(where.startsWith(file), where)
  return { message, place: where.slice(file.length + 1), hint }
}

templates('a custom folder over a template of a single file', () => {
  const box = new Sandbox()
  box.write('/etc/gabarit/templates/etc/b2', 'x\n')
  box.write(`${CUSTOM}/etc/b2/10`, 'y\n')
  box.write('/etc/gabarit/templates/etc/other', 'other\n')
  assert.is(box.must('expand-template --stdout /etc/other'), 'other\n')
  box.must('expand-template /etc/other')
  assert.match(box.must('expand-template --stdout /etc/b2'), /\ny\n$/)
  assert.match(box.must('gabarit overrides'), '/etc/b2')
  box.remove()
})

templates('template() below a single file: there is no such template', () => {
  const engine = new Engine()
  engine.ship('templates/etc/one', 'a\n<%~ template("Nope") %>\n')
  const { message, where } = failureOf(() => engine.expand('etc/one'))
  assert.match(message, /^there is no template \/etc\/one\/Nope\n/)
  assert.match(where ?? '', /etc\/one:2:5$/)
  engine.remove()
})

templates('a brace that closes nothing is named, not the end of the fragment', () => {
  assert.is(failing('l1\n<% } %>').place, '2:4')
  assert.is(failing('l1\n<% } %>\nl3\nl4\n').place, '2:4')
  assert.is(failing('<% if (1) { %>\na\n<% } %>\n<% const s = "}"\n } %>\nb\n').place, '5:2')
  assert.match(failing('l1\n<% } %>').message, '>>    2 | <% } %>')
})

templates('what is thrown and is no Error has at least its fragment, and the hint says how to have the line', () => {
  for (const [thrown, shown] of [
    ['"str"', '"str"'],
    ['null', 'null'],
    ['Object.create(null)', 'an object'],
  ]) {
    const { message, place, hint } = failing(`a\n<% throw ${thrown} %>\n`)
    assert.match(message, `threw ${shown}, which is not an Error`)
    assert.is(place, '')
    assert.match(hint, "fail('…')")
  }
})

templates('an unclosed tag or string is shown with its lines', () => {
  for (const source of ['a\n<% const x = 1\n', 'a\n<% const x = "b %>\n', 'a\n<% /* x %>\n'])
    assert.match(failing(source).message, /is not closed|in the tag/, source)
  assert.match(failing('a\n<% const x = 1\n').message, '>>    2 | <% const x = 1')
})

templates('marks that trim blanks belong to other languages, and are refused', () => {
  for (const [source, place] of [
    ['a\n<%- 5 %>\n', '2:1'],
    ['a\n<%_ 5 %>\n', '2:1'],
    ['a\n<% 5 -%>\n', '2:6'],
    ['a\n<% 5 _%>\n', '2:6'],
    ['a\n<%= 5 -%>\n', '2:7'],
  ] as const) {
    const failure = failing(source)
    assert.is(failure.place, place, source)
    assert.match(failure.message, 'is not a tag of fragments')
    assert.match(failure.message, '>>    2 | ')
    assert.match(failure.hint, '%>')
  }
  const engine = new Engine()
  engine.template(
    'etc/x',
    { '10a': '<% let i = 2; i-- %>\n<% // --- -%>\n<%= -i %><%= "-%>" %>\n' },
    { comment: 'none' },
  )
  assert.is(engine.text('etc/x'), '-1-%>\n')
  engine.remove()
})

templates('{key} needs each', () => {
  const engine = new Engine({ hosts: { a: ['host'] } })
  for (const metadata of [{ output: '/etc/{key}' }, { link: '/etc/{key}' }, { link: { path: '/etc/{key}' } }]) {
    engine.template('etc/x', { '10a': 'x\n' }, metadata)
    const { message, where } = failureOf(() => engine.expand('etc/x'))
    assert.match(message, 'without "each"')
    assert.match(where ?? '', 'template.json')
  }
  engine.template('etc/x', { '10a': 'x\n' }, { output: '/etc/{key}', each: { db: 'hosts' } })
  assert.is(engine.expand('etc/x')[0]?.path, '/etc/a')
  engine.remove()
})

templates('the banner advises to customize only where something shipped is left', () => {
  const engine = new Engine()
  const advice = () => /permanently:\n# +(.*)\n/.exec(engine.text('etc/b'))?.[1]
  engine.template('etc/b', { '10a': 'a\n' })
  assert.is(advice(), 'gabarit customize /etc/b 10a')
  engine.site('templates-custom/etc/b/10a', 'mine\n')
  assert.is(advice(), 'edit templates-custom/etc/b/10a')
  engine.remove()
})

templates('the banner of a custom file over a shipped folder', () => {
  const engine = new Engine()
  engine.template('etc/b', { '10a': 'a\n' })
  engine.site('templates-custom/etc/b', 'mine\n')
  assert.match(engine.text('etc/b'), '# To change a fragment permanently:\n#     edit templates-custom/etc/b\n')
  engine.remove()
})

templates('customize and import print data', () => {
  const box = new Sandbox()
  const copy = JSON.parse(box.must('gabarit customize --json /etc/hosts 10Localhost'))
  assert.is(copy.file, box.path(`${CUSTOM}/etc/hosts/10Localhost`))
  assert.match(copy.copyOf, /templates\/etc\/hosts\/10Localhost$/)
  assert.equal([copy.template, copy.fragment], ['/etc/hosts', '10Localhost'])
  box.write('/old/accounts', 'admin=system|Shell|/bin/sh\n')
  const imported = JSON.parse(box.must(`gabarit import --json --tree ${box.path('/old')}`))
  assert.equal(imported, [{ database: 'accounts', records: 1, notes: [] }])
  box.remove()
})

templates.run()

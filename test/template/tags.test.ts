// Where a tag ends: literals of JavaScript may hold the mark, and quotes that open nothing.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parsePieces } from '../../src/template/tags.ts'
import { Chooser } from '../support/random.ts'

const tags = suite('tags')
const RUNS = 3000

// § stands for $.
const OPERANDS = [
  'a',
  'f(b)',
  '[1, 2][0]',
  '12',
  '\'it is 100%> "sure" // no\'',
  "'\\'%>'",
  '"it\'s /* 50%> */"',
  '"\\\\"',
  '``',
  '`a §{b} %> §{"}"} § \' " //`',
  "`§{`inner %> §{c / d}`} '`",
  '`§§{f({ a: "}" })}/`',
  "'a'.replace(/['\"%>/]/g, '/')",
  'f(/%>\\/"/, 1)',
  'f(a / b)',
  '(a) / b / c',
].map(operand => operand.replaceAll('§', '$'))
const OPERATORS = [' + ', ' / ', '/', ' * ', ', ', " ? /x%>'/ : ", ' % ', ' && !/"/.test(', ' = /[/"\\]]%>/ + ']
const LINE = ' // a "line" comment\n'
const COMMENTS = ['', '', '', " /* don't %> */ ", LINE, '\n', ' /**/ ']

/** Code of whole tokens, without blanks at its ends. */
function someCode({ pick, chance }: Chooser): string {
  let text = pick(OPERANDS)
  let open = 0
  while (chance(0.7)) {
    const operator = pick(OPERATORS)
    if (operator.endsWith('(')) open++
    text += pick(COMMENTS) + operator + pick(COMMENTS) + pick(OPERANDS)
  }
  return `x(${text}${')'.repeat(open)})`
}

tags(`${RUNS} random fragments come apart as they were put together`, () => {
  const chooser = new Chooser()
  for (let run = 0; run < RUNS; run++) {
    const [first, second, third] = [someCode(chooser), someCode(chooser), someCode(chooser)]
    const source = `it's <%= ${first} %>"\n<% ${second} %>/ text'\n<%~ ${third}%>`
    const pieces = parsePieces(source, 'fragment')
    const expected: [kind: string, text: string][] = [
      ['text', "it's "],
      ['print', first],
      ['text', '"\n'],
      ['exec', second],
      ['text', "/ text'\n"],
      ['raw', third],
    ]
    assert.equal(
      pieces.map(({ kind, source }) => [kind, source]),
      // A line comment would swallow what follows, so it becomes blanks.
      expected.map(([kind, text]) => [kind, text.replaceAll(LINE, LINE.replace(/./g, ' '))]),
      source,
    )
  }
})

tags.run()

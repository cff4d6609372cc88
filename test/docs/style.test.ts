// The documents stay readable: short lines, short table cells, plain words.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listDocuments, proseOf, textOf } from './markdown.ts'

const style = suite('style of the documents')
/** About 120: a line that grows by a word need not be wrapped again. */
const WIDTH = 130
const CELL_WORDS = 25
/** Words that came in from another language, each with a plain one. */
const INSTEAD: readonly (readonly [found: RegExp, plain: string])[] = [
  [/\bparted by\b/i, 'separated by'],
  [/\bof no account\b/i, 'does not matter'],
  [/\banew\b/i, 'again'],
  [/\bwhoever\b/i, 'anybody who'],
  [/\b(stands?|lies) (in|behind|before|over|at|there)\b/i, 'is'],
  [/\bbehind (that|the commit|its commit|the command|it all)\b/i, 'after'],
]

for (const name of listDocuments()) {
  const prose = proseOf(textOf(name))
  style(`${name}: lines of at most ${WIDTH} characters`, () => {
    const long = prose.filter(line => !line.startsWith('|') && line.length > WIDTH)
    assert.equal(long, [])
  })
  style(`${name}: cells of at most ${CELL_WORDS} words`, () => {
    const cells = prose.filter(line => line.startsWith('|')).flatMap(line => line.split(/(?<!\\)\|/))
    const long = cells.filter(cell => cell.trim().split(/\s+/).length > CELL_WORDS)
    assert.equal(long, [])
  })
  style(`${name}: plain words`, () => {
    const found = INSTEAD.flatMap(([pattern, plain]) =>
      prose.filter(line => pattern.test(line)).map(line => `${line} (better: ${plain})`),
    )
    assert.equal(found, [])
  })
}

style.run()

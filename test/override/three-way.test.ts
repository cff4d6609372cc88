import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hasMarks, mergeTexts } from '../../src/customize/three-way.ts'
import { needsCommands } from '../support/packages.ts'
import { random } from '../support/random.ts'
import { run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const LABELS = { mine: 'mine', base: 'base', theirs: 'theirs' }
const merge = (base: string, mine: string, theirs: string) => mergeTexts(base, mine, theirs, LABELS)
const lines = (...words: string[]) => words.map(word => `${word}\n`).join('')

const merging = suite('three-way merge')

merging('takes what only one side changed', () => {
  const base = lines('a', 'b', 'c', 'd', 'e')
  assert.equal(merge(base, lines('a', 'B', 'c', 'd', 'e'), lines('a', 'b', 'c', 'd', 'E')), {
    text: lines('a', 'B', 'c', 'd', 'E'),
    conflicts: 0,
  })
  assert.equal(merge(base, lines('x', 'a', 'b', 'c', 'd', 'e'), lines('a', 'b', 'd', 'e', 'z')), {
    text: lines('x', 'a', 'b', 'd', 'e', 'z'),
    conflicts: 0,
  })
})

merging('takes once what both sides changed alike', () => {
  assert.equal(merge(lines('a', 'b'), lines('a', 'X'), lines('a', 'X')), { text: lines('a', 'X'), conflicts: 0 })
})

merging('marks what both sides changed differently, with the text of before', () => {
  const { text, conflicts } = merge(lines('a', 'b', 'c'), lines('a', 'mine', 'c'), lines('a', 'theirs', 'c'))
  const marked = ['<<<<<<< mine', 'mine', '||||||| base', 'b', '=======', 'theirs', '>>>>>>> theirs']
  assert.is(text, lines('a', ...marked, 'c'))
  assert.is(conflicts, 1)
  assert.ok(hasMarks(text))
  assert.not.ok(hasMarks(lines('Title', '=======', '<VirtualHost *:80>')))
})

merging('keeps every byte: line ends, a last line without one, empty texts', () => {
  assert.is(merge('a\r\nb\r\n', 'a\r\nb\r\nc', 'A\r\nb\r\n').text, 'A\r\nb\r\nc')
  assert.is(merge('', '', 'new\n').text, 'new\n')
  assert.is(merge('old\n', '', 'old\n').text, '')
  assert.is(merge('', 'x', 'y').text, lines('<<<<<<< mine', 'x', '||||||| base', '=======', 'y', '>>>>>>> theirs'))
})

testIf(merging, needsCommands('git'), 'comes out as git merge-file --diff3 does it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gabarit-merge-'))
  const next = random(20_260_101)
  let clean = 0
  for (let round = 0; round < 150; round++) {
    // Every line is different, so there is one way only to lay the texts beside each other.
    const base = Array.from({ length: Math.floor(next() * 12) }, (_, index) => `line ${index}\n`)
    const [mine, theirs] = [edited(base, next, round % 3 === 0 ? 'x' : 'mine'), edited(base, next, 'x')]
    const texts = [mine, base, theirs].map(text => text.join(''))
    const names = ['mine', 'base', 'theirs']
    for (const [index, name] of names.entries()) writeFileSync(join(folder, name), texts[index] ?? '')
    const labels = names.flatMap(name => ['-L', name])
    const { status, stdout } = run(['git', 'merge-file', '-p', '--diff3', ...labels, ...names], { cwd: folder })
    const [ours = '', from = '', shipped = ''] = texts
    assert.equal(merge(from, ours, shipped), { text: stdout, conflicts: status }, `round ${round}`)
    if (status === 0) clean++
  }
  assert.ok(clean > 20 && clean < 130, `${clean} of 150 were clean`)
  rmSync(folder, { recursive: true })
})

/** Removes, changes and adds lines; the same word makes the same new lines. */
function edited(base: readonly string[], next: () => number, word: string): string[] {
  return base.flatMap((line, index) => {
    const dice = next()
    if (dice < 0.08) return []
    if (dice < 0.16) return [`${word} for ${index}\n`]
    return dice < 0.24 ? [line, `${word} behind ${index}\n`] : [line]
  })
}

merging.run()

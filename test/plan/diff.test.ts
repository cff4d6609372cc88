import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { colourDiff, unifiedDiff } from '../../src/plan/diff.ts'
import { Engine } from '../support/engine.ts'
import { must } from '../support/sandbox.ts'

const diffs = suite('diffs')

/** The diff of /x when it holds `before` (undefined: it is not there) and a template makes `after`. */
function diffOf(before: string | undefined, after: string, secrets: readonly string[] = []): string {
  const show = (content: string | Uint8Array) =>
    secrets.reduce((text, secret) => text.replaceAll(secret, '********'), Buffer.from(content).toString('utf8'))
  const engine = new Engine()
  if (before !== undefined) engine.write('/x', before)
  engine.ship('templates/x', after)
  const [change] = engine.plan('x').changes
  engine.remove()
  return change === undefined ? '' : unifiedDiff(change, show)
}

const long = (change = '') =>
  Array.from({ length: 30 }, (_, index) => `line ${index}${index === 15 ? change : ''}\n`).join('')
/** Many lines, of which every n-th holds the word. */
function many(word: string, every = 1): string {
  return Array.from({ length: 9000 }, (_, index) => `${index % every === 0 ? word : 'same'} ${index % 40}\n`).join('')
}
const PAIRS: readonly (readonly [before: string | undefined, after: string])[] = [
  [undefined, 'a\nb\n'],
  [undefined, 'no newline'],
  ['a\n', 'b\n'],
  ['a', 'a\n'],
  ['a\n', 'a'],
  ['', 'a\n'],
  ['a\n', ''],
  [long(), long(' changed')],
  ['--- x\n+++ y\n', '--- x\n+++ z\n'],
  ['é\n', '漢\n'],
  ['a\r\nb\r\n', 'a\r\nc\r\n'],
  // Beyond the limit of the shortest comparison.
  [many('a'), many('b')],
  [many('a', 3), many('b', 3)],
  [`${many('a', 2)}end`, many('b', 2)],
  [many('a', 4), `${many('a', 4)}${many('c', 1)}end`],
  [many('a', 4).slice(40_000), many('b', 4)],
]
for (const [before, after] of PAIRS)
  diffs(`patch makes ${JSON.stringify(after.slice(0, 20))} of ${JSON.stringify(before?.slice(0, 20))}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'gabarit-diff-'))
    if (before !== undefined) writeFileSync(join(folder, 'x'), before)
    const diff = diffOf(before, after)
    must(['patch', '--binary', '-p1', '-d', folder], { input: diff })
    if (after !== '') assert.ok(readFileSync(join(folder, 'x'), 'utf8') === after, diff.slice(0, 2000))
    rmSync(folder, { recursive: true })
  })

diffs('three lines around a change', () => {
  assert.is(diffOf(long(), long('!')).split('\n').length, 2 + 1 + 3 + 2 + 3 + 1)
})

diffs('a secret is never shown, and a change of nothing else says so', () => {
  const diff = diffOf('password old-secret\nport 1\n', 'password new-secret\nport 2\n', ['old-secret', 'new-secret'])
  assert.not.match(diff, /(old|new)-secret/)
  assert.match(diff, '-port 1\n+port 2\n')
  assert.match(diffOf('old-secret\n', 'new-secret\n', ['old-secret', 'new-secret']), '(only a secret value differs)')
})

diffs('colours', () => {
  const coloured = colourDiff(diffOf('a\n--- b\n', 'c\n--- b\n'))
  assert.match(coloured, '\u001b[31m-a\u001b[0m\n')
  assert.match(coloured, '\u001b[32m+c\u001b[0m\n')
  assert.match(coloured, '\u001b[36m@@')
})

diffs.run()

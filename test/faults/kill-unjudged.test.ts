// Where no private view can be made (here: no unshare), checkers see files that are in place already. A kill in that time must
// not leave them there unjudged: whichever command comes next judges or undoes. On `/`, in private namespaces.
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { findCommand } from '../support/packages.ts'
import { ON_ROOT, template, write } from '../support/real-root.ts'
import { BIN, must, type Outcome, run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'
import { atStep } from './deed.ts'

const reason = enterNamespace('unjudged')
const unjudged = suite('killed where files are judged in place')

/** Both files name the same port, and no other file has it. */
const PAIR = '#!/bin/sh\n[ "$(cat /etc/pair/a)" = "$(cat /etc/pair/b)" ] || { echo "a and b differ"; exit 1; }\n'
const CHECKED = { validate: [['/etc/check-pair']] }
const FOLDER = '/run/poor'
const env = { ...ON_ROOT, PATH: FOLDER }

function prepare(): void {
  mkdirSync(FOLDER)
  for (const name of ['sh', 'env', 'node', 'cat']) {
    const program = name === 'node' ? process.execPath : findCommand(name)
    if (program !== undefined) symlinkSync(program, join(FOLDER, name))
  }
  write('/etc/check-pair', PAIR, 0o755)
  template('/etc/other', 'other\n')
  pair('1', '1')
  must([join(BIN, 'expand-template'), '/etc/pair/a', '/etc/pair/b', '/etc/other'], { env })
}

/** What the templates want. */
function pair(a: string, b: string): void {
  template('/etc/pair/a', `${a}\n`, CHECKED)
  template('/etc/pair/b', `${b}\n`, CHECKED)
}

const expand = (options: object) =>
  run([join(BIN, 'expand-template'), '/etc/pair/a', '/etc/pair/b'], {
    env: { ...env, ...atStep({ root: '', ...options }) },
  })

const files = () => [readFileSync('/etc/pair/a', 'utf8'), readFileSync('/etc/pair/b', 'utf8')].join('')

/** Far more steps than there are. */
const TOO_MANY = 200

/** Kills the expansion at one step after the other, and has a command of something else repair; until it comes to its end. */
function killAtEveryStep(look: (step: number) => void): Outcome {
  for (let step = 1; step < TOO_MANY; step++) {
    const ended = expand({ step })
    if (!ended.stderr.includes('killed by SIGKILL')) return ended
    must([join(BIN, 'expand-template'), '/etc/other'], { env })
    look(step)
  }
  throw new Error('it never ends')
}

testIf(unjudged, reason, 'files that would be refused are never left in place, whenever it is killed', () => {
  prepare()
  pair('2', '3')
  const before = treeState('/etc/pair')
  let kills = 0
  const { status } = killAtEveryStep(step => {
    const changed = treeChanges(before, treeState('/etc/pair')).filter(line => !line.startsWith('/etc/pair:'))
    assert.equal(changed, [], `step ${step}`)
    kills = step
  })
  assert.is(status, 3)
  assert.ok(kills > 15)
})

testIf(unjudged, reason, 'killed by its own checker: the next command undoes it, and says so', () => {
  write('/etc/check-pair', '#!/bin/sh\nkill -9 $PPID\n', 0o755)
  pair('2', '2')
  assert.match(run([join(BIN, 'expand-template'), '/etc/pair/a', '/etc/pair/b'], { env }).stderr, 'killed by SIGKILL')
  assert.is(files(), '2\n2\n')
  const { stderr } = run([join(BIN, 'expand-template'), '/etc/other'], { env })
  assert.match(stderr, /undid an earlier commit of \d files that was interrupted/)
  assert.is(files(), '1\n1\n')
  write('/etc/check-pair', PAIR, 0o755)
})

testIf(unjudged, reason, 'files that are accepted: before or after, as a whole', () => {
  pair('2', '2')
  const seen = { before: 0, after: 0 }
  const { status } = killAtEveryStep(step => {
    const found = files()
    assert.ok(found === '1\n1\n' || found === '2\n2\n', `step ${step}: ${found}`)
    seen[found === '1\n1\n' ? 'before' : 'after']++
    if (found === '1\n1\n') return
    pair('1', '1')
    must([join(BIN, 'expand-template'), '/etc/pair/a', '/etc/pair/b'], { env })
    pair('2', '2')
  })
  assert.is(status, 0)
  assert.ok(seen.before > 10 && seen.after > 0, JSON.stringify(seen))
  assert.is(files(), '2\n2\n')
})

unjudged.run()

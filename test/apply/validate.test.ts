import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Staged } from '../../src/apply/commit.ts'
import { validateStaged } from '../../src/apply/validate.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { Engine } from '../support/engine.ts'

const validate = suite('checkers of staged files')

/** Judges a new /etc/x whose template has these commands, on `/`. */
async function judge(commands: readonly (readonly string[])[], root = '/'): Promise<string[]> {
  const engine = new Engine()
  engine.ship('templates/etc/x', 'new text\n')
  engine.ship('templates/etc/x.template.json', JSON.stringify({ validate: commands }))
  const file = engine.write('/etc/.x.gabarit-new', 'new text\n')
  const staged = engine.plan('etc/x').changes.map(change => ({ change, file }) as Staged)
  const warnings: string[] = []
  try {
    await validateStaged(staged, new RealSystem('/'), root, message => warnings.push(message))
    return warnings
  } finally {
    engine.remove()
  }
}

const refused = (commands: readonly (readonly string[])[]) => new Engine().refused(() => judge(commands))

validate('one that is content', async () => {
  assert.equal(await judge([['grep', '-q', 'new', '{}']]), [])
  assert.equal(await judge([]), [])
})

validate('one that is not: its message, with the real path', async () => {
  const { message, status, hint } = await refused([['sh', '-c', 'echo "bad line 3 of $0"; exit 1', '{}']])
  assert.is(message, '/etc/x is refused by sh: bad line 3 of /etc/x')
  assert.is(status, 3)
  assert.match(hint ?? '', 'Nothing was changed')
})

validate('all that any of them said', async () => {
  const { message } = await refused([['sh', '-c', 'echo one >&2; false'], ['true'], ['sh', '-c', 'echo two; false']])
  assert.match(message, 'one\n')
  assert.match(message, 'two')
})

validate('one that is killed', async () => {
  assert.match((await refused([['sh', '-c', 'kill -9 $$']])).message, '/etc/x is refused by sh: was killed by SIGKILL')
})

validate('one that is not installed does not judge; when none is, that is said', async () => {
  assert.equal(await judge([['no-such-checker', '{}'], ['true']]), [])
  assert.equal(await judge([['no-such-checker', '{}'], ['neither-this']]), [
    '/etc/x is not checked: no-such-checker, neither-this not installed',
  ])
})

validate('the file is a word of its own, whatever it is called', async () => {
  const engine = new Engine()
  engine.ship('templates/etc/x y;$&', 'text\n')
  engine.ship(
    'templates/etc/x y;$&.template.json',
    JSON.stringify({ validate: [['sh', '-c', 'cat "$1"; exit 1', 'sh', '{}']] }),
  )
  const file = engine.write('/etc/.x y;$&.gabarit-new', 'text of it\n')
  const staged = engine.plan('etc/x y;$&').changes.map(change => ({ change, file }) as Staged)
  const failure = await engine.refused(() => validateStaged(staged, new RealSystem('/'), '/', () => undefined))
  assert.match(failure.message, 'text of it')
  engine.remove()
})

validate('below another root nothing of this machine is asked, and that is said', async () => {
  assert.equal(await judge([['false']], '/elsewhere'), ['not checked below /elsewhere: /etc/x'])
})

validate('a checker sees the staged file with its final permissions, before anything is in place', async () => {
  const engine = new Engine()
  engine.write('/etc/x', 'old\n')
  engine.ship('templates/etc/x', 'new\n')
  engine.ship('templates/etc/x.template.json', JSON.stringify({ mode: '0600' }))
  const { commit } = await import('../../src/apply/commit.ts')
  const seen: string[] = []
  const failure = await engine.refused(() =>
    commit(engine.plan('etc/x'), engine.places, new RealSystem(engine.places.root), async staged => {
      for (const { file } of staged) seen.push(readFileSync(file, 'utf8'))
      seen.push(engine.read('/etc/x'))
      throw await new Engine().refused(() => judge([['false']]))
    }),
  )
  assert.equal(seen, ['new\n', 'old\n'])
  assert.is(failure.status, 3)
  assert.is(engine.read('/etc/x'), 'old\n')
  engine.remove()
})

validate.run()

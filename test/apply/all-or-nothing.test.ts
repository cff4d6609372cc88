import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Failure } from '../../src/base/failure.ts'
import { commit } from '../../src/commit/commit.ts'
import { recover } from '../../src/commit/journal.ts'
import { placesOn } from '../../src/system/places.ts'
import { Engine } from '../support/engine.ts'
import { NAMES, prepare, snapshot, WatchedSystem } from '../support/faults.ts'
import { PROJECT, run } from '../support/sandbox.ts'

const commits = suite('all files or none')

const prototype = new Engine()
await prepare(prototype)
const before = snapshot(prototype)

/** A copy of the prepared server. */
function copy(): Engine {
  const root = mkdtempSync(join(tmpdir(), 'gabarit-engine-'))
  cpSync(prototype.root, root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  return new Engine({}, root)
}

const edited = (engine: Engine) => {
  const folder = engine.path('/var/lib/gabarit/replaced')
  return existsSync(folder) ? readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8')) : []
}

const complete = copy()
const steps: string[] = []
await complete.applyOn(new WatchedSystem(complete.places.root, (_, what) => steps.push(what)), ...NAMES)
const after = snapshot(complete)

commits('every kind of change is made', () => {
  const kinds = ['make folder', 'open', 'write', 'link', 'symlink', 'rename', 'remove', 'set attributes', 'sync']
  for (const kind of kinds)
    assert.ok(
      steps.some(step => step.startsWith(kind)),
      kind,
    )
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    path => before[path] !== after[path],
  )
  assert.equal(changed.sort(), [
    '/a', '/each/x.on', '/each/y', '/each/y.on', '/each/z', '/each/z.on', '/edited', '/gone', '/linked', '/mode', '/new',
    '/new/folder', '/new/folder/made', '/new/links', '/new/links/made', '/var/lib/gabarit/manifest.json',
  ]) // biome-ignore format: a list of short words
  assert.ok(edited(complete).includes('edited by hand\n'))
})

commits('a folder that cannot be removed now is removed by the next command; one that is not empty stays', async () => {
  const engine = copy()
  engine.write('/full/of', 'something')
  mkdirSync(engine.path('/empty'))
  const emptied = ['/full', '/empty'].map(path => ({ path, real: engine.path(path) }))
  const plan = { changes: [], folders: [], emptied, drift: [], manifest: new Map(), manifestChanged: false, notify: [] }
  const readOnly = new WatchedSystem(engine.places.root, (_, what) => {
    if (what.startsWith('remove folder')) throw Object.assign(new Error('read-only'), { code: 'EROFS' })
  })
  await commit(plan, placesOn(engine.places, readOnly), readOnly, async () => undefined)
  assert.ok(existsSync(engine.path('/empty')))
  recover(engine.places)
  assert.equal([existsSync(engine.path('/empty')), engine.read('/full/of')], [false, 'something'])
  engine.remove()
})

/** What is wrong with a server that must be in its old or its new state. */
function judge(engine: Engine, allowed: readonly Record<string, string>[]): string {
  const state = snapshot(engine)
  if (allowed.some(wanted => JSON.stringify(wanted) === JSON.stringify(state))) return ''
  const [nearest = {}] = allowed
  const paths = [...new Set([...Object.keys(nearest), ...Object.keys(state)])].filter(
    path => nearest[path] !== state[path],
  )
  return paths.map(path => `${path}: ${nearest[path]} -> ${state[path]}`).join('\n')
}

const isCleaning = (step: string, index: number) =>
  index > steps.findLastIndex(what => what.startsWith('sync')) && step !== ''

commits(
  'one change that fails: everything is as before; once all files are in place, the rest is cleared away later',
  async () => {
    for (const [index, step] of steps.entries()) {
      const engine = copy()
      const system = new WatchedSystem(engine.places.root, number => {
        if (number === index + 1)
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
      })
      if (isCleaning(step, index)) {
        await engine.applyOn(system, ...NAMES)
        recover(engine.places)
        assert.is(judge(engine, [after]), '', `${index + 1}: ${step}`)
      } else {
        const failure = await engine.refused(() => engine.applyOn(system, ...NAMES))
        assert.match(failure.message, 'no space left on device', step)
        assert.is(failure.status, 3)
        assert.is(judge(engine, [before]), '', `${index + 1}: ${step}`)
      }
      engine.remove()
    }
  },
)

/** A system that stops at a change as if it were killed: that one and all later ones do not happen. */
function dying(engine: Engine, step: number): WatchedSystem {
  return new WatchedSystem(engine.places.root, number => {
    if (number >= step) throw new Error('dead')
  })
}

commits('cut off at any change, and the recovery cut off at any change too', async () => {
  let recoveries = 0
  for (let step = 1; step <= steps.length; step++) {
    for (let second = 1 + (step % 3); ; second += 3) {
      const engine = copy()
      await engine.applyOn(dying(engine, step), ...NAMES).catch(() => undefined)
      let cutOff = false
      try {
        recover(placesOn(engine.places, dying(engine, second)))
      } catch {
        cutOff = true
      }
      recover(engine.places)
      rmSync(engine.path('/var/lib/gabarit/.journal.json.new'), { force: true })
      assert.is(judge(engine, [before, after]), '', `${step}: ${steps[step - 1]}, then ${second}`)
      engine.remove()
      recoveries++
      if (!cutOff) break
    }
  }
  assert.ok(recoveries > 2 * steps.length, String(recoveries))
})

commits('killed at any change: the next command finds the old state or the new one, and goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gabarit-killed-'))
  const script = join(folder, 'killed-commit.cjs')
  // Bundled once: every process would compile the sources again.
  const entryPoints = [join(PROJECT, 'test/support/killed-commit.ts')]
  // In pieces, because the bundler of the tests replaces the whole.
  const define = { [['import', 'meta', 'dirname'].join('.')]: JSON.stringify(join(PROJECT, 'test/support')) }
  buildSync({ entryPoints, outfile: script, bundle: true, platform: 'node', format: 'cjs', define })
  let undone = 0
  for (let step = 1; step <= steps.length; step++) {
    const engine = copy()
    const { stderr } = run([process.execPath, script, engine.root, String(step)])
    assert.match(stderr, 'killed by SIGKILL', `${step}: ${stderr}`)
    const message = recover(engine.places) ?? ''
    if (message.startsWith('undid')) undone++
    const state = snapshot(engine)
    delete state['/var/lib/gabarit/.journal.json.new']
    assert.ok(
      [before, after].some(wanted => JSON.stringify(wanted) === JSON.stringify(state)),
      `${step}: ${steps[step - 1]}`,
    )
    await engine.apply(NAMES)
    assert.is(judge(engine, [after]), '', `${step}: ${steps[step - 1]}`)
    assert.ok(edited(engine).includes('edited by hand\n'), `${step}: the edited text is kept`)
    engine.remove()
  }
  assert.ok(undone > 10, String(undone))
  rmSync(folder, { recursive: true })
})

commits('what somebody writes after a crash is not taken for ours', async () => {
  const engine = copy()
  const dead = dying(engine, steps.findIndex(step => step.startsWith('make folder')) + 1)
  await engine.applyOn(dead, ...NAMES).catch(error => assert.instance(error, Failure))
  engine.write('/new/folder/made', 'mine\n')
  assert.match(recover(engine.places) ?? '', 'undid an earlier commit')
  assert.is(engine.read('/new/folder/made'), 'mine\n')
  engine.remove()
})

commits('a damaged journal stops, and says what to look for', () => {
  for (const text of ['', '{', '{}', 'null']) {
    const engine = copy()
    engine.write('/var/lib/gabarit/journal.json', text)
    try {
      recover(engine.places)
      assert.unreachable()
    } catch (error) {
      assert.instance(error, Failure)
      assert.match(String(error), 'the journal of an earlier commit is damaged')
    }
    engine.remove()
  }
})

commits.after(() => {
  prototype.remove()
  complete.remove()
})
commits.run()

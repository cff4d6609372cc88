import { symlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { expandAll } from '../../src/plan/expand.ts'
import { planOutputs } from '../../src/plan/planner.ts'
import { readManifest } from '../../src/state/manifest.ts'
import { DryRunSystem } from '../../src/system/real-system.ts'
import { Engine } from '../support/engine.ts'
import { NAMES, prepare } from '../support/faults.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const dryRun = suite('the dry-run system')

dryRun('the same steps as in a real run, seen by who reads there, and not one byte changes', async () => {
  const engine = new Engine()
  await prepare(engine)
  const before = treeState(engine.root)
  const system = new DryRunSystem(engine.places.root)
  const { manifest } = await engine.applyOn(system, ...NAMES)
  assert.equal(treeChanges(before, treeState(engine.root)), [])
  const context = engine.context(system)
  assert.equal(planOutputs(context, expandAll(context, NAMES), NAMES).changes, [], 'it sees its own files')
  assert.equal(readManifest(context.places), manifest)
  assert.not.ok(context.places.state.has('journal.json'))
  engine.remove()
})

dryRun('a link that was removed leads nowhere', () => {
  const engine = new Engine()
  const path = engine.path('/link')
  symlinkSync('elsewhere', path)
  const system = new DryRunSystem(engine.places.root)
  assert.is(system.readLink(path), 'elsewhere')
  system.remove(path)
  assert.throws(() => system.readLink(path), /EINVAL/)
  engine.remove()
})

dryRun('no command is run', async () => {
  const { status } = await new DryRunSystem('/').run(['false'], { timeout: 1000 })
  assert.is(status, 0)
})

dryRun.run()

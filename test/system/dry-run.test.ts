import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { DryRunSystem } from '../../src/system/dry-run-system.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { Engine } from '../support/engine.ts'
import { NAMES, prepare } from '../support/faults.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const dryRun = suite('the dry-run system')

dryRun('the same steps as in a real run, and not one byte changes', async () => {
  const engine = new Engine()
  await prepare(engine)
  const before = treeState(engine.root)
  const system = new DryRunSystem(engine.places.root)
  await engine.applyOn(system, ...NAMES)
  assert.equal(treeChanges(before, treeState(engine.root)), [])
  const noted = system.notes.join('\n')
  for (const name of ['/a', '/linked', '/new/folder/made', '/each/z', '/var/lib/gabarit/manifest.json']) {
    const staged = name.replace(/([^/]+)$/, '.$1.gabarit-new')
    assert.ok(noted.includes(`rename ${engine.path(staged)} ${engine.path(name)}`), name)
  }
  engine.remove()
})

dryRun('every method that changes something is overridden', async () => {
  const changing = [
    'makeFolder',
    'removeFolder',
    'writeNew',
    'replace',
    'link',
    'symlink',
    'rename',
    'remove',
    'setAttributes',
    'syncFolder',
    'run',
  ]
  const reading = ['state', 'read', 'readLink', 'realPath', 'userId', 'groupId']
  const known = new Set([...changing, ...reading, 'constructor'])
  assert.equal(
    Object.getOwnPropertyNames(RealSystem.prototype).filter(name => !known.has(name)),
    [],
    'a new method: does it change something?',
  )
  for (const name of changing) assert.ok(Object.hasOwn(DryRunSystem.prototype, name), name)
  const { status } = await new DryRunSystem('/').run(['false'])
  assert.is(status, 0)
})

dryRun.run()

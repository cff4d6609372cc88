// Every row of the drift table: as a function, and as plans, status and JSON show it.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sha256 } from '../../src/base/sha256.ts'
import { type DriftState, driftState } from '../../src/plan/drift.ts'
import { History } from '../../src/state/history/history.ts'
import { keepWritten, lastWritten } from '../../src/state/last-written.ts'
import { readManifest } from '../../src/state/manifest.ts'
import { writtenFolder } from '../../src/system/places.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { Engine } from '../support/engine.ts'

const states = suite('drift states')

type Row = readonly [
  onDisk: string | undefined,
  lastWritten: string | undefined,
  wanted: string | undefined,
  DriftState,
]

const TABLE: readonly Row[] = [
  [undefined, undefined, 'new', 'created'],
  [undefined, 'old', 'new', 'removed by hand'],
  [undefined, 'old', 'old', 'removed by hand'],
  ['old', 'old', 'old', 'managed'],
  ['new', undefined, 'new', 'managed'],
  ['old', 'old', 'new', 'updated'],
  ['new', 'old', 'new', 'in step by hand'],
  ['mine', 'old', 'new', 'edited'],
  ['mine', 'old', 'old', 'edited'],
  ['mine', undefined, 'new', 'taken over'],
  ['old', 'old', undefined, 'orphan'],
  ['mine', 'old', undefined, 'orphan edited'],
  ['mine', undefined, undefined, 'taken over'],
  [undefined, 'old', undefined, 'managed'],
]

for (const [onDisk, last, wanted, state] of TABLE)
  states(`on disk ${onDisk}, last written ${last}, wanted ${wanted}: ${state}`, () => {
    assert.is(driftState({ onDisk, lastWritten: last, wanted }), state)
  })

/** The file /x of a template that wants `new`; what was last written and what stands there now, undefined for nothing. */
async function prepared(onDisk: string | undefined, last: string | undefined, wanted: string | undefined) {
  const engine = new Engine()
  if (last !== undefined) {
    engine.ship('templates/x', last)
    await engine.apply('x')
  }
  engine.ship('templates/x', wanted ?? 'never\n')
  engine.ship('templates/x.template.json', JSON.stringify({ delete: wanted === undefined }))
  rmSync(engine.path('/x'), { force: true })
  if (onDisk !== undefined) writeFileSync(engine.path('/x'), onDisk)
  return engine
}

for (const [onDisk, last, wanted, state] of TABLE)
  states(`a plan says it: ${state} (${onDisk}, ${last}, ${wanted})`, async () => {
    const engine = await prepared(onDisk, last, wanted)
    const plan = engine.plan('x')
    const byHand = ['removed by hand', 'in step by hand', 'edited', 'orphan edited'].includes(state)
    assert.equal(
      plan.drift.map(({ path, state: said }) => [path, said]),
      byHand ? [['/x', state]] : [],
    )
    const quiet = state === 'managed' || state === 'in step by hand'
    assert.equal(
      plan.changes.map(({ drift, edited }) => [drift, edited]),
      quiet ? [] : [[state, state.endsWith('edited')]],
    )
    await engine.apply('x')
    assert.is(existsSync(engine.path('/x')), wanted !== undefined)
    const folder = engine.path('/var/lib/gabarit/replaced')
    const kept = existsSync(folder) ? readdirSync(folder).map(name => readFileSync(`${folder}/${name}`, 'utf8')) : []
    assert.equal(kept, onDisk === 'mine' ? ['mine'] : [], 'what a person wrote is kept')
    assert.equal(engine.plan('x').drift, [], 'in step again')
    engine.remove()
  })

states('a link that somebody put in the place of a file is drift', async () => {
  const engine = await prepared(undefined, 'old', 'new')
  engine.link('/elsewhere', '/x')
  assert.is(engine.plan('x').changes[0]?.drift, 'edited')
  engine.remove()
})

states('the bytes last written are kept, secrets masked, and known again while the secret is the same', async () => {
  const engine = new Engine({ configuration: { box: ['service', { Password: 'open sesame' }] } })
  engine.ship(
    'db/configuration/box.json',
    JSON.stringify({ type: 'service', description: { en: 'x' }, properties: { Password: { secret: true } } }),
  )
  engine.ship('templates/x', 'password <%= config.box.Password %>\n')
  engine.ship('templates/y', 'plain\n')
  await engine.apply('x', 'y')
  const { places } = engine
  const files = writtenFolder(places)
    .list()
    .map(name => readFileSync(writtenFolder(places).path(name), 'utf8'))
  assert.is(files.length, 2)
  assert.not.ok(files.some(text => text.includes('sesame')))
  const hash = sha256('password open sesame\n')
  assert.is(lastWritten(hash, places)?.toString(), 'password open sesame\n')
  assert.is(lastWritten(sha256('plain\n'), places)?.toString(), 'plain\n')
  engine.database('configuration', { box: ['service', { Password: 'another one' }] })
  assert.is(lastWritten(hash, places), undefined)
  assert.is(lastWritten(sha256('never'), places), undefined)
  engine.remove()
})

states('what the history has already is not stored once more', () => {
  const engine = new Engine()
  const { places } = engine
  const hash = new History(places).objects.put('plain\n')
  const file = { template: 'x', sha256: hash }
  const owned = new Map(Object.entries({ '/etc/x': file, '/etc/y': file }))
  keepWritten(owned, places, new RealSystem(places.root), assert.unreachable)
  assert.is(statSync(writtenFolder(places).path(hash)).nlink, 2)
  assert.is(lastWritten(hash, places)?.toString(), 'plain\n')
  engine.remove()
})

states('contents of former times are cleared away in the end, those in force stay', async () => {
  const engine = new Engine()
  const system = new RealSystem(engine.places.root)
  for (let round = 0; round < 120; round++) {
    engine.ship('templates/x', `${round}\n`)
    await engine.apply('x')
  }
  const manifest = readManifest(engine.places)
  keepWritten(manifest, engine.places, system, assert.unreachable)
  assert.ok(writtenFolder(engine.places).list().length < 110)
  assert.is(lastWritten(sha256('119\n'), engine.places)?.toString(), '119\n')
  engine.remove()
})

states.run()

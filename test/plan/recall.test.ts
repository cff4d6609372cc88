// Outputs that are taken from their files are what an expansion of everything would make, whatever has changed.
import {
  appendFileSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { applyPlan } from '../../src/commit/barrier.ts'
import { expandAll } from '../../src/plan/expand.ts'
import { planOutputs } from '../../src/plan/planner.ts'
import { keepRecall, readRecall } from '../../src/plan/recalled.ts'
import { maskingWith } from '../../src/state/history/masking.ts'
import { Objects } from '../../src/state/history/objects.ts'
import { storeSnapshot, takeSnapshot } from '../../src/state/history/snapshot.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import type { System } from '../../src/system/system.ts'
import type { Output } from '../../src/template/output.ts'
import { Engine, type TestRecords } from '../support/engine.ts'
import { Chooser } from '../support/random.ts'

const recall = suite('recall')

const SITE = { each: { db: 'sites' }, output: '/etc/sites/{key}.conf' }

/** Expands with what is known of former events, and commits. @returns the outputs, and how many were not made again */
async function event(
  engine: Engine,
  args: readonly string[] = [],
  system?: System,
): Promise<{ outputs: Output[]; recalled: number }> {
  const context = { ...engine.context(system), event: { name: 'e', args } }
  const known = readRecall(engine.places)
  const outputs = expandAll(context, ['sites'], known)
  const recalled = outputs.filter(output => output.known !== undefined).length
  await applyPlan(context, planOutputs(context, outputs, ['sites']))
  // As the history does.
  storeSnapshot(takeSnapshot(engine.places), new Objects(engine.places.state), maskingWith(engine.places))
  keepRecall(known, engine.places)
  // Another text: it is read again.
  appendFileSync(engine.places.state.path('made.json'), '\n')
  return { outputs, recalled }
}

function plain(outputs: readonly Output[]) {
  return outputs.map(({ path, content, link, folders }) => ({ path, content, link, folders }))
}

/** What fragments ask of their own: records and files, or only records. */
const OWN = ['<%= exists("/etc/in/" + item.key) ? 1 : 0 %>', '<%= db("others").get(item.key)?.Text ?? "-" %>']

for (const asked of OWN)
  recall(`after any changes the outputs are those of a whole expansion: ${asked}`, async () => {
    const random = new Chooser()
    const sites = new Map<string, TestRecords[string]>()
    const others = new Map<string, TestRecords[string]>()
    const engine = new Engine()
    const own = '<%= item.key %> <%= item.Text ?? "" %> <%= target %>\n'
    const link = { path: '/etc/links/{key}', where: { Text: 'a' } }
    const settings = { ...SITE, link, folders: [{ path: '/srv/{key}' }] }
    engine.template(
      'sites',
      {
        '10own': own,
        '20config': '<%= config.Name ?? "" %> <%= on(config.web) ? 1 : 0 %>\n',
        '30lists':
          '<%= db("others").all("b").length %> <%= join(db("sites").listing("Names", item.Text).map(one => one.key)) %>\n',
        '40other': '<%= db("others").get(item.Other)?.Text ?? "-" %>\n',
        '50file': `<%= read("/etc/in/" + item.Text, { optional: true }) ?? "none" %> ${asked}\n`,
        '60sub': '<%~ template("sub", item) %>',
      },
      settings,
    )
    engine.ship('templates/sites/sub/10', 'sub <%= item.Text ?? "" %>\n')
    const word = () => random.pick(['a', 'b', 'c', 'aa'])
    const site = () => random.pick(['s0', 's1', 's2', 's3', 's4', 'Upper.example', 'lower.example'])
    const name = () => (random.chance(0.5) ? word() : site())
    const changes: readonly (() => void)[] = [
      () =>
        void sites.set(site(), [
          random.pick(['site', 'domain']),
          { Text: word(), Other: word(), Names: `${word()},${word()}` },
        ]),
      () => void sites.delete(site()),
      () => void others.set(name(), [word(), { Text: word() }]),
      () => void others.delete(name()),
      () =>
        engine.database('configuration', {
          Name: [word()],
          web: ['service', { status: random.pick(['enabled', 'disabled']) }],
        }),
      () => void engine.write(`/etc/in/${random.pick(['a', 'b', 's1', 's2'])}`, word()),
      () => rmSync(engine.path(`/etc/in/${random.pick(['a', 'b', 's1', 's2'])}`), { force: true }),
      () => void engine.ship('templates/sites/sub/10', `${word()} <%= item.Text ?? "" %>\n`),
      () => engine.template('sites', {}, { ...settings, comment: random.pick(['#', ';']) }),
      () => void engine.site('templates-custom/sites/20config', `custom ${word()}\n`),
      () => void engine.site('templates-custom/sites/10own', own),
      () => rmSync(`${engine.places.site}/templates-custom`, { recursive: true, force: true }),
      () => void engine.write(`/etc/sites/${site()}.conf`, 'edited by hand\n'),
      () => rmSync(engine.path(`/etc/sites/${site()}.conf`), { force: true }),
    ]
    let recalled = 0
    for (let round = 0; round < 40; round++) {
      for (let count = random.pick([1, 2, 3]); count > 0; count--)
        random.pick(random.chance(0.6) ? changes.slice(0, 1) : changes)()
      engine.database('sites', Object.fromEntries(sites))
      engine.database('others', Object.fromEntries(others))
      const whole = expandAll(engine.context(), ['sites'])
      const found = await event(engine)
      assert.equal(plain(found.outputs), plain(whole), `round ${round}`)
      // What was asked in vain may be among them, too.
      for (const [index, { reads }] of whole.entries())
        for (const { database, key } of reads)
          assert.ok(
            found.outputs[index]?.reads.some(read => read.database === database && read.key === key),
            `${database} ${key}`,
          )
      recalled += found.recalled
    }
    assert.ok(recalled > 10, `${recalled} recalled`)
    engine.remove()
  })

/** A site with this fragment, expanded in two events with something in between. @returns how many were recalled */
async function twice(fragment: string, between: (engine: Engine) => void = () => undefined): Promise<number> {
  const engine = new Engine({ sites: { one: ['site'] } })
  engine.template('sites', { '10': fragment }, SITE)
  await event(engine)
  between(engine)
  const { recalled } = await event(engine)
  engine.remove()
  return recalled
}

recall('an unchanged output is not made again', async () => {
  assert.is(await twice('<%= item.key %>\n'), 1)
  assert.is(await twice('<%= Math.max(1, 2) %>\n'), 1)
})

recall('an output that warns, or depends on time or chance, is made each time', async () => {
  assert.is(await twice('<% warn("careful") %>\n'), 0)
  assert.is(await twice('<%= new Date().getFullYear() %>\n'), 0)
  assert.is(await twice('<% const { random } = Math %><%= random() %>\n'), 0)
  assert.is(await twice('<%= Math.random() %>\n'), 0)
})

recall('after an upgrade, or without a readable list, everything is made again', async () => {
  assert.is(await twice('x\n', engine => engine.ship('dist/gabarit.cjs', 'new')), 0)
  assert.is(await twice('x\n', ({ places }) => writeFileSync(places.state.path('made.json'), '{"lists":')), 0)
})

recall('one new output of many is not worth a new list, and is made right again', async () => {
  const engine = new Engine()
  engine.template('sites', { '10': '<%= item.Text %>\n' }, { ...SITE, comment: 'none' })
  const sites = (text: string) =>
    Object.fromEntries(Array.from({ length: 510 }, (_, index) => [`s${index}`, ['site', { Text: text }]] as const))
  engine.database('sites', sites('old'))
  await event(engine)
  await setTimeout(1100)
  await event(engine)
  const list = engine.places.state.path('made.json')
  const before = readFileSync(list, 'utf8').trim()
  for (const text of ['new', 'newer']) {
    engine.database('sites', { ...sites('old'), s7: ['site', { Text: text }] })
    const { outputs, recalled } = await event(engine)
    assert.is(outputs.find(({ path }) => path === '/etc/sites/s7.conf')?.content, `${text}\n`)
    assert.is(recalled, 509)
    assert.is(readFileSync(list, 'utf8').trim(), before)
  }
  engine.database('sites', sites('all'))
  await event(engine)
  assert.is.not(readFileSync(list, 'utf8').trim(), before)
  engine.remove()
})

recall('a link that is gone, or leads elsewhere, is made again', async () => {
  const engine = new Engine({ sites: { one: ['site'] } })
  engine.template('sites', { '10': 'text\n' }, { ...SITE, link: { path: '/etc/links/{key}' } })
  await event(engine)
  const link = engine.path('/etc/links/one')
  for (const other of [undefined, '../elsewhere']) {
    rmSync(link)
    if (other !== undefined) symlinkSync(other, link)
    await event(engine)
    assert.is(readlinkSync(link), '../sites/one.conf')
  }
  engine.remove()
})

recall('a file that was put back is not taken for what the records make now', async () => {
  const engine = new Engine()
  engine.template('sites', { '10': '<%= item.Text %>\n' }, { ...SITE, comment: 'none' })
  const [file, manifest] = [engine.path('/etc/sites/one.conf'), engine.places.state.path('manifest.json')]
  engine.database('sites', { one: ['site', { Text: 'old' }] })
  await event(engine)
  const former = [file, manifest].map(path => [path, readFileSync(path)] as const)
  engine.database('sites', { one: ['site', { Text: 'new' }] })
  await event(engine)
  for (const [path, content] of former) writeFileSync(path, content)
  assert.is((await event(engine)).outputs[0]?.content, 'new\n')
  engine.remove()
})

recall('a file that was not touched for a second is not read, and one that was is', async () => {
  const engine = new Engine({ sites: { one: ['site'] } })
  engine.template('sites', { '10': 'text\n' }, { ...SITE, comment: 'none' })
  const file = engine.path('/etc/sites/one.conf')
  const system = new RealSystem(engine.root)
  let reads = 0
  system.read = path => {
    if (path === file) reads++
    return readFileSync(path)
  }
  await event(engine)
  await setTimeout(1100)
  await event(engine)
  assert.is((await event(engine, [], system)).recalled, 1)
  assert.is(reads, 0)
  const { atime, mtime } = statSync(file)
  writeFileSync(file, 'TEXT\n')
  utimesSync(file, atime, mtime)
  await setTimeout(1100)
  await event(engine, [], system)
  assert.is(engine.read('/etc/sites/one.conf'), 'text\n')
  engine.remove()
})

recall('an edit between the outputs and the plan is found, and what is right is made', async () => {
  const engine = new Engine({ sites: { one: ['site'] } })
  engine.template('sites', { '10': 'text\n' }, { ...SITE, comment: 'none' })
  await event(engine)
  await setTimeout(1100)
  await event(engine)
  const context = engine.context()
  const outputs = expandAll(context, ['sites'], readRecall(engine.places))
  engine.write('/etc/sites/one.conf', 'edited\n')
  const { changes, drift } = planOutputs(context, outputs, ['sites'])
  assert.equal(
    changes.map(change => change.kind === 'write' && [change.after, change.edited]),
    [['text\n', true]],
  )
  assert.equal(
    drift.map(({ state }) => state),
    ['edited'],
  )
  engine.remove()
})

recall('the record of a host name in upper case counts, too', async () => {
  const engine = new Engine()
  engine.template('sites', { '10': '<%= item.Text %>\n' }, { ...SITE, comment: 'none' })
  for (const text of ['old', 'new']) {
    engine.database('sites', { 'Example.NET': ['domain', { Text: text }] })
    assert.is((await event(engine)).outputs[0]?.content, `${text}\n`)
  }
  engine.remove()
})

recall('the key of a record may be in the words of gabarit itself', async () => {
  const engine = new Engine({ sites: { c: ['site'] } })
  engine.template('sites', { '10': '<%= db("others").get("x").Text %>\n' }, { ...SITE, comment: 'none' })
  for (const text of ['old', 'new']) {
    engine.database('others', { x: ['other', { Text: text }] })
    assert.is((await event(engine)).outputs[0]?.content, `${text}\n`)
  }
  engine.remove()
})

recall('the arguments of the event count for those who look at them', async () => {
  const engine = new Engine({ sites: { one: ['site'] } })
  engine.template('sites', { '10': '<%= event.args[0] %>\n' }, { ...SITE, comment: 'none' })
  for (const arg of ['a', 'b']) assert.is((await event(engine, [arg])).outputs[0]?.content, `${arg}\n`)
  assert.is((await event(engine, ['b'])).recalled, 1)
  engine.remove()
})

recall.run()

import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeWord } from '../../src/plan/data.ts'
import { unifiedDiff } from '../../src/plan/diff.ts'
import { Engine, type TestRecords } from '../support/engine.ts'

const removal = suite('removal of files')

const METADATA = {
  each: { db: 'vpn', type: 'tunnel' },
  output: '/etc/openvpn/{key}.conf',
  link: { path: '/etc/openvpn/on/{key}', where: { status: 'enabled' } },
  comment: 'none',
}

const tunnels = (...keys: string[]): TestRecords =>
  Object.fromEntries(keys.map(key => [key, ['tunnel', { status: 'enabled' }]]))

async function withTunnels(...keys: string[]): Promise<Engine> {
  const engine = new Engine({ vpn: tunnels(...keys) })
  engine.template('vpn', { '10a': '<%= item.key %>\n' }, METADATA)
  await engine.apply('vpn')
  return engine
}

const files = (engine: Engine) => {
  const list = (folder: string) => (existsSync(engine.path(folder)) ? readdirSync(engine.path(folder)) : [])
  return { files: list('/etc/openvpn').filter(name => name !== 'on'), links: list('/etc/openvpn/on') }
}

function replaced(engine: Engine): string[] {
  const folder = engine.path('/var/lib/gabarit/replaced')
  return existsSync(folder) ? readdirSync(folder).map(name => readFileSync(`${folder}/${name}`, 'utf8')) : []
}

removal('the file and link of a deleted record go, and the diff says so', async () => {
  const engine = await withTunnels('a', 'b')
  assert.equal(files(engine), { files: ['a.conf', 'b.conf'], links: ['a', 'b'] })
  assert.is(engine.readLink('/etc/openvpn/on/a'), '../a.conf')
  engine.database('vpn', tunnels('b'))
  const plan = engine.plan('vpn')
  assert.equal(
    plan.changes.map(change => unifiedDiff(change)),
    ['--- /etc/openvpn/a.conf\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n', 'remove link /etc/openvpn/on/a -> ../a.conf\n'],
  )
  await engine.apply('vpn')
  assert.equal(files(engine), { files: ['b.conf'], links: ['b'] })
  assert.equal(engine.plan('vpn').changes, [])
  engine.remove()
})

removal('all of them go when no record is left; those of other templates stay', async () => {
  const engine = await withTunnels('a', 'b')
  engine.ship('templates/etc/openvpn/c.conf', 'c\n')
  await engine.apply('etc/openvpn/c.conf')
  engine.database('vpn', {})
  await engine.apply('vpn')
  assert.equal(files(engine), { files: ['c.conf'], links: [] })
  engine.remove()
})

removal('a link goes when its condition no longer holds, and comes back', async () => {
  const engine = await withTunnels('a')
  engine.database('vpn', { a: ['tunnel', { status: 'disabled' }] })
  await engine.apply('vpn')
  assert.equal(files(engine), { files: ['a.conf'], links: [] })
  engine.database('vpn', tunnels('a'))
  await engine.apply('vpn')
  assert.equal(files(engine), { files: ['a.conf'], links: ['a'] })
  engine.remove()
})

removal('a link that leads elsewhere is put right, a file in its place is refused', async () => {
  const engine = await withTunnels('a')
  rmSync(engine.path('/etc/openvpn/on/a'))
  engine.link('/nowhere', '/etc/openvpn/on/a')
  await engine.apply('vpn')
  assert.is(engine.readLink('/etc/openvpn/on/a'), '../a.conf')
  rmSync(engine.path('/etc/openvpn/on/a'))
  engine.write('/etc/openvpn/on/a', 'mine\n')
  assert.match((await engine.refused(() => engine.apply('vpn'))).message, 'is in the place of a link')
  assert.is(engine.read('/etc/openvpn/on/a'), 'mine\n')
  engine.remove()
})

removal('a file that somebody put in the place of a link is not removed with the record', async () => {
  const engine = await withTunnels('a')
  rmSync(engine.path('/etc/openvpn/on/a'))
  engine.write('/etc/openvpn/on/a', 'mine\n')
  engine.database('vpn', {})
  await engine.apply('vpn')
  assert.is(engine.read('/etc/openvpn/on/a'), 'mine\n')
  assert.equal(files(engine).files, [])
  engine.remove()
})

removal('a file edited by hand is kept aside when it goes', async () => {
  const engine = await withTunnels('a')
  writeFileSync(engine.path('/etc/openvpn/a.conf'), 'by hand\n')
  engine.database('vpn', {})
  assert.is(engine.plan('vpn').changes[0]?.edited, true)
  await engine.apply('vpn')
  assert.equal(replaced(engine), ['by hand\n'])
  engine.remove()
})

removal('what is gone already is no error', async () => {
  const engine = await withTunnels('a')
  for (const path of ['/etc/openvpn/a.conf', '/etc/openvpn/on/a']) rmSync(engine.path(path))
  engine.database('vpn', {})
  assert.equal(engine.plan('vpn').changes, [])
  await engine.apply('vpn')
  engine.remove()
})

removal('an output that moves takes its old file away', async () => {
  const engine = await withTunnels('a')
  engine.template('vpn', {}, { ...METADATA, output: '/etc/vpn/{key}.conf' })
  await engine.apply('vpn')
  assert.equal(files(engine), { files: [], links: ['a'] })
  assert.is(engine.readLink('/etc/openvpn/on/a'), '../../vpn/a.conf')
  assert.is(engine.read('/etc/vpn/a.conf'), 'a\n')
  engine.remove()
})

removal('skipFile: a file that was made before goes, a strange one stays', async () => {
  const engine = new Engine()
  engine.ship('templates/x', 'x\n')
  await engine.apply('x')
  engine.ship('templates/x', '<% skipFile() %>\n')
  await engine.apply('x')
  assert.not(existsSync(engine.path('/x')))
  engine.write('/x', 'mine\n')
  await engine.apply('x')
  assert.is(engine.read('/x'), 'mine\n')
  engine.remove()
})

removal('delete: the file goes, and one that gabarit did not make is kept aside', async () => {
  const engine = new Engine()
  engine.template('etc/x', {}, { delete: true })
  engine.write('/etc/x', 'of the distribution\n')
  const change = engine.plan('etc/x').changes[0]
  assert.is(change?.kind, 'remove')
  await engine.apply('etc/x')
  assert.not(existsSync(engine.path('/etc/x')))
  assert.equal(replaced(engine), ['of the distribution\n'])
  assert.equal(engine.plan('etc/x').changes, [])
  engine.remove()
})

removal('what a file replaced comes back with its mode when it is no longer made, each time', async () => {
  const engine = new Engine()
  for (const own of ['of the distribution\n', 'of somebody, later\n']) {
    engine.write('/etc/x', own, 0o640)
    engine.template('etc/x', { '10a': 'ours\n' }, { mode: '0600' })
    await engine.apply('etc/x')
    engine.template('etc/x', { '10a': 'ours, changed\n' }, { mode: '0600' })
    await engine.apply('etc/x')
    engine.template('etc/x', { '10a': '<% skipFile() %>\n' }, { validate: [['false', '{}']] })
    const [change] = engine.plan('etc/x').changes
    assert.is(change && changeWord(change), 'put back')
    await engine.apply('etc/x')
    assert.is(engine.read('/etc/x'), own)
    assert.is(lstatSync(engine.path('/etc/x')).mode & 0o777, 0o640)
    assert.equal(engine.plan('etc/x').changes, [], 'it is not ours any more')
  }
  engine.remove()
})

removal('what the file of a deleted record replaced comes back, a link too', async () => {
  const engine = new Engine({ vpn: tunnels('a', 'b') })
  engine.write('/etc/openvpn/a.conf', 'mine\n')
  engine.link('elsewhere', '/etc/openvpn/b.conf')
  engine.template('vpn', { '10a': '<%= item.key %>\n' }, METADATA)
  await engine.apply('vpn')
  engine.database('vpn', {})
  await engine.apply('vpn')
  assert.is(engine.read('/etc/openvpn/a.conf'), 'mine\n')
  assert.is(engine.readLink('/etc/openvpn/b.conf'), 'elsewhere')
  engine.remove()
})

removal('an edit is kept when the former file comes back; without its copy, ours only goes', async () => {
  const engine = new Engine()
  for (const path of ['/etc/x', '/etc/y']) {
    engine.write(path, `of the distribution: ${path}\n`)
    engine.ship(`templates${path}`, 'ours\n')
  }
  await engine.apply('etc/x', 'etc/y')
  writeFileSync(engine.path('/etc/x'), 'by hand\n')
  const folder = engine.path('/var/lib/gabarit/replaced')
  for (const name of readdirSync(folder)) if (name.startsWith('etc+y.')) rmSync(`${folder}/${name}`)
  for (const path of ['/etc/x', '/etc/y']) engine.ship(`templates${path}`, '<% skipFile() %>\n')
  await engine.apply('etc/x', 'etc/y')
  assert.is(engine.read('/etc/x'), 'of the distribution: /etc/x\n')
  assert.ok(replaced(engine).includes('by hand\n'))
  assert.not(existsSync(engine.path('/etc/y')))
  engine.remove()
})

removal('a folder in the place of a file is not removed', async () => {
  const engine = await withTunnels('a')
  rmSync(engine.path('/etc/openvpn/a.conf'))
  engine.write('/etc/openvpn/a.conf/inside', 'mine\n')
  engine.database('vpn', {})
  assert.match((await engine.refused(() => engine.apply('vpn'))).message, 'is a folder')
  assert.ok(lstatSync(engine.path('/etc/openvpn/on/a')).isSymbolicLink(), 'nothing was changed')
  engine.remove()
})

removal('the services of a file that goes are told, also of the last one', async () => {
  const engine = new Engine({ vpn: tunnels('a', 'b') })
  engine.template('vpn', { '10a': '<%= item.key %>\n' }, { ...METADATA, notify: ['openvpn:restart'] })
  await engine.apply('vpn')
  assert.equal(engine.plan('vpn').notify, [])
  for (const left of [['b'], []]) {
    engine.database('vpn', tunnels(...left))
    assert.equal(engine.plan('vpn').notify, ['openvpn:restart'])
    await engine.apply('vpn')
  }
  engine.remove()
})

removal('a damaged list of owned files stops everything', async () => {
  for (const text of [
    '',
    '{',
    '{"version": 1}',
    'null',
    '[]',
    '{"outputs": {"/etc/x": null}}',
    '{"outputs": {"/etc/x": {"template": "x"}}}',
  ]) {
    const engine = new Engine()
    engine.ship('templates/x', 'x\n')
    engine.write('/var/lib/gabarit/manifest.json', text)
    const { status, where, message } = await engine.refused(() => engine.apply('x'))
    assert.match(message, 'the list of files that gabarit owns is damaged', text)
    assert.is(status, 3)
    assert.match(where ?? '', /manifest\.json$/)
    assert.not(existsSync(engine.path('/x')))
    engine.remove()
  }
})

removal.run()

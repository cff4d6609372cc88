import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Engine } from '../support/engine.ts'
import { must } from '../support/sandbox.ts'
import { needsRoot, testIf } from '../support/skip.ts'

const plan = suite('plan')

/** An engine with the template /etc/x that makes `new`. */
function withX(metadata: object = {}, text = 'new\n'): Engine {
  const engine = new Engine()
  engine.template('etc/x', { 'template-begin': '', '10a': text }, metadata)
  return engine
}

/** Kinds and paths of what a plan would change. */
const changes = (engine: Engine, ...names: string[]) =>
  engine.plan(...names).changes.map(({ kind, path }) => `${kind} ${path}`)

/** Contents of the copies that were kept of replaced files. */
function replaced(engine: Engine): string[] {
  const folder = engine.path('/var/lib/gabarit/replaced')
  return existsSync(folder) ? readdirSync(folder).map(name => readFileSync(`${folder}/${name}`, 'utf8')) : []
}

const mode = (engine: Engine, path: string) => (statSync(engine.path(path)).mode & 0o7777).toString(8)

plan('a new file, then nothing to do', async () => {
  const engine = withX()
  assert.equal(changes(engine, 'etc/x'), ['write /etc/x'])
  await engine.apply('etc/x')
  assert.is(engine.read('/etc/x'), 'new\n')
  assert.is(mode(engine, '/etc/x'), '644')
  assert.equal(changes(engine, 'etc/x'), [])
  const { ino, mtimeNs } = statSync(engine.path('/etc/x'), { bigint: true })
  await engine.apply('etc/x')
  const after = statSync(engine.path('/etc/x'), { bigint: true })
  assert.equal([after.ino, after.mtimeNs], [ino, mtimeNs])
  engine.remove()
})

plan(
  'permissions: those of the existing file, unless the metadata says otherwise; put right also without a change of content',
  async () => {
    const engine = withX()
    engine.write('/etc/x', 'old\n', 0o640)
    await engine.apply('etc/x')
    assert.is(mode(engine, '/etc/x'), '640')
    engine.template('etc/x', {}, { mode: '0600' })
    assert.equal(changes(engine, 'etc/x'), ['attributes /etc/x'])
    await engine.apply('etc/x')
    assert.is(mode(engine, '/etc/x'), '600')
    assert.equal(changes(engine, 'etc/x'), [])
    engine.template('etc/x', { '10a': 'newer\n' })
    chmodSync(engine.path('/etc/x'), 0o666)
    await engine.apply('etc/x')
    assert.is(mode(engine, '/etc/x'), '600')
    engine.remove()
  },
)

testIf(plan, needsRoot(), 'owners: kept, or those of the metadata, by the names of the root tree', async () => {
  const engine = withX()
  const owner = () => {
    const { uid, gid } = statSync(engine.path('/etc/x'))
    return [uid, gid]
  }
  engine.write('/etc/x', 'old\n')
  must(['chown', '1234:1235', engine.path('/etc/x')])
  await engine.apply('etc/x')
  assert.equal(owner(), [1234, 1235])
  engine.write('/etc/passwd', 'root:x:0:0::/:/bin/sh\nwebby:x:4321:99::/:/bin/false\n')
  engine.write('/etc/group', 'webbies:x:4322:\n')
  engine.template('etc/x', {}, { owner: 'webby', group: 'webbies' })
  await engine.apply('etc/x')
  assert.equal(owner(), [4321, 4322])
  engine.template('etc/x', {}, { owner: '77', group: '78' })
  await engine.apply('etc/x')
  assert.equal(owner(), [77, 78])
  engine.remove()
})

plan('an unknown owner or group is refused, never root', async () => {
  const engine = withX({ owner: 'nosuchuser' })
  const { message, where, status } = await engine.refused(() => engine.apply('etc/x'))
  assert.match(message, 'there is no user "nosuchuser"')
  assert.equal([where, status], ['/etc/x', 3])
  engine.template('etc/x', {}, { owner: 'root', group: 'rot' })
  assert.match(
    (await engine.refused(() => engine.apply('etc/x'))).message,
    'there is no group "rot"; did you mean "root"?',
  )
  assert.not(existsSync(engine.path('/etc/x')))
  engine.remove()
})

plan('a symbolic link at the target is replaced, not followed', async () => {
  const engine = withX()
  engine.write('/srv/precious', 'precious\n')
  engine.link('../srv/precious', '/etc/x')
  await engine.apply('etc/x')
  assert.ok(lstatSync(engine.path('/etc/x')).isFile())
  assert.equal([engine.read('/etc/x'), engine.read('/srv/precious')], ['new\n', 'precious\n'])
  engine.remove()
})

plan('a folder that is a link to nothing is refused, before anything is written', async () => {
  const engine = withX()
  engine.link('gone', '/etc')
  const { message, where, hint } = await engine.refused(() => engine.apply('etc/x'))
  assert.equal([where, message], ['/etc', 'is a link to gone, which does not exist'])
  assert.is(hint, 'Create that folder, or remove the link.')
  mkdirSync(engine.path('/gone'))
  await engine.apply('etc/x')
  assert.is(engine.read('/gone/x'), 'new\n')
  engine.remove()
})

plan('a folder that is a link out of the root is refused, one within it is not', async () => {
  const engine = withX()
  mkdirSync(`${engine.root}/outside`)
  engine.link(`${engine.root}/outside`, '/etc')
  assert.match((await engine.refused(() => engine.apply('etc/x'))).message, /its folder is a link to .*outside/)
  assert.equal(readdirSync(`${engine.root}/outside`), [])
  rmSync(engine.path('/etc'))
  mkdirSync(engine.path('/real'))
  engine.link('real', '/etc')
  await engine.apply('etc/x')
  assert.is(engine.read('/real/x'), 'new\n')
  engine.remove()
})

plan('a folder at the target is refused, and so is what is neither file nor folder', async () => {
  const engine = withX()
  engine.write('/etc/x/inside', 'kept\n')
  assert.match((await engine.refused(() => engine.apply('etc/x'))).message, 'is a folder')
  assert.is(engine.read('/etc/x/inside'), 'kept\n')
  rmSync(engine.path('/etc/x'), { recursive: true })
  must(['mkfifo', engine.path('/etc/x')])
  assert.match((await engine.refused(() => engine.apply('etc/x'))).message, 'not a file, folder or link')
  assert.ok(lstatSync(engine.path('/etc/x')).isFIFO())
  engine.remove()
})

plan('a missing folder is made, with its parents; a file in its place is an error', async () => {
  const engine = new Engine()
  engine.ship('templates/a/b/c', 'new\n')
  assert.equal(
    engine.plan('a/b/c').folders.map(({ path }) => path),
    ['/a', '/a/b'],
  )
  await engine.apply('a/b/c')
  assert.is(engine.read('/a/b/c'), 'new\n')
  assert.is(mode(engine, '/a/b'), '755')
  engine.write('/f', 'file\n')
  engine.ship('templates/f/b', 'x\n')
  assert.match((await engine.refused(() => engine.apply('f/b'))).message, 'not a directory')
  assert.is(engine.read('/f'), 'file\n')
  engine.remove()
})

plan('two templates with one target are refused, and so is a link in the way of an output', async () => {
  const engine = withX()
  engine.template('etc/y', { '10a': 'y\n' }, { output: '/etc/x' })
  assert.match(
    (await engine.refused(() => engine.plan('etc/x', 'etc/y'))).message,
    '/etc/x is generated twice: by the templates /etc/x and /etc/y',
  )
  engine.template('etc/y', {}, { output: '/etc/y', link: '/etc/x' })
  assert.match((await engine.refused(() => engine.plan('etc/x', 'etc/y'))).message, 'is generated twice')
  engine.remove()
})

plan('a file edited by hand is reported, and its text kept', async () => {
  const engine = withX()
  await engine.apply('etc/x')
  writeFileSync(engine.path('/etc/x'), 'by hand\n')
  const change = engine.plan('etc/x').changes[0]
  assert.equal([change?.kind, change?.edited], ['write', true])
  await engine.apply('etc/x')
  assert.equal([engine.read('/etc/x'), replaced(engine)], ['new\n', ['by hand\n']])
  engine.remove()
})

plan('a file that gabarit did not make is reported, and its text kept', async () => {
  const engine = withX()
  engine.write('/etc/x', 'before\n')
  const change = engine.plan('etc/x').changes[0]
  assert.equal([change?.kind === 'write' && change.takenOver, change?.edited], [true, false])
  await engine.apply('etc/x')
  assert.equal(replaced(engine), ['before\n'])
  engine.template('etc/x', { '10a': 'newer\n' })
  await engine.apply('etc/x')
  assert.equal(replaced(engine), ['before\n'], 'what gabarit made itself is not kept')
  engine.remove()
})

plan('the same content is adopted without a word', async () => {
  const engine = withX()
  engine.write('/etc/x', 'new\n')
  assert.equal(changes(engine, 'etc/x'), [])
  await engine.apply('etc/x')
  engine.template('etc/x', { '10a': 'newer\n' })
  await engine.apply('etc/x')
  assert.equal(replaced(engine), [])
  engine.remove()
})

plan.run()

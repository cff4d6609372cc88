import { chmodSync, chownSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findTemplate, searchList } from '../../src/template/tree.ts'
import { Engine, failureOf } from '../support/engine.ts'
import { needsRoot, testIf } from '../support/skip.ts'

const tree = suite('the tree of templates')

/** Writes files below four layers, `1` the nearest to the site. */
function merged(files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}) {
  const engine = new Engine()
  for (const [path, text] of Object.entries(files)) engine.write(`/layers/${path}`, text)
  for (const [path, target] of Object.entries(links)) engine.link(target, `/layers/${path}`)
  const layer = (name: string, custom: boolean) => ({ folder: engine.path(`/layers/${name}`), custom })
  const layers = [layer('1', true), layer('2', true), layer('3', false), layer('4', false)]
  return { engine, layers }
}

/** The fragments of `t` in order, as `LAYER/NAME` or `LAYER` for a single file. */
function fragments(files: Readonly<Record<string, string>>, links?: Readonly<Record<string, string>>) {
  const { engine, layers } = merged(files, links)
  const found = findTemplate(layers, '/t')
  const short = (file: string) => file.replace(engine.path('/layers/'), '').replace(/\/t(\/|$)/, '$1')
  const result = found && {
    names: found.fragments.map(({ file }) => short(file)),
    single: found.single,
    warnings: found.warnings.map(warning => short(warning.split(':')[0] ?? '')),
  }
  engine.remove()
  return result
}

const text = (...paths: string[]) => Object.fromEntries(paths.map(path => [path, path]))

tree('the search list: site custom, checkout custom, site, shipped', () => {
  const engine = new Engine()
  assert.equal(
    searchList(engine.places).map(({ folder, custom }) => [folder.replace(engine.root, ''), custom]),
    [
      ['/server/etc/gabarit/templates-custom', true],
      ['/package/templates-custom', true],
      ['/server/etc/gabarit/templates', false],
      ['/package/templates', false],
    ],
  )
  engine.remove()
})

tree('a fragment of the same name replaces, the first layer wins; a new name is added', () => {
  const found = fragments(
    text('4/t/10a', '4/t/20b', '4/t/30c', '4/t/40d', '3/t/20b', '3/t/30c', '2/t/30c', '1/t/15n', '1/t/40d'),
  )
  assert.equal(found?.names, ['4/10a', '1/15n', '3/20b', '2/30c', '1/40d'])
})

tree('order: template-begin, byte order of the names, template-end', () => {
  const names = ['template-end', 'template-begin', 'template-begin2', '10b', '10B', '9', '100', 'é', 'z', '.dot', 'Z']
  const found = fragments(text(...names.map(name => `4/t/${name}`)))
  const order = ['template-begin', '.dot', '100', '10B', '10b', '9', 'Z', 'template-begin2', 'z', 'é', 'template-end']
  assert.equal(
    found?.names,
    order.map(name => `4/${name}`),
  )
})

tree('backups of editors and packages are skipped with a warning, look-alikes are not', () => {
  const skipped = ['10a~', '10a.swp', '10a.orig', '10a.rpmsave', '10a.rpmnew', '10a.rpmorig']
  const kept = ['#x#', '10a', '10a.ORIG', '10a.bak', '10a.save', '10a.swo', 'README']
  const found = fragments(text(...[...skipped, ...kept].map(name => `4/t/${name}`)))
  assert.equal(
    found?.names,
    kept.map(name => `4/${name}`),
  )
  for (const name of skipped) assert.ok(found?.warnings.includes(`4/${name}`), name)
  for (const name of ['#x#', '10a.bak', '10a.save', '10a.swo']) assert.ok(found?.warnings.includes(`4/${name}`), name)
})

tree('links to files count; dangling ones, endless ones, links to folders and folders are ignored', () => {
  const files = text('4/t/10a', '4/t/Sub/10x', '1/t/10a/10y', 'other', 'folder/10z')
  const links = {
    '4/t/20link': '../../other',
    '1/t/10a.dangling': 'nowhere',
    '1/t/20link': 'gone',
    '4/t/30loop': '30loop',
    '4/t/40dir': '../../folder',
  }
  const found = fragments(files, links)
  assert.equal(found?.names, ['4/10a', '4/20link'])
})

tree('a single file forgets the folder before it; a folder forgets the single file', () => {
  assert.equal(fragments(text('4/t/10a', '1/t')), { names: ['1'], single: false, warnings: [] })
  assert.equal(fragments(text('4/t', '1/t/10a')), { names: ['1/10a'], single: false, warnings: [] })
  assert.equal(fragments(text('4/t', '1/t')), { names: ['1'], single: true, warnings: [] })
  assert.equal(fragments(text('4/t/10a', '3/t', '1/t/20b'))?.names, ['1/20b'])
})

tree('nobody knows the template', () => {
  assert.is(fragments(text('4/other/10a')), undefined)
  const engine = new Engine()
  engine.template('etc/hosts', { '10a': 'a' })
  const { message, status } = failureOf(() => engine.expand('/etc/host'))
  assert.match(message, 'there is no template /etc/host; did you mean "/etc/hosts"?')
  assert.is(status, 3)
  for (const name of ['../etc/hosts', 'etc/../../x', '', '/', '.', 'a\0b'])
    assert.match(failureOf(() => engine.expand(name)).message, 'is not the name of a template', name)
  assert.is(engine.expand('//etc//hosts/')[0]?.path, '/etc/hosts')
  engine.remove()
})

tree('an empty custom fragment switches the shipped one off; a fragment adds no newline of its own', () => {
  const engine = new Engine()
  engine.template('t', { 'template-begin': '', '10a': 'a', '20b': 'b\n', '30c': 'c\r\n' })
  assert.is(engine.text('t'), 'ab\nc\r\n')
  engine.site('templates-custom/t/20b', '')
  assert.is(engine.text('t'), 'ac\r\n')
  for (const name of ['10a', '30c']) engine.site(`templates-custom/t/${name}`, '')
  assert.is(engine.text('t'), '')
  engine.remove()
})

tree('a custom fragment that fails stops the expansion: no fall back to the shipped one', () => {
  const engine = new Engine()
  engine.template('t', { '10a': 'a' })
  const own = engine.site('templates-custom/t/10a', '<% throw new Error("oh") %>')
  assert.is(failureOf(() => engine.expand('t')).where, `${own}:1:10`)
  engine.remove()
})

tree('the banner: for folders, and for a single file that replaced one; it names what is custom', () => {
  const engine = new Engine()
  engine.template('dir', { '10a': 'a\n', '20b': 'b\n' })
  engine.ship('templates/single', 'a\n')
  assert.is(engine.text('single'), 'a\n')
  assert.match(engine.text('dir'), /^# -+\n(# .*\n)+a\nb\n$/)
  engine.site('templates-custom/dir/20b', 'c\n')
  assert.match(engine.text('dir'), '10a 20b (custom)')
  assert.match(engine.text('dir'), 'gabarit customize /dir 10a')
  engine.site('templates-custom/dir2/x', 'x\n')
  engine.ship('templates/file/10a', 'a\n')
  engine.site('templates-custom/file', 'own\n')
  assert.match(engine.text('file'), /^# -+\n(# .*\n)+own\n$/)
  engine.site('templates-custom/dir/template-begin', '; mine\n')
  assert.is(engine.text('dir'), '; mine\na\nc\n')
  engine.remove()
})

tree('a fragment may be a link to one of another template', () => {
  const engine = new Engine()
  engine.template('a', { '10x': 'x\n' })
  mkdirSync(join(engine.places.shipped, 'templates/b'))
  symlinkSync('../a/10x', join(engine.places.shipped, 'templates/b/10x'))
  engine.ship('templates/b/template-begin', '')
  assert.is(engine.text('b'), 'x\n')
  engine.remove()
})

tree('a fragment that everybody may write to is refused', () => {
  const engine = new Engine()
  const file = engine.ship('templates/t/10a', 'a')
  chmodSync(file, 0o666)
  const { where, message, hint } = failureOf(() => engine.expand('t'))
  assert.is(where, file)
  assert.match(message, 'is writable by everybody')
  assert.match(hint ?? '', 'chmod go-w')
  engine.remove()
})

testIf(tree, needsRoot(), 'nor one of another user, or that a group may write to', () => {
  const engine = new Engine()
  const file = engine.ship('templates/t/10a', 'a')
  chownSync(file, 1234, 0)
  assert.match(failureOf(() => engine.expand('t')).message, 'belongs to the user with id 1234')
  chownSync(file, 0, 1234)
  chmodSync(file, 0o664)
  assert.match(failureOf(() => engine.expand('t')).message, 'by the group with id 1234')
  chmodSync(file, 0o644)
  assert.match(engine.text('t'), /a$/)
  engine.remove()
})

tree('a fragment that is not UTF-8 is refused, one with a replacement character is not', () => {
  const engine = new Engine()
  const file = engine.ship('templates/t', Buffer.from('caf\xe9', 'latin1'))
  const failure = failureOf(() => engine.expand('t'))
  assert.is(failure.where, file)
  assert.match(failure.message, 'not valid UTF-8')
  engine.ship('templates/t', 'caf\ufffd')
  assert.is(engine.text('t'), 'caf\ufffd')
  engine.remove()
})

tree.run()

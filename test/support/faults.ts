import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { RealSystem } from '../../src/system/real-system.ts'
import type { Attributes } from '../../src/system/system.ts'
import type { Engine } from './engine.ts'

/** Called before each change with its number, from 1, and what it is; it may throw, or end the process. */
type Watch = (number: number, what: string) => void

/** The real system, with somebody who looks at every change before it is made. */
export class WatchedSystem extends RealSystem {
  #count = 0
  readonly #watch: Watch

  constructor(root: string, watch: Watch) {
    super(root)
    this.#watch = watch
  }

  #note(...words: string[]): void {
    this.#watch(++this.#count, words.join(' '))
  }

  override makeFolder(path: string): void {
    this.#note('make folder', path)
    super.makeFolder(path)
  }

  override removeFolder(path: string): void {
    this.#note('remove folder', path)
    super.removeFolder(path)
  }

  override writeNew(path: string, data: string | Uint8Array, attributes: Attributes): void {
    this.#note('open', path)
    // The file is there, with half of its content.
    super.writeNew(path, data.slice(0, data.length / 2), attributes)
    this.#note('write', path)
    super.remove(path)
    super.writeNew(path, data, attributes)
  }

  override link(path: string, name: string): void {
    this.#note('link', path, name)
    super.link(path, name)
  }

  override symlink(target: string, path: string): void {
    this.#note('symlink', target, path)
    super.symlink(target, path)
  }

  override rename(from: string, to: string): void {
    this.#note('rename', from, to)
    super.rename(from, to)
  }

  override remove(path: string): void {
    if (this.state(path) === undefined) return
    this.#note('remove', path)
    super.remove(path)
  }

  override setAttributes(path: string, attributes: Attributes): void {
    this.#note('set attributes', path)
    super.setAttributes(path, attributes)
  }

  override syncFolder(path: string): void {
    this.#note('sync', path)
    super.syncFolder(path)
  }
}

/** The templates of {@link prepare}. */
export const NAMES = ['a', 'edited', 'each', 'gone', 'linked', 'made', 'mode', 'same']

/** A server with files of all kinds, and templates that now want a change of every kind. */
export async function prepare(engine: Engine): Promise<void> {
  engine.database('vpn', { x: ['tunnel', { on: 'yes' }], y: ['tunnel', { on: 'yes' }] })
  for (const name of ['a', 'edited', 'gone', 'mode', 'same']) engine.ship(`templates/${name}`, `${name} 1\n`)
  const each = { each: { db: 'vpn' }, output: '/each/{key}', link: { path: '/each/{key}.on', where: { on: 'yes' } } }
  engine.template('each', { 'template-begin': '', '10a': '<%= item.key %>\n' }, each)
  await engine.apply('a', 'edited', 'each', 'gone', 'mode', 'same')

  engine.ship('templates/a', 'a 2\n')
  engine.write('/edited', 'edited by hand\n', 0o640)
  engine.ship('templates/edited', 'edited 2\n')
  engine.database('vpn', { x: ['tunnel', { on: 'no' }], z: ['tunnel', { on: 'yes' }] })
  engine.ship('templates/gone.template.json', '{"delete": true}')
  engine.write('/target', 'target of the link\n')
  engine.link('target', '/linked')
  engine.ship('templates/linked', 'linked 2\n')
  engine.ship('templates/made', 'made 2\n')
  engine.ship(
    'templates/made.template.json',
    '{"output": "/new/folder/made", "mode": "0600", "link": "/new/links/made"}',
  )
  engine.ship('templates/mode.template.json', '{"mode": "0600"}')
}

/** Everything on the server but copies of replaced and of written files: kind, permissions, owner and content by path. */
export function snapshot(engine: Engine): Record<string, string> {
  const found: Record<string, string> = {}
  const look = (path: string) => {
    for (const name of readdirSync(engine.path(path)).sort()) {
      const child = join(path, name)
      const file = engine.path(child)
      const stat = lstatSync(file)
      if (child === '/var/lib/gabarit/replaced' || child === '/var/lib/gabarit/written') continue
      const content = stat.isFile() ? readFileSync(file, 'utf8') : stat.isSymbolicLink() ? readlinkSync(file) : ''
      found[child] = `${stat.mode.toString(8)} ${stat.uid} ${stat.gid} ${stat.isFile() ? stat.nlink : ''} ${content}`
      if (stat.isDirectory()) look(child)
    }
  }
  look('/')
  return found
}

import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { findPlaces, type Places } from '../../src/system/places.ts'
import { BIN, must, type Outcome, PROJECT, type RunOptions, run } from '../support/sandbox.ts'

/** The programs as they are built, with a few templates of their own: a run is short, and sees nothing else. */
class Package {
  readonly #home = mkdtempSync(join(tmpdir(), 'gabarit-package-'))
  /** The programs, as in a checkout or, of the executable, as it is installed. */
  readonly programs = process.env.GABARIT_BIN === undefined ? join(this.#home, 'bin') : join(this.#home, 'lib/gabarit')
  readonly folder = process.env.GABARIT_BIN === undefined ? this.#home : join(this.#home, 'share/gabarit')

  constructor() {
    const copy = (from: string, to: string) => cpSync(from, to, { recursive: true, verbatimSymlinks: true })
    copy(BIN, this.programs)
    copy(join(PROJECT, 'package.json'), join(this.folder, 'package.json'))
    if (process.env.GABARIT_BIN === undefined) copy(join(PROJECT, 'dist'), join(this.folder, 'dist'))
    const text = `text <%= config.note.text %>\n`
    this.#template('note', text, { mode: '0640', notify: ['noted:reload'] })
    this.#template('vault', `password <%= config.vault.Password %>\n${text}`, { mode: '0600', format: 'shell' })
    this.#template('same', 'always the same\n', {})
    this.#template('site', 'site <%= item.key %>: <%= item.title %>\n', {
      output: '/etc/sites/{key}/site.conf',
      link: '/etc/sites-enabled/{key}.conf',
      each: { db: 'sites', type: 'site' },
    })
    for (const name of ['note', 'vault', 'same', 'site']) this.#write(`events/change/templates2expand/etc/${name}`, '')
    this.#write('events/nothing/services2adjust/nobody', '')
    const vault = { type: 'service', properties: { Password: { secret: true } } }
    this.#write('db/configuration/vault.json', JSON.stringify(vault))
    this.#write('db/sites/@site.json', JSON.stringify({ properties: { title: {} } }))
  }

  #template(name: string, text: string, metadata: object): void {
    this.#write(`templates/etc/${name}`, text)
    this.#write(`templates/etc/${name}.template.json`, JSON.stringify(metadata))
  }

  #write(path: string, text: string): void {
    outputFileSync(join(this.folder, path), text)
  }
}

let shared: Package | undefined

/** The package that all sites of one test file share: its folder, and that of the programs. */
export function thePackage(): Package {
  shared ??= new Package()
  return shared
}

/** A database without records says nothing: an import makes it ahead of its commit. */
const NO_RECORDS = '{}\n'

/** A small server with an event `change`. */
export class Site {
  readonly root: string
  readonly places: Places

  /** @param root its folder; absent: a fresh one */
  constructor(root = mkdtempSync(join(tmpdir(), 'gabarit-site-'))) {
    this.root = root
    this.places = findPlaces(thePackage().folder, { GABARIT_ROOT: root })
  }

  /** A copy in a fresh folder, or in an empty one. */
  copy(root = mkdtempSync(join(tmpdir(), 'gabarit-site-'))): Site {
    cpSync(this.root, root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    return new Site(root)
  }

  /** What a command of this server needs in its environment. */
  get env(): Record<string, string> {
    const wall = { GABARIT_WALL: '/bin/true' }
    const PATH = `${thePackage().programs}:${process.env.PATH}`
    return { PATH, GABARIT_ROOT: this.root, GABARIT_SERVICE_MANAGER: 'none', ...wall }
  }

  run(command: readonly string[], options: RunOptions = {}): Outcome {
    return run(command, { cwd: '/', ...options, env: { ...this.env, ...options.env } })
  }

  must(command: readonly string[], options: RunOptions = {}): string {
    return must(command, { cwd: '/', ...options, env: { ...this.env, ...options.env } })
  }

  path(path: string): string {
    return join(this.root, path)
  }

  exists(path: string): boolean {
    return existsSync(this.path(path))
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8')
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10 })
  }

  /** Files of the server, databases, what gabarit and a fleet own, and what waits for a confirmation: by name, each as text. */
  state(): Record<string, string> {
    const found: Record<string, string> = {}
    const look = (path: string) => {
      for (const name of namesIn(this.path(path))) {
        const child = join(path, name)
        const stat = lstatSync(this.path(child))
        const content = stat.isSymbolicLink() ? readlinkSync(this.path(child)) : stat.isFile() ? this.read(child) : ''
        found[child] = `${stat.mode.toString(8)} ${stat.uid} ${stat.gid} ${content}`
        if (stat.isDirectory()) look(child)
      }
    }
    look('/etc')
    const state = '/var/lib/gabarit'
    for (const name of namesIn(this.path(`${state}/db`))) {
      const text = name.startsWith('.') ? NO_RECORDS : this.read(`${state}/db/${name}`)
      if (text !== NO_RECORDS) found[name] = text
    }
    found.manifest = this.exists(`${state}/manifest.json`) ? this.read(`${state}/manifest.json`) : 'none'
    found.pins = this.exists(`${state}/pins.json`) ? this.read(`${state}/pins.json`) : 'none'
    const owned = `${state}/fleet/owned.json`
    found.fleet = this.exists(owned) ? this.read(owned) : 'none'
    const waits = this.exists(`${state}/confirmation.json`)
    found.confirmation = waits ? `base ${JSON.parse(this.read(`${state}/confirmation.json`)).base}` : 'none'
    return found
  }
}

/** Names in a folder, in order; none when there is no such folder. */
export function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

/** A server on which `change` has run, with everything ready for a second time: all kinds of changes wait. */
export function waitingSite(): Site {
  const site = new Site()
  const type = (line: string) => site.must(line.split(' '))
  type('config set note record text one')
  type('config set vault service Password opensesame')
  type('config set noted service status enabled')
  type('db sites set a site title First')
  type('db sites set b site title Second')
  type('signal-event change')
  type('config setprop note text two')
  type('db sites delete a')
  type('db sites setprop b title 2')
  type('db sites set c site title Third')
  return site
}

/** The same when it has run a second time: entry 2 of the history. */
export function changedSite(): Site {
  const site = waitingSite()
  site.must(['signal-event', 'change'])
  return site
}

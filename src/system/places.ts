import { basename, isAbsolute, join, resolve } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { Failure, orFailure } from '../base/failure.ts'
import type { Files } from './files.ts'
import type { Io } from './io.ts'
import { kindOf, namesIn, readText, statOf } from './read-files.ts'
import { RealFiles } from './real-files.ts'
import { State } from './state.ts'

/** Where everything is. All paths are absolute; {@link below} finds target files. */
export interface Paths {
  /** Prefix of every path on the server; `/` in production. */
  readonly root: string
  /** The package's own folder (templates, db, events). */
  readonly shipped: string
  /** The site's folder: `/etc/gabarit` below the root. */
  readonly site: string
  /** Folders of somebody else's modules, in byte order of their names. */
  readonly modules: readonly string[]
  /** Folder of the databases. */
  readonly databases: string
  /** `/var/lib/gabarit` below the root. */
  readonly stateFolder: string
  /** Those of the disk, or of a dry run: databases are read from and written to them. */
  readonly files: Files
}

/** The same for the engine, with what gabarit keeps for itself. */
export interface Places extends Paths {
  /** Manifest, journal, locks, copies of replaced files: what is in {@link Paths.stateFolder}. */
  readonly state: State
}

/**
 * Reads the places from the environment.
 * `GABARIT_ROOT` is the prefix of every path. `DBPATH`, if set, is the folder of the databases (relative to the current
 * folder if it does not start with a slash).
 * @param shipped the package's folder
 * @param root overrides `GABARIT_ROOT` (the option `--root`)
 * @param absolute makes a relative path absolute; default: from the current folder of the process
 */
export function findPaths(
  shipped: string,
  env: NodeJS.ProcessEnv,
  root?: string,
  absolute: Io['resolve'] = resolve,
): Paths {
  const base = absolute(root ?? (env.GABARIT_ROOT || '/'))
  const stateFolder = join(base, 'var/lib/gabarit')
  const databases = env.DBPATH ? absolute(env.DBPATH) : join(stateFolder, 'db')
  const site = join(base, 'etc/gabarit')
  return { root: base, shipped, site, modules: findModules(base), databases, stateFolder, files: new RealFiles() }
}

/**
 * The folders that have `templates`, `db`, `events`, `checkers` and `services`: the package, the modules, the site. What a later
 * one says overrides an earlier one.
 */
export function packageFolders({ shipped, modules, site }: Pick<Paths, 'shipped' | 'modules' | 'site'>): string[] {
  return [shipped, ...modules, site]
}

/** The name of a database: never a path. */
export const DATABASE_NAME = /^\w[\w.-]*$/

/** Names of modules, their commands and their checks. */
export const MODULE_NAME = /^[a-z][a-z0-9-]*$/

/** The folders of the installed modules, in byte order of their names. */
function findModules(root: string): string[] {
  const valid = moduleFolders(root).filter(folder => MODULE_NAME.test(basename(folder)))
  const byName = new Map(valid.map(folder => [basename(folder), folder]))
  return [...byName].sort(([a], [b]) => compareBytes(a, b)).map(([, folder]) => folder)
}

/** Folders that would be modules if their names were valid. */
export function misnamedModules(root: string): string[] {
  return moduleFolders(root).filter(folder => !MODULE_NAME.test(basename(folder)))
}

/** Packages first, then the site: a later module replaces an earlier one with the same name completely. */
function moduleFolders(root: string): string[] {
  const homes = [join(root, 'usr/share/gabarit/modules'), join(root, 'etc/gabarit/modules')]
  return homes.flatMap(home => foldersIn(home))
}

/** The modules in one folder. */
export function modulesIn(home: string): string[] {
  return foldersIn(home).filter(folder => MODULE_NAME.test(basename(folder)))
}

/** Most servers have no such folder, and asking costs less than an error. Folders we may not read have no modules for us. */
function foldersIn(home: string): string[] {
  const folders = orFailure(() => {
    const names = statOf(home) === undefined ? [] : namesIn(home).filter(name => !name.startsWith('.'))
    return names.map(name => join(home, name)).filter(path => kindOf(path) === 'folder')
  })
  return folders instanceof Failure ? [] : folders
}

/**
 * Says at once that only root can use the server's own databases. Those below another root, or in DBPATH, are their owner's.
 * @param command what to type after sudo
 * @throws Failure
 */
export function needRoot({ databases, stateFolder, root }: Paths, command: readonly string[]): void {
  const own = root === '/' && databases.startsWith(stateFolder)
  if (own && process.geteuid?.() !== 0) throw new Failure(`this needs root: sudo ${command.join(' ')}`)
}

/** As {@link findPaths}, with the state on the disk. */
export function findPlaces(...args: Parameters<typeof findPaths>): Places {
  const paths = findPaths(...args)
  return placesOn(paths, paths.files)
}

/** The same places, with what gabarit keeps on these files: a dry run has its own. */
export function placesOn(paths: Paths, files: Files): Places {
  return { ...paths, files, state: new State(paths.stateFolder, files) }
}

/** The version of this package. */
export function versionOf(shipped: string): string {
  return JSON.parse(readText(join(shipped, 'package.json'))).version
}

/** The real place of a path on the server (`/etc/hosts`), below the root. */
export function below(places: Pick<Places, 'root'>, path: string): string {
  return places.root === '/' && isAbsolute(path) ? path : join(places.root, path)
}

/** Where the last written contents are kept, each under its hash in the manifest, with secrets masked. */
export function writtenFolder({ state }: Places): State {
  return state.within('written')
}

/** The path of a database, and the files it is one of: those of the disk, or of a dry run. */
export interface DatabaseFile {
  readonly path: string
  readonly files: Files
  /** Which of this machine's own databases it is. Absent: a file somewhere, or in DBPATH. */
  readonly of?: {
    readonly places: Paths
    readonly name: string
    /** The part of the fleet that it belongs to, such as `group/web`; absent: it is about this machine. */
    readonly part?: string
  }
}

/** The file of a database. A name that starts with a slash is the path of a file, as in SME Server. */
export function databaseFile(places: Paths, name: string): DatabaseFile {
  const { databases, files, stateFolder } = places
  if (isAbsolute(name)) return { path: name, files }
  const file = { path: join(databases, `${name}.json`), files }
  if (databases === join(stateFolder, 'db')) return { ...file, of: { places, name } }
  const part = partOfFleet(places)
  return part === undefined ? file : { ...file, of: { places, name, part } }
}

/** The folder with the records of a fleet, on a controller. */
export function fleetRecords({ stateFolder }: Pick<Paths, 'stateFolder'>): string {
  return join(stateFolder, 'fleet/records')
}

/** The part of a fleet whose databases these are, such as `group/web`; undefined: of none. */
function partOfFleet(places: Pick<Paths, 'databases' | 'stateFolder'>): string | undefined {
  const [folder, { databases }] = [`${fleetRecords(places)}/`, places]
  return databases.startsWith(folder) ? databases.slice(folder.length) : undefined
}

import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Io } from './io.ts'

/** Where everything lives. All paths are absolute; target files are found with {@link Places.target}. */
export interface Places {
  /** Put before every path on the server; `/` in production. */
  readonly root: string
  /** The package's own folder (templates, db, events, bin). */
  readonly shipped: string
  /** The site's folder: `/etc/gabarit` below the root. */
  readonly site: string
  /** Folder of the databases. */
  readonly databases: string
  /** Manifest, journal, locks, copies of replaced files: `/var/lib/gabarit` below the root. */
  readonly state: string
}

/**
 * Reads the places from the environment.
 * `GABARIT_ROOT` is put before every path; `DBPATH`, when set, is the folder of the databases (relative to the
 * current folder when it does not start with a slash).
 * @param shipped the package's folder
 * @param root overrides `GABARIT_ROOT` (the option `--root`)
 * @param absolute makes a relative path absolute; absent: from the current folder of the process
 */
export function findPlaces(
  shipped: string,
  env: NodeJS.ProcessEnv,
  root?: string,
  absolute: Io['resolve'] = resolve,
): Places {
  const base = absolute(root ?? (env.GABARIT_ROOT || '/'))
  const state = join(base, 'var/lib/gabarit')
  const databases = env.DBPATH ? absolute(env.DBPATH) : join(state, 'db')
  return { root: base, shipped, site: join(base, 'etc/gabarit'), databases, state }
}

/** The package's folder, seen from a bundle in `dist/` or a source file in `src/cli/`. */
export function packageFolder(file: string): string {
  const folder = dirname(file)
  return folder.endsWith('/src/cli') ? dirname(dirname(folder)) : dirname(folder)
}

/** The real place of a path on the server (`/etc/hosts`), below the root. */
export function below(places: Pick<Places, 'root'>, path: string): string {
  return places.root === '/' && isAbsolute(path) ? path : join(places.root, path)
}

/** Where the contents last written are, each under the hash that the manifest has, secrets masked. */
export function writtenFolder(places: Places): string {
  return join(places.state, 'written')
}

/** The file of a database. A name that starts with a slash is a file of its own, as in SME Server. */
export function databaseFile(places: Places, name: string): string {
  return isAbsolute(name) ? name : join(places.databases, `${name}.json`)
}

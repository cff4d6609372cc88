import { join } from 'node:path'
import { filesBelow } from '../../override/custom-files.ts'
import { type Places, packageFolders } from '../../system/places.ts'
import { exists } from '../../system/read-files.ts'

const KINDS = ['templates', 'db', 'events', 'checkers', 'services']

/**
 * Compares the files of a module with those of others.
 * @returns real paths: the files of gabarit, or of an earlier module, that it overrides, and those of the site, or of a later
 * module, that override one of its own
 */
export function overridesOf(places: Places, folder: string): { overrides: string[]; overriddenBy: string[] } {
  const packages = packageFolders(places)
  const at = packages.indexOf(folder)
  const files = KINDS.flatMap(kind => filesBelow(join(folder, kind)).map(path => ({ kind, path }))).filter(isOverride)
  const custom = [places.shipped, places.site].map(base => join(base, 'templates-custom'))
  const found = (bases: readonly string[]) =>
    files.flatMap(({ kind, path }) => bases.map(base => join(base, kind, path))).filter(exists)
  const overriding = files
    .filter(({ kind }) => kind === 'templates')
    .flatMap(({ path }) => custom.map(base => join(base, path)))
  return {
    overrides: found(packages.slice(0, at)),
    overriddenBy: [...found(packages.slice(at + 1)), ...overriding.filter(exists)],
  }
}

/** The markers of an event have no content, and the tables of checkers are merged. */
function isOverride({ kind, path }: { kind: string; path: string }): boolean {
  return !path.includes('/templates2expand/') && !(kind === 'checkers' && path === 'well-known.json')
}

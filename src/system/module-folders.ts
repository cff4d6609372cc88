import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { Failure } from '../base/failure.ts'
import { kindOf, namesIn, statOf } from './read-files.ts'

/** The names of modules, of their verbs and of their checks. */
export const MODULE_NAME = /^[a-z][a-z0-9-]*$/

/** Where modules are: those of packages, then those of the site. A later one replaces one of the same name as a whole. */
function homesBelow(root: string): string[] {
  return [join(root, 'usr/share/gabarit/modules'), join(root, 'etc/gabarit/modules')]
}

/** The folders of the modules that somebody has installed, in byte order of their names. */
export function findModules(root: string): string[] {
  const found = homesBelow(root).flatMap(home => foldersIn(home).map(name => [name, join(home, name)] as const))
  const byName = new Map(found.filter(([name]) => MODULE_NAME.test(name)))
  return [...byName].sort(([a], [b]) => compareBytes(a, b)).map(([, folder]) => folder)
}

/** Folders that would be modules if they had the name of one. */
export function misnamedModules(root: string): string[] {
  return homesBelow(root).flatMap(home =>
    foldersIn(home)
      .filter(name => !MODULE_NAME.test(name))
      .map(name => join(home, name)),
  )
}

/** Most servers have no such folder, and asking costs less than an error. What we may not see has no modules for us. */
function foldersIn(home: string): string[] {
  try {
    if (statOf(home) === undefined) return []
    return namesIn(home).filter(name => !name.startsWith('.') && kindOf(join(home, name)) === 'folder')
  } catch (error) {
    if (error instanceof Failure) return []
    throw error
  }
}

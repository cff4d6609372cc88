import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { Failure } from '../base/failure.ts'
import { kindOf, namesIn, statOf } from './read-files.ts'

/** Names of modules, their commands and their checks. */
export const MODULE_NAME = /^[a-z][a-z0-9-]*$/

/** Where modules are: packages first, then the site. A later module replaces an earlier one with the same name completely. */
function homesBelow(root: string): string[] {
  return [join(root, 'usr/share/gabarit/modules'), join(root, 'etc/gabarit/modules')]
}

/** The folders of the installed modules, in byte order of their names. */
export function findModules(root: string): string[] {
  const found = homesBelow(root).flatMap(home => foldersIn(home).map(name => [name, join(home, name)] as const))
  const byName = new Map(found.filter(([name]) => MODULE_NAME.test(name)))
  return [...byName].sort(([a], [b]) => compareBytes(a, b)).map(([, folder]) => folder)
}

/** Folders that would be modules if their names were valid. */
export function misnamedModules(root: string): string[] {
  return homesBelow(root).flatMap(home =>
    foldersIn(home)
      .filter(name => !MODULE_NAME.test(name))
      .map(name => join(home, name)),
  )
}

/** Most servers have no such folder, and asking costs less than an error. Folders we may not read have no modules for us. */
function foldersIn(home: string): string[] {
  try {
    if (statOf(home) === undefined) return []
    return namesIn(home).filter(name => !name.startsWith('.') && kindOf(join(home, name)) === 'folder')
  } catch (error) {
    if (error instanceof Failure) return []
    throw error
  }
}

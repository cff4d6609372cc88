import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A package of an old system. */
export interface Tree {
  /** Where its `etc/e-smith` is. */
  readonly root: string
  /** Where its modules are, too. */
  readonly sources: string
  readonly system: 'sme' | 'nethserver'
}

/** The packages below a folder of unpacked sources. */
export function treesBelow(folder: string): Tree[] {
  return foldersBelow(folder)
    .filter(path => path.endsWith('/etc/e-smith/templates') && !/\/(locale|tests)\//.test(path))
    .map(path => ({
      root: path.slice(0, -'/etc/e-smith/templates'.length),
      sources: join(folder, path.slice(folder.length + 1).split('/')[0] ?? ''),
      system: systemOf(path),
    }))
}

/** The modules in Perl below a folder, by their name as a path: `esmith/DB.pm`. */
export function modulesBelow(folder: string, system: Tree['system']): Map<string, string> {
  const files = foldersBelow(folder).flatMap(path => filesIn(path).filter(file => file.endsWith('.pm')))
  return new Map(
    files
      .filter(file => systemOf(file) === system && !/\/(t|tests)\//.test(file))
      .flatMap(file => {
        const [, name = ''] = /^\s*package\s+([\w:]+)/m.exec(readFileSync(file, 'latin1')) ?? []
        const path = `${name.replaceAll('::', '/')}.pm`
        return file.endsWith(`/${path}`) ? [[path, file] as const] : []
      }),
  )
}

/** The folders below a folder that hold files: each is a template, or a part of one. */
export function templatesBelow(folder: string): string[] {
  return foldersBelow(folder)
    .filter(path => path !== folder && filesIn(path).length > 0)
    .map(path => path.slice(folder.length + 1))
}

function systemOf(path: string): Tree['system'] {
  return /nethserver/i.test(path) ? 'nethserver' : 'sme'
}

/** The paths of the files in a folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .map(name => join(folder, name))
    .filter(path => statSync(path, { throwIfNoEntry: false })?.isFile())
}

function foldersBelow(folder: string): string[] {
  const below = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())
  return [folder, ...below.flatMap(({ name }) => foldersBelow(join(folder, name)))]
}

import { dirname, join, posix } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { isBackup } from '../base/fragment-names.ts'
import type { Places } from '../system/places.ts'
import { exists, namesIn, realPath } from '../system/read-files.ts'
import { type Layer, listTemplates, METADATA_FILE } from '../template/tree.ts'
import { overrideKind } from './content.ts'

/** The shipped file that a custom file overrides. */
export interface Shadow {
  readonly file: string
  /** There are no lines to compare: a file replaces a folder of fragments or the other way round, or it is a single word. */
  readonly whole: boolean
}

/** A file of the site that replaces a shipped one, or could. */
export interface CustomFile {
  /** The same on every machine, and the name in overrides.json: `templates/etc/hosts/30Hosts`. */
  readonly id: string
  readonly kind: 'template' | 'description' | 'event'
  /** Without the kind's folder: `etc/hosts/30Hosts`. */
  readonly path: string
  readonly file: string
  readonly shadow: Shadow | undefined
}

/** All custom files in effect: in the templates-custom folders, and the site's descriptions and events. */
export function customFiles(places: Places, layers: readonly Layer[]): CustomFile[] {
  const shipped = layers.filter(({ custom }) => !custom).map(({ folder }) => folder)
  const found = new Map<string, CustomFile>()
  const add = (kind: CustomFile['kind'], folder: string, id: string, under: readonly string[], path: string) => {
    if (!found.has(id)) found.set(id, { id, kind, path, file: join(folder, path), shadow: shadowOf(path, under) })
  }
  // Files at the top belong to no template: a README, a .gitkeep.
  for (const { folder } of layers.filter(({ custom }) => custom))
    for (const path of filesBelow(folder))
      if (path.includes('/') && !isBackup(path)) add('template', folder, `templates/${path}`, shipped, path)
  for (const [name, kind] of [['db', 'description'] as const, ['events', 'event'] as const]) {
    const folder = join(places.site, name)
    const under = [...places.modules.toReversed(), places.shipped].map(base => join(base, name))
    for (const path of filesBelow(folder))
      if (isInForce(kind, folder, path)) add(kind, folder, `${name}/${path}`, under, path)
  }
  return [...found.values()].sort((a, b) => compareBytes(a.id, b.id))
}

/** The markers in templates2expand have no content; actions are only used through the links of the shipped events. */
function isInForce(kind: 'description' | 'event', folder: string, path: string): boolean {
  if (!path.includes('/') || isBackup(path)) return false
  if (kind === 'description') return exists(join(folder, path))
  return !path.includes('/templates2expand/') && !path.startsWith('actions/')
}

function shadowOf(path: string, folders: readonly string[]): Shadow | undefined {
  for (const folder of folders) {
    const file = join(folder, path)
    const kind = overrideKind(file)
    if (kind !== undefined) return { file, whole: kind === 'folder' || path.includes('/services2adjust/') }
    for (let above = dirname(path); above !== '.'; above = dirname(above))
      if (overrideKind(join(folder, above)) === 'file') return { file: join(folder, above), whole: true }
  }
  return undefined
}

/** Paths of all files in a folder and its sub-folders. Links to folders are followed, but never in a circle. */
export function filesBelow(folder: string, prefix = '', above: readonly string[] = []): string[] {
  const real = realPath(folder)
  if (real === undefined || above.includes(real)) return []
  return namesIn(folder).flatMap(name => {
    const path = prefix === '' ? name : `${prefix}/${name}`
    const kind = overrideKind(join(folder, name))
    if (kind === 'file') return [path]
    // A site may keep its overrides in git.
    return kind === undefined || name === '.git' ? [] : filesBelow(join(folder, name), path, [...above, real])
  })
}

/** The two words that name an override in commands: `/etc/hosts 30Hosts`, `events/console-save S10mine`. */
export type OverrideName = readonly [template: string, fragment: string]

/** Names overrides. The templates are only listed for the first name: most runs need none. */
export function overrideNames(layers: readonly Layer[]): (file: CustomFile) => OverrideName {
  let templates: ReadonlySet<string> | undefined
  return ({ kind, id, path }) => {
    const fragment = posix.basename(path)
    if (kind !== 'template') return [posix.dirname(id), fragment]
    templates ??= new Set(listTemplates(layers))
    const single = path.endsWith(`.${METADATA_FILE}`) ? path.slice(0, -METADATA_FILE.length - 1) : path
    return [templates.has(single) ? `/${single}` : `/${posix.dirname(path)}`, fragment]
  }
}

/** Whether a file belongs to a template: as a fragment, a sub-template's fragment or metadata. */
export function belongsTo(path: string, template: string): boolean {
  return path === template || path.startsWith(`${template}/`) || path === `${template}.${METADATA_FILE}`
}

import { posix } from 'node:path'
import { type Layer, listTemplates, METADATA_FILE } from '../template/tree.ts'
import type { CustomFile } from './custom-files.ts'

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

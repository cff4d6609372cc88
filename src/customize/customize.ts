import { dirname, join } from 'node:path'
import { changeBases, overrideContents } from '../override/bases.ts'
import type { Places } from '../system/places.ts'
import { readBytes } from '../system/read-files.ts'
import type { System } from '../system/system.ts'
import type { FragmentFile, TemplateFiles } from '../template/tree.ts'

/** Copies a fragment into the site's templates-custom and records what it was copied from. @returns the copy */
export function copyFragment(
  places: Places,
  system: System,
  template: TemplateFiles,
  { name, file }: FragmentFile,
): string {
  const path = template.single ? template.name : join(template.name, name)
  const own = join(places.site, 'templates-custom', path)
  const content = readBytes(file)
  system.makeFolder(dirname(own))
  // Not with the mode of the shipped one: in a checkout a whole group may write it.
  system.writeNew(own, content, { mode: 0o644, uid: 0, gid: 0 })
  const sha256 = overrideContents(places).put(content)
  changeBases(places, () => new Map([[`templates/${path}`, { sha256, origin: 'customize' }]]))
  return own
}

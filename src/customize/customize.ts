import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { changeBases, overrideContents } from '../override/bases.ts'
import { contentOf } from '../override/content.ts'
import type { Places } from '../system/places.ts'
import type { FragmentFile, TemplateFiles } from '../template/tree.ts'

/** Copies a fragment into the site's templates-custom and records what it was copied from. @returns the copy */
export function copyFragment(places: Places, template: TemplateFiles, { name, file }: FragmentFile): string {
  const path = template.single ? template.name : join(template.name, name)
  const own = join(places.site, 'templates-custom', path)
  mkdirSync(dirname(own), { recursive: true })
  // Not with the mode of the shipped one: in a checkout a whole group may write it.
  writeFileSync(own, readFileSync(file), { flag: 'wx', mode: 0o644 })
  const sha256 = overrideContents(places).put(contentOf(own))
  changeBases(places, () => new Map([[`templates/${path}`, { sha256, origin: 'customize' }]]))
  return own
}

import { dirname, join, relative } from 'node:path'
import { refusal } from '../base/failure.ts'
import { changeBases, overrideContents } from '../override/bases.ts'
import type { Context } from '../plan/context.ts'
import type { FileChange, RemoveChange } from '../plan/plan.ts'
import type { Target } from '../plan/target.ts'
import type { Places } from '../system/places.ts'
import { readBytes } from '../system/read-files.ts'
import type { System } from '../system/system.ts'
import type { FragmentFile, Layer, TemplateFiles } from '../template/tree.ts'

/** The path of a fragment below its templates folder. */
export function pathInLayer(layers: readonly Layer[], file: string): string {
  const layer = layers.find(({ folder }) => file.startsWith(`${folder}/`))
  if (layer === undefined) throw refusal('this fragment is not in any templates folder', { where: file })
  return relative(layer.folder, file)
}

/**
 * Plans the site's own version of a fragment, or a change to its existing one.
 * @param target notes the folders to create for it
 * @param template the template it belongs to
 * @param path of the fragment, below a templates folder
 * @returns undefined if the site's own has this text already
 */
export function customFragment(
  { places }: Context,
  target: Target,
  template: string,
  path: string,
  after: string,
): FileChange | undefined {
  const own = ownPath(places, path)
  const { real, state, before } = target.look(own)
  if (state !== undefined && before === undefined) throw refusal('is not a file', { where: real })
  if (before?.equals(Buffer.from(after)) === true) return undefined
  if (state === undefined) target.missingFolders(real)
  const { mode, uid, gid } = state ?? { mode: 0o644, uid: 0, gid: 0 }
  return {
    kind: 'write',
    ...{ path: own, real, template, before, after, attributes: { mode, uid, gid }, judging: {} },
    drift: state === undefined ? 'created' : 'updated',
    ...{ edited: false, takenOver: false, replacesLink: undefined },
  }
}

/**
 * Plans the removal of the site's own version of a fragment.
 * @throws Failure (refused) if it has none
 */
export function removedFragment({ places }: Context, target: Target, template: string, path: string): RemoveChange {
  const own = ownPath(places, path)
  const { real, before, link } = target.look(own)
  if (before === undefined && link === undefined)
    throw refusal('the site has no own version of this fragment', { where: real, hint: 'gabarit overrides' })
  return {
    kind: 'remove',
    ...{ path: own, real, template, before, wasLink: link, takenOver: false, edited: false, drift: 'updated' },
  }
}

/** The path on the server of the site's own version. */
function ownPath(places: Places, path: string): string {
  return `/${relative(places.root, join(places.site, 'templates-custom', path))}`
}

/** Copies a fragment into the site's templates-custom and remembers what it was made from. @returns the copy */
export function copyFragment(
  places: Places,
  system: System,
  template: TemplateFiles,
  { name, file }: FragmentFile,
): string {
  const path = template.single ? template.name : join(template.name, name)
  const own = join(places.site, 'templates-custom', path)
  const content = readBytes(file)
  const sha256 = overrideContents(places).put(content)
  system.makeFolder(dirname(own))
  // Not with the mode of the shipped one: in a checkout a whole group may write it.
  system.replace(own, content, { mode: 0o644, uid: 0, gid: 0 })
  try {
    changeBases(places, () => new Map([[`templates/${path}`, { sha256, origin: 'customize' }]]))
  } catch (error) {
    system.remove(own)
    throw error
  }
  return own
}

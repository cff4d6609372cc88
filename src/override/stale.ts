import { Failure, isOfSystem } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { systemReason } from '../system/atomic-write.ts'
import type { Places } from '../system/places.ts'
import { readMetadata } from '../template/metadata.ts'
import { findTemplate, type Layer, listTemplates, templateName } from '../template/tree.ts'
import { type Base, changeBases, overrideContents } from './bases.ts'
import { contentOf } from './content.ts'
import { belongsTo, type OverrideName, overrideNames } from './custom-files.ts'
import { findOverrides, type Override } from './state.ts'

/**
 * One line for each stale override, for the warnings of an expansion. Read-only.
 * @param templates what is being expanded; overrides of other templates are omitted
 * @throws Failure (refused) if overrides.json is damaged
 */
export function staleOverrides(places: Places, layers: readonly Layer[], templates: readonly string[]): string[] {
  const left = findOverrides(places, layers).filter(
    ({ state }) => state === 'stale' || state === 'shadows nothing any more',
  )
  if (left.length === 0) return []
  const concerned = concernedBy(layers, templates)
  const nameOf = overrideNames(layers)
  return left.filter(concerned).map(override => warning(override, nameOf(override)))
}

/**
 * Records the shipped file of each custom file that is new or has become a copy of a shipped version, with its content for a
 * later merge. Called after a committed expansion. If it cannot be written, that is only a warning: the files are in place, and
 * the next expansion tries again.
 */
export function rememberOverrides(places: Places, layers: readonly Layer[], warn: (message: string) => void): void {
  if (findOverrides(places, layers).every(override => newBase(override) === undefined)) return
  try {
    changeBases(places, bases => newBases(places, findOverrides(places, layers, bases)))
  } catch (error) {
    if (error instanceof Failure) warn(error.describe())
    else if (isOfSystem(error)) warn(`the bases of the overrides cannot be recorded: ${systemReason(error)}`)
    else throw error
  }
}

function newBases(places: Places, overrides: readonly Override[]): ReadonlyMap<string, Base> {
  const contents = overrideContents(places)
  const changed = new Map<string, Base>()
  for (const override of overrides) {
    const base = newBase(override)
    if (base === undefined) continue
    const holder = base.sha256 === override.hash ? override.file : override.shadow?.file
    const content = holder === undefined ? undefined : contentOf(holder)
    // Otherwise it was changed meanwhile: the next run sees it again.
    if (content !== undefined && sha256(content) !== base.sha256) continue
    if (content !== undefined) contents.put(content)
    changed.set(override.id, base)
  }
  return changed
}

/** What has to be recorded about an override, if anything. */
function newBase({ state, base, remembered, shippedHash }: Override): Base | undefined {
  if (base !== remembered) return base
  if (state === 'unknown base' || (state === 'new' && base === undefined))
    return { sha256: shippedHash, origin: 'seen' }
  // An empty fragment is never stale. If it is filled one day, its base is what is shipped then.
  return state === 'switches off' && base?.sha256 !== shippedHash ? { sha256: shippedHash, origin: 'seen' } : undefined
}

function warning({ state, file, shadow, base }: Override, name: OverrideName): string {
  const words = name.join(' ')
  if (shadow === undefined || state !== 'stale')
    return `${file}: the shipped file that it replaced no longer exists; remove yours, or: gabarit overrides keep ${words}`
  const what = base?.sha256 === null ? 'which is new' : 'which has changed since'
  return `${file} replaces ${shadow.file}, ${what}: gabarit overrides merge ${words}`
}

/**
 * Tells which overrides concern an expansion: those of the templates, of templates they take their fragments from, and of
 * shared folders, which are not templates themselves but any fragment may use. Descriptions and events always do.
 */
function concernedBy(layers: readonly Layer[], templates: readonly string[]): (override: Override) => boolean {
  const expanded = templates.flatMap(name => {
    const files = findTemplate(layers, name)
    const from = files === undefined ? undefined : readMetadata(files.metadata).template
    return [templateName(name), ...(from === undefined ? [] : [templateName(from)])]
  })
  const all = listTemplates(layers)
  return ({ kind, path }) =>
    kind !== 'template' || expanded.some(name => belongsTo(path, name)) || !all.some(name => belongsTo(path, name))
}

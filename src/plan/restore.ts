import { isDeepStrictEqual } from 'node:util'
import { compareBytes } from '../base/byte-order.ts'
import { defined } from '../base/defined.ts'
import { sha256 } from '../base/sha256.ts'
import type { Manifest } from '../state/manifest.ts'
import type { Pins } from '../state/pins.ts'
import { below, type Places } from '../system/places.ts'
import type { Attributes, System } from '../system/system.ts'
import type { Judging } from '../template/metadata.ts'
import { driftState, isChangedByHand, isEdited } from './drift.ts'
import type { Change, Plan } from './plan.ts'
import { sameAttributes, Target } from './target.ts'

/** How the files of a template are judged. */
type JudgingOf = (template: string) => Judging | undefined

/** A file in the state to restore. */
export interface Restored {
  readonly path: string
  readonly template: string
  /** An action made it. */
  readonly made?: true
  /** Null: it must not exist. */
  readonly version: { readonly content: Buffer; readonly attributes: Attributes } | { readonly link: string } | null
}

/**
 * A plan that restores previous states of files, committed like any other.
 * @param made folders that were made since: they are removed if they are empty then
 * @param manifest what gabarit owns afterwards
 * @param present what it owns now
 * @param pins files that stay as they are
 * @param judgingOf as the templates of today say; absent: nobody will be asked
 */
export function restorePlan(
  places: Places,
  system: System,
  files: readonly Restored[],
  made: readonly string[],
  manifest: Manifest,
  present: Manifest,
  pins: Pins = new Map(),
  judgingOf: JudgingOf = () => undefined,
): Plan {
  const target = new Target(places, system)
  const found = files.flatMap(file => restoreOne(file, target, present, judgingOf))
  const changes = found.filter(({ path }) => !pins.has(path))
  const owned = withPinned(manifest, present, pins)
  const notifyOf = (path: string) => [present, manifest].flatMap(owners => owners.get(path)?.notify ?? [])
  return {
    changes,
    folders: target.folders,
    emptied: foldersToEmpty(made, places, system),
    manifest: owned,
    manifestChanged: !isDeepStrictEqual(owned, present),
    notify: [...new Set(changes.flatMap(({ path }) => notifyOf(path)))],
    drift: found.flatMap(({ path, template, drift }) => {
      const pinned = pins.get(path)?.note
      return pinned !== undefined || isChangedByHand(drift) ? [{ path, template, state: drift, pinned }] : []
    }),
  }
}

/** The existing ones of these folders, innermost first. */
function foldersToEmpty(paths: readonly string[], places: Places, system: System): NonNullable<Plan['emptied']> {
  return [...new Set(paths)]
    .sort(compareBytes)
    .reverse()
    .map(path => ({ path, real: below(places, path) }))
    .filter(({ real }) => system.state(real)?.kind === 'folder')
}

/** The manifest entry of a pinned file is kept, like the file. */
function withPinned(manifest: Manifest, present: Manifest, pins: Pins): Manifest {
  if (pins.size === 0) return manifest
  const owned = [...manifest].filter(([path]) => !pins.has(path))
  return new Map([...owned, ...[...present].filter(([path]) => pins.has(path))])
}

/**
 * How one file or link gets the content and attributes that it had.
 * @param judgingOf how the daemon that reads it is asked
 */
export function restoreOne(
  { path, template, version, made }: Restored,
  target: Target,
  present: Manifest,
  judgingOf: JudgingOf,
): Change[] {
  const { real, state, before, link: replacesLink } = target.look(path)
  const lastWritten = present.get(path)?.sha256
  const onDisk = before === undefined ? replacesLink : sha256(before)
  const wanted = version === null ? undefined : 'link' in version ? version.link : sha256(version.content)
  const drift = driftState({ onDisk, lastWritten, wanted })
  const common = { path, real, template, edited: isEdited(drift), drift }
  if (version === null) {
    if (state === undefined) return []
    return [{ kind: 'remove', ...common, before, takenOver: false, wasLink: replacesLink, ...defined({ made }) }]
  }
  if (state === undefined) target.missingFolders(real)
  if ('link' in version) {
    if (replacesLink === version.link) return []
    return [{ kind: 'link', ...common, target: version.link, exists: state !== undefined }]
  }
  const { content, attributes } = version
  if (state !== undefined && before?.equals(content) === true) {
    if (sameAttributes(state, attributes)) return []
    return [{ kind: 'attributes', ...common, before: state, attributes }]
  }
  const judging = judgingOf(template) ?? {}
  return [{ kind: 'write', ...common, before, after: content, attributes, judging, takenOver: false, replacesLink }]
}

import { compareBytes } from '../base/byte-order.ts'
import { sha256 } from '../base/sha256.ts'
import { type Manifest, sameManifest } from '../state/manifest.ts'
import type { Pins } from '../state/pins.ts'
import type { Places } from '../system/places.ts'
import type { Attributes, System } from '../system/system.ts'
import { driftState, isByHand, isEdited } from './drift.ts'
import type { Change, Plan } from './plan.ts'
import { sameAttributes, Target } from './target.ts'

/** The commands that check the files of a template; undefined: the standard ones. */
export type ValidateOf = (template: string) => readonly (readonly string[])[] | undefined

/** A file in the state to restore. */
export interface Restored {
  readonly path: string
  readonly template: string
  /** Null: it must not exist. */
  readonly version: { readonly content: Buffer; readonly attributes: Attributes } | { readonly link: string } | null
}

/**
 * A plan that restores previous states of files, committed like any other.
 * @param manifest what gabarit owns afterwards
 * @param present what it owns now
 * @param pins files to leave as they are
 * @param validateOf the checkers that templates name
 */
export function restorePlan(
  places: Places,
  system: System,
  files: readonly Restored[],
  manifest: Manifest,
  present: Manifest,
  pins: Pins = new Map(),
  validateOf: ValidateOf = () => undefined,
): Plan {
  const target = new Target(places, system)
  const folders = new Set<string>()
  const found = files.flatMap(file => restoreOne(file, target, system, folders, present, validateOf))
  const changes = found.filter(({ path }) => !pins.has(path))
  const owned = withPinned(manifest, present, pins)
  return {
    changes,
    folders: [...folders].sort(compareBytes),
    manifest: owned,
    manifestChanged: !sameManifest(owned, present),
    notify: [...new Set(changes.flatMap(({ path }) => [...notifyOf(path, present), ...notifyOf(path, manifest)]))],
    drift: found.flatMap(({ path, template, drift }) => {
      const pinned = pins.get(path)?.note
      return pinned !== undefined || isByHand(drift) ? [{ path, template, state: drift, pinned }] : []
    }),
  }
}

/** The manifest entry of a pinned file is kept, like the file. */
function withPinned(manifest: Manifest, present: Manifest, pins: Pins): Manifest {
  if (pins.size === 0) return manifest
  const owned = [...manifest].filter(([path]) => !pins.has(path))
  return new Map([...owned, ...[...present].filter(([path]) => pins.has(path))])
}

function notifyOf(path: string, manifest: Manifest): readonly string[] {
  return manifest.get(path)?.notify ?? []
}

function restoreOne(
  { path, template, version }: Restored,
  target: Target,
  system: System,
  folders: Set<string>,
  present: Manifest,
  validateOf: ValidateOf,
): Change[] {
  const real = target.real(path)
  const state = system.state(real)
  const before = state?.kind === 'file' ? system.read(real) : undefined
  const replacesLink = state?.kind === 'link' ? system.readLink(real) : undefined
  const lastWritten = present.get(path)?.sha256
  const onDisk = before === undefined ? replacesLink : sha256(before)
  const wanted = version === null ? undefined : 'link' in version ? version.link : sha256(version.content)
  const drift = driftState({ onDisk, lastWritten, wanted })
  const common = { path, real, template, edited: isEdited(drift), drift }
  if (version === null) {
    if (state === undefined) return []
    return [{ kind: 'remove', ...common, before, takenOver: false, wasLink: replacesLink }]
  }
  if (state === undefined) target.missingFolders(real, folders)
  if ('link' in version) {
    if (replacesLink === version.link) return []
    return [{ kind: 'link', ...common, target: version.link, exists: state !== undefined }]
  }
  const { content, attributes } = version
  if (state !== undefined && before?.equals(content) === true) {
    if (sameAttributes(state, attributes)) return []
    return [{ kind: 'attributes', ...common, before: state, attributes }]
  }
  const validate = validateOf(template)
  const metadata = { notify: [], delete: false, squeezeBlank: false, ...(validate === undefined ? {} : { validate }) }
  return [{ kind: 'write', ...common, before, after: content, attributes, metadata, takenOver: false, replacesLink }]
}

import { dirname, relative } from 'node:path'
import { cached } from '../base/cached.ts'
import { defined } from '../base/defined.ts'
import { Failure, messageOf, orFailure, refusal } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { isOwnedSo, type Manifest, type Owned, ownedBy, readManifest } from '../state/manifest.ts'
import { type Pins, readPins } from '../state/pins.ts'
import type { Places } from '../system/places.ts'
import type { Attributes, FileState, System } from '../system/system.ts'
import type { Metadata } from '../template/metadata.ts'
import type { Output } from '../template/output.ts'
import type { Context } from './context.ts'
import { type Drifted, type DriftState, driftState, isChangedByHand, isEdited } from './drift.ts'
import { formerOf, foundBy } from './former.ts'
import type { Change, Plan } from './plan.ts'
import { restoreOne } from './restore.ts'
import { sameAttributes, Target } from './target.ts'

/** Used as the hash of a symbolic link that somebody put in a file's place: no file has this hash. */
const LINK = 'link'

/** What outputs are compared with, and what is noted on the way. */
interface Comparison {
  readonly places: Places
  readonly system: System
  readonly manifest: Manifest
  readonly pins: Pins
  readonly target: Target
  readonly drift: Drifted[]
  /** What metadata say of owner, group and mode: that of thousands of outputs is one. */
  readonly chosen: Map<Metadata, Partial<Attributes>>
}

/**
 * Compares outputs with the server; changes nothing.
 * @param outputs of the templates that were expanded
 * @param templates names of those templates: files they owned and no longer generate are removed
 * @param refuse gets what stops one output: two templates with one target, a folder at a target, a target outside the root
 * @throws Failure (refused) for the first of these, unless `refuse` goes on without it
 */
export function planOutputs(
  { places, system }: Pick<Context, 'places' | 'system'>,
  outputs: readonly Output[],
  templates: readonly string[],
  refuse: (failure: Failure) => void = failure => {
    throw failure
  },
): Plan {
  const [manifest, pins, target] = [readManifest(places), readPins(places), new Target(places, system)]
  const drift: Drifted[] = []
  const work: Comparison = { places, system, manifest, pins, target, drift, chosen: new Map() }
  const changes: Change[] = []
  const owned = new Map<string, Owned>(manifest)
  let manifestChanged = false
  const claimed = new Map<string, string>()
  const notify = new Set<string>()
  const claim = (path: string, template: string) => {
    const other = claimed.get(path)
    if (other !== undefined) throw refusal(`${path} is generated twice: by the templates /${other} and /${template}`)
    claimed.set(path, template)
  }
  const own = (path: string, entry: Owned) => {
    owned.set(path, entry)
    manifestChanged = true
  }
  const disown = (path: string) => {
    manifestChanged = owned.delete(path) || manifestChanged
  }
  const attempt = (step: () => void) => {
    const failure = orFailure(step)
    if (failure instanceof Failure) refuse(failure)
  }
  const compare = (output: Output) => {
    const { path, template, link, metadata, known } = output
    claim(path, template)
    const wanted = known?.hash ?? (output.content === undefined ? undefined : sha256(output.content))
    const found = wanted === undefined ? unwanted(output, work) : changesOfFile(output, wanted, work)
    for (const { path, ...wish } of output.folders) target.wantedFolder(path, chosen(wish, path, system))
    if (link !== undefined) {
      claim(link, template)
      found.push(...changesOfLink(output, link, work))
    }
    const former = manifest.get(path)?.link
    if (former !== undefined && former !== link) found.push(...linkRemoval(former, template, work))
    if (found.length > 0) for (const entry of metadata.notify) notify.add(entry)
    changes.push(...found)
    // What gabarit last wrote into a pinned file is remembered until it is unpinned.
    if (pins.has(path)) return
    if (wanted === undefined) disown(path)
    else if (!isOwnedSo(manifest.get(path), output, wanted))
      own(path, ownedBy(output, wanted, manifest.get(path) ?? foundBy(found, path, target)))
  }
  const remove = (path: string, entry: Owned) => {
    const found = removal(path, entry.template, entry, work)
    if (entry.link !== undefined && !claimed.has(entry.link))
      found.push(...linkRemoval(entry.link, entry.template, work))
    if (found.length > 0) for (const service of entry.notify ?? []) notify.add(service)
    changes.push(...found)
    if (!pins.has(path)) disown(path)
  }
  for (const output of outputs) attempt(() => compare(output))
  const expanded = new Set(templates)
  for (const [path, entry] of manifest)
    if (expanded.has(entry.template) && !claimed.has(path)) attempt(() => remove(path, entry))
  return { changes, folders: target.folders, manifest: owned, manifestChanged, notify: [...notify], drift }
}

function unwanted({ path, template, metadata }: Output, work: Comparison): Change[] {
  const mine = work.manifest.get(path)
  return mine === undefined && !metadata.delete ? [] : removal(path, template, mine, work, metadata.delete)
}

/**
 * What was there before gabarit comes back.
 * @param mine what is known of a file that gabarit wrote
 * @param forGood nothing comes back
 */
function removal(path: string, template: string, mine: Owned | undefined, work: Comparison, forGood = false): Change[] {
  const lastWritten = mine?.sha256
  const { real, state, before, link: wasLink } = work.target.look(path)
  if (state === undefined) {
    noteDrift(path, template, 'managed', work)
    return []
  }
  if (state.kind === 'folder')
    throw refusal('is a folder where a file was expected, so it is not removed', { where: path })
  const onDisk = before === undefined ? LINK : sha256(before)
  const drift = driftState({ onDisk, lastWritten, wanted: undefined })
  if (noteDrift(path, template, drift, work)) return []
  const former = mine === undefined || forGood ? undefined : formerOf(path, mine, work.places)
  if (former !== undefined) {
    const back = restoreOne({ path, template, version: former }, work.target, work.manifest, () => undefined)
    return back.map(change => (change.kind === 'write' ? { ...change, putBack: true } : change))
  }
  const takenOver = before !== undefined && lastWritten === undefined
  return [{ kind: 'remove', path, real, template, before, takenOver, wasLink, edited: isEdited(drift), drift }]
}

/** If somebody replaced a link with something else, that is not ours to remove. */
function linkRemoval(path: string, template: string, work: Comparison): Change[] {
  return work.target.look(path).link === undefined ? [] : removal(path, template, undefined, work)
}

/** @returns whether the file is pinned */
function noteDrift(path: string, template: string, state: DriftState, { pins, drift }: Comparison): boolean {
  const pinned = pins.get(path)?.note
  if (pinned !== undefined || isChangedByHand(state)) drift.push({ path, template, state, pinned })
  return pinned !== undefined
}

function changesOfFile(output: Output, wanted: string, work: Comparison): Change[] {
  const { path, template, metadata, secret = false, known } = output
  const { real, state, untouched, before, link: replacesLink } = work.target.look(path, known?.stamp)
  if (state?.kind === 'folder')
    throw refusal(`is a folder, but the template /${template} generates a file with that name`, { where: path })
  if (state?.kind === 'other') throw refusal('is not a file, folder or link, so it is not replaced', { where: path })
  const onDisk = untouched ? wanted : before === undefined ? state && LINK : sha256(before)
  if (!untouched && onDisk === wanted) known?.found(state?.stamp)
  const lastWritten = work.manifest.get(path)?.sha256
  const drift = driftState({ onDisk, lastWritten, wanted })
  if (noteDrift(path, template, drift, work)) return []
  const wish = cached(work.chosen, metadata, () => chosen(metadata, path, work.system))
  // Most are as they should be.
  if (untouched && state !== undefined && sameAttributes(state, wish)) return []
  const pointed = state?.kind === 'link' ? work.system.realPath(real) : undefined
  const model = pointed === undefined ? state : work.system.state(pointed)
  const attributes = { ...attributesOf(model), ...wish }
  if (state !== undefined && onDisk === wanted) {
    if (sameAttributes(state, attributes)) return []
    return [{ kind: 'attributes', path, real, template, edited: false, drift, before: state, attributes }]
  }
  if (state === undefined) work.target.missingFolders(real)
  const takenOver = before !== undefined && lastWritten === undefined
  if (takenOver && metadata.keepForeign !== undefined) {
    const hint = `Move it away, or name another file: ${metadata.keepForeign}`
    throw refusal('was not made by gabarit and is not overwritten', { where: path, hint })
  }
  const after = output.content ?? ''
  return [
    {
      kind: 'write',
      ...{ path, real, template, judging: metadata, before, after, attributes, replacesLink, secret },
      ...{ edited: isEdited(drift), drift, takenOver },
    },
  ]
}

function changesOfLink({ path: file, template }: Output, path: string, work: Comparison): Change[] {
  const { manifest, target: files } = work
  const target = relative(dirname(path), file)
  // Most are there: to read one is less than to look what it is.
  if (manifest.get(file)?.link === path && files.isLinkTo(path, target)) return []
  const { real, state, link } = files.look(path)
  if (link === target) return []
  if (state !== undefined && link === undefined) throw refusal(`is in the place of a link to ${file}`, { where: path })
  if (state === undefined) files.missingFolders(real)
  const exists = state !== undefined
  const drift = exists ? 'updated' : 'created'
  return [{ kind: 'link', path, real, template, target, exists, edited: false, drift }]
}

/** What metadata do not say stays as it is, as that of what a link points to, or is root and 0644 for a new file. */
function attributesOf(state: FileState | undefined): Attributes {
  const { mode, uid, gid } = state?.kind === 'file' ? state : { mode: 0o644, uid: 0, gid: 0 }
  return { mode, uid, gid }
}

/** What metadata say of owner, group and mode. */
function chosen(
  { owner, group, mode }: Pick<Metadata, 'owner' | 'group' | 'mode'>,
  path: string,
  system: System,
): Partial<Attributes> {
  try {
    const uid = owner === undefined ? undefined : system.userId(owner)
    const gid = group === undefined ? undefined : system.groupId(group)
    return defined({ mode, uid, gid })
  } catch (error) {
    throw refusal(messageOf(error), { where: path, cause: error })
  }
}

import { dirname, join } from 'node:path'
import { Failure, hasCode, messageOf, orFailure } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { type Base, changeBases, overrideContents } from '../override/bases.ts'
import { contentOf } from '../override/content.ts'
import type { Shadow } from '../override/custom-files.ts'
import { mergedLevels, type Override } from '../override/state.ts'
import type { Places } from '../system/places.ts'
import { statOf } from '../system/read-files.ts'
import type { System } from '../system/system.ts'
import { compileSource } from '../template/fragment.ts'
import { hasMarks, mergeTexts } from './three-way.ts'

export type MergeResult =
  | { readonly outcome: 'nothing to merge' }
  /** In effect now; `former` is where the previous custom text is kept. */
  | { readonly outcome: 'merged'; readonly text: string; readonly former: string; readonly unchangedCopy: boolean }
  /** Nothing in effect has changed: the administrator must edit this file first. */
  | { readonly outcome: 'needs you'; readonly edit: string; readonly problem: string }

/** Where a merge of this override waits. */
export function mergePath(places: Places, id: string): string {
  return join(places.site, 'merge', id)
}

/**
 * Merges what the shipped file has changed into the custom one. A merge with conflicts, or one that does not parse, waits
 * in a separate file. Once the administrator has fixed that, calling this again puts it into effect.
 * @throws Failure if there is no base to merge from, or if the file is merged key by key
 */
export function mergeOverride(places: Places, system: System, override: Override): MergeResult {
  const { remembered } = override
  const waiting = { places, system, override, path: mergePath(places, override.id) }
  const waits = waitingText(waiting)
  if (waits !== undefined && remembered?.merging !== undefined) return finish(waiting, bytes(waits), remembered.merging)
  if (waits !== undefined)
    throw new Failure('a file is in the place of the merge', { where: waiting.path, hint: 'Move it away.' })
  const { state, shadow } = override
  if (state === 'unknown base') return { outcome: 'needs you', edit: override.file, problem: UNKNOWN }
  if (state !== 'stale' || shadow === undefined) return { outcome: 'nothing to merge' }
  const { old, shipped, merged: text, conflicts } = mergedContents(places, override, shadow)
  for (const content of [old, shipped]) overrideContents(places).put(content)
  const problem =
    conflicts > 0
      ? `${conflicts} place${conflicts === 1 ? ' was' : 's were'} changed on both sides`
      : problemOf(waiting, raw(text))
  if (problem === undefined) return install(waiting, text, sha256(shipped))
  letWait(waiting, raw(text))
  const merging = { shipped: sha256(shipped), custom: override.hash }
  const base: Base = { ...(override.base ?? { sha256: null, origin: 'seen' }), merging }
  changeBases(places, () => new Map([[override.id, base]]))
  return { outcome: 'needs you', edit: waiting.path, problem }
}

/**
 * What a merge of the shipped changes into an override would be.
 * @throws Failure if there is no base to merge from, or if the file is merged key by key
 */
export function mergedContents(places: Places, override: Override, shadow: Shadow) {
  if (shadow.whole || mergedLevels(override) !== undefined) throw notByLines(override)
  const shipped = contentOf(shadow.file)
  const old = baseContent(places, override)
  const { text, conflicts } = mergeTexts(bytes(old), bytes(contentOf(override.file)), bytes(shipped), {
    mine: bytes(Buffer.from(`yours: ${override.file}`)),
    base: 'shipped before',
    theirs: bytes(Buffer.from(`shipped now: ${shadow.file}`)),
  })
  return { old, shipped, merged: text, conflicts }
}

/** The administrator has decided that the custom file is right as it is, given what is shipped now. */
export function keepOverride(places: Places, system: System, override: Override): void {
  const { id, shadow } = override
  refuseUnfinished(places, system, id)
  const sha256 = shadow === undefined ? null : overrideContents(places).put(contentOf(shadow.file))
  changeBases(places, () => new Map([[id, { sha256, origin: 'keep' }]]))
}

/** @throws Failure if a merge of this override waits for the administrator */
export function refuseUnfinished(places: Places, system: System, id: string): void {
  const where = mergePath(places, id)
  if (system.state(where) === undefined) return
  const hint = 'Finish it with "gabarit overrides merge", or remove that file.'
  throw new Failure('a merge of this override is not finished', { where, hint })
}

/** The content of the shipped file from which the custom one was made. */
export function baseContent(places: Places, { base, hash, file, id }: Override): Buffer {
  if (base === undefined)
    throw new Failure('it is not yet known what this override was made from', {
      where: file,
      hint: 'The next event or expansion records what is shipped now. Compare the two yourself.',
    })
  if (base.sha256 === null) return Buffer.alloc(0)
  if (base.sha256 === hash) return contentOf(file)
  try {
    return overrideContents(places).get(base.sha256)
  } catch (error) {
    throw new Failure(`the base of ${id} is missing or damaged: ${messageOf(error)}`, {
      where: overrideContents(places).fileOf(base.sha256),
      hint: 'Compare the two files yourself, then: gabarit overrides keep',
      cause: error,
    })
  }
}

/**
 * A merge that a person has to look at waits below `/etc/gabarit/merge/`, under the override's own name, outside of everything
 * that is expanded or run.
 */
interface Waiting {
  readonly places: Places
  readonly system: System
  readonly override: Override
  /** The real path of the file. */
  readonly path: string
}

/** The text that waits; undefined if none does. */
function waitingText({ system, path }: Waiting): Buffer | undefined {
  return system.state(path) === undefined ? undefined : system.read(path)
}

/** Writes it with the owner and mode of the custom file, but without execute permission. */
function letWait({ system, override, path }: Waiting, text: Buffer): void {
  const { mode = 0o644, uid = 0, gid = 0 } = statOf(override.file) ?? {}
  system.makeFolder(dirname(path))
  system.replace(path, text, { mode: mode & 0o666, uid, gid })
}

/** Removes it and the folders that become empty. */
function removeWaiting({ places, system, path }: Waiting): void {
  system.remove(path)
  const top = mergePath(places, '')
  try {
    for (let folder = dirname(path); folder.startsWith(top); folder = dirname(folder)) system.removeFolder(folder)
  } catch (error) {
    if (!['ENOTEMPTY', 'ENOENT', 'EEXIST'].some(code => hasCode(error, code))) throw error
  }
}

/** Why a text cannot be put in force, if it cannot: two texts that fit line by line need not make a program. */
function problemOf({ override, path }: Waiting, text: Buffer): string | undefined {
  if (override.kind !== 'template') return undefined
  const compiled = orFailure(() => compileSource(path, text))
  return compiled instanceof Failure ? compiled.describe() : undefined
}

function finish(waiting: Waiting, text: string, merging: NonNullable<Base['merging']>): MergeResult {
  const { path: file, override } = waiting
  if (merging.custom !== override.hash)
    throw new Failure('this override has changed since the merge began', {
      where: override.file,
      hint: `Make the same change in ${file} and undo it here, or remove ${file} and merge again.`,
    })
  const problem = hasMarks(text) ? 'it still contains conflict markers' : problemOf(waiting, raw(text))
  if (problem !== undefined) return { outcome: 'needs you', edit: file, problem }
  return install(waiting, text, merging.shipped)
}

/**
 * Writes the custom file first and its base last. A crash in between leaves an override that counts as stale, and merging it
 * again finds nothing to do.
 */
function install(waiting: Waiting, text: string, shipped: string): MergeResult {
  const { places, system, override } = waiting
  overrideContents(places).put(contentOf(override.file))
  // A custom file that is a link into a working copy stays a link.
  const file = system.realPath(override.file) ?? override.file
  system.replace(file, raw(text), system.state(file) ?? { mode: 0o644, uid: 0, gid: 0 })
  removeWaiting(waiting)
  changeBases(places, () => new Map([[override.id, { sha256: shipped, origin: 'merge' }]]))
  const unchangedCopy = sha256(raw(text)) === override.shippedHash
  return { outcome: 'merged', text, former: overrideContents(places).fileOf(override.hash), unchangedCopy }
}

const UNKNOWN =
  'it is not known what it was made from; compare it with the shipped file, then run "gabarit overrides keep"'

function notByLines({ file, shadow }: Override): Failure {
  const how = shadow?.whole === true ? 'replaces the whole file' : 'is merged key by key whenever it is used'
  return new Failure(`this override ${how}: there are no lines to merge`, {
    where: file,
    hint: 'See what has changed with "gabarit overrides diff", update yours if needed, then: gabarit overrides keep',
  })
}

/** One character per byte, so that text in any encoding is preserved. */
function bytes(content: Buffer): string {
  return content.toString('latin1')
}

function raw(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

import { realpathSync, statSync } from 'node:fs'
import { Failure, messageOf } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { type Base, changeBases, overrideContents } from '../override/bases.ts'
import { contentOf } from '../override/content.ts'
import { mergedLevels, type Override } from '../override/state.ts'
import { writeFileAtomically } from '../system/atomic-write.ts'
import type { Places } from '../system/places.ts'
import { checkMergeFile, mergeFile, readMergeFile, removeMergeFile, writeMergeFile } from './merge-file.ts'
import { hasMarks, mergeTexts } from './three-way.ts'

/** The result of a merge. */
export type MergeResult =
  | { readonly outcome: 'nothing to merge' }
  /** In effect now; `former` is where the previous custom text is kept. */
  | { readonly outcome: 'merged'; readonly text: string; readonly former: string; readonly isCopy: boolean }
  /** Nothing in effect has changed: the administrator must edit `file` first. */
  | { readonly outcome: 'needs you'; readonly file: string; readonly why: string }

/**
 * Merges the changes of the shipped file into the custom one. A merge with conflicts, or one that does not parse, goes to a
 * separate file. Once the administrator has fixed that, calling this again puts it into effect.
 * @param dryRun changes nothing
 * @throws Failure if there is no base to merge from, or if the file is merged key by key
 */
export function mergeOverride(places: Places, override: Override, dryRun: boolean): MergeResult {
  const { remembered } = override
  if (remembered?.merging !== undefined && readMergeFile(places, override.id) !== undefined)
    return finish(places, override, remembered.merging, dryRun)
  if (readMergeFile(places, override.id) !== undefined)
    throw new Failure('a file is in the place of the merge', {
      where: mergeFile(places, override.id),
      hint: 'Move it away.',
    })
  if (override.state !== 'stale') return nothingToMerge(override)
  const { shadow, shippedHash } = override
  if (shadow === undefined || shippedHash === null) return { outcome: 'nothing to merge' }
  if (shadow.whole || mergedLevels(override) !== undefined) throw notByLines(override)
  const shipped = contentOf(shadow.file)
  const old = baseContent(places, override)
  const { text, conflicts } = mergeTexts(bytes(old), bytes(contentOf(override.file)), bytes(shipped), {
    mine: bytes(Buffer.from(`yours: ${override.file}`)),
    base: 'shipped before',
    theirs: bytes(Buffer.from(`shipped now: ${shadow.file}`)),
  })
  if (!dryRun) for (const content of [old, shipped]) overrideContents(places).put(content)
  const problem = dryRun ? undefined : problemOf(places, override, text, conflicts > 0)
  if (conflicts === 0 && problem === undefined) return install(places, override, text, sha256(shipped), dryRun)
  if (!dryRun) {
    const merging = { shipped: sha256(shipped), custom: override.hash }
    const base: Base = { ...(override.base ?? { sha256: null, origin: 'seen' }), merging }
    changeBases(places, () => new Map([[override.id, base]]))
  }
  const why = problem ?? `${conflicts} place${conflicts === 1 ? ' was' : 's were'} changed on both sides`
  return { outcome: 'needs you', file: mergeFile(places, override.id), why }
}

/** The administrator has decided that the custom file is right as it is, given what is shipped now. */
export function keepOverride(places: Places, override: Override): void {
  if (readMergeFile(places, override.id) !== undefined)
    throw new Failure('a merge of this override is not finished', {
      where: mergeFile(places, override.id),
      hint: 'Finish it with "gabarit overrides merge", or remove that file.',
    })
  const { id, shadow } = override
  const sha256 = shadow === undefined ? null : overrideContents(places).put(contentOf(shadow.file))
  changeBases(places, () => new Map([[id, { sha256, origin: 'keep' }]]))
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

/** If the merged text cannot take effect, leaves it in a separate file and says why. */
function problemOf(places: Places, override: Override, text: string, conflicts: boolean): string | undefined {
  writeMergeFile(places, override, raw(text))
  const problem = conflicts ? undefined : checkMergeFile(places, override)
  if (!conflicts && problem === undefined) removeMergeFile(places, override.id)
  return problem
}

function finish(
  places: Places,
  override: Override,
  merging: NonNullable<Base['merging']>,
  dryRun: boolean,
): MergeResult {
  const file = mergeFile(places, override.id)
  if (merging.custom !== override.hash)
    throw new Failure('this override has changed since the merge began', {
      where: override.file,
      hint: `Make the same change in ${file} and undo it here, or remove ${file} and merge again.`,
    })
  const text = bytes(readMergeFile(places, override.id) ?? Buffer.alloc(0))
  if (hasMarks(text)) return { outcome: 'needs you', file, why: 'it still contains conflict markers' }
  const problem = checkMergeFile(places, override)
  if (problem !== undefined) return { outcome: 'needs you', file, why: problem }
  return install(places, override, text, merging.shipped, dryRun)
}

/**
 * Writes the custom file first and its base last. A crash in between leaves an override that counts as stale, and merging it
 * again finds nothing to do.
 */
function install(places: Places, override: Override, text: string, shipped: string, dryRun: boolean): MergeResult {
  const result = { outcome: 'merged', text, former: overrideContents(places).fileOf(override.hash) } as const
  const isCopy = sha256(raw(text)) === override.shippedHash
  if (dryRun) return { ...result, isCopy }
  overrideContents(places).put(contentOf(override.file))
  // A custom file that is a link into a working copy stays a link.
  const file = realpathSync(override.file)
  const { mode, uid, gid } = statSync(file)
  writeFileAtomically(file, raw(text), { mode: mode & 0o7777, uid, gid })
  removeMergeFile(places, override.id)
  changeBases(places, () => new Map([[override.id, { sha256: shipped, origin: 'merge' }]]))
  return { ...result, isCopy }
}

function nothingToMerge(override: Override): MergeResult {
  if (override.state === 'unknown base') return { outcome: 'needs you', file: override.file, why: UNKNOWN }
  return { outcome: 'nothing to merge' }
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

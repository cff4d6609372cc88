import { dirname } from 'node:path'
import { hasCode } from '../base/failure.ts'
import { plural } from '../base/plural.ts'
import { sha256 } from '../base/sha256.ts'
import { integer, listOf, objectOf, oneOf, optional, type TypeOf, text } from '../base/shape.ts'
import type { Files } from '../system/files.ts'
import type { Places } from '../system/places.ts'
import { StateFile } from '../system/state-file.ts'

/** One step of a commit, as recorded in the journal. All names are real paths. */
export type JournalEntry = TypeOf<typeof journalEntry>
const journalEntry = objectOf({
  real: text,
  /** The new file or link, created next to the target before the first rename. */
  staged: optional(text),
  /** The name under which the old file is kept until the commit is complete. */
  backup: optional(text),
  /** Identifies the new file if there was none before: SHA-256 of a file, or target of a link. */
  made: optional(text),
  /** Attributes to restore, for a step that changes nothing else. */
  attributes: optional(objectOf({ mode: integer, uid: integer, gid: integer })),
})

export type Journal = TypeOf<typeof journal>
const journal = objectOf({
  /** `prepared`: undo it. `committed`: only the backups still have to be removed. */
  phase: oneOf('prepared', 'committed'),
  entries: listOf(journalEntry),
  /** Folders that were created, outermost first. */
  folders: listOf(text),
  /** Folders to remove if they are empty when all files are in place. Absent: none. */
  emptied: optional(listOf(text)),
})

export const JOURNAL = new StateFile('journal.json', {
  what: 'the journal of an earlier commit',
  shape: journal,
  wayOut:
    'Look for files named .*.gabarit-before (old content) and .*.gabarit-new next to the targets, then move the journal away.',
})

/**
 * Completes or undoes an interrupted commit. Can itself be interrupted and repeated.
 * The caller holds the event lock.
 * @returns what was done, in words; undefined if there was nothing to do
 */
export function recover(places: Places): string | undefined {
  const { files } = places.state
  const journal = JOURNAL.read(places)
  if (journal === undefined) return undefined
  if (journal.phase === 'committed') cleanUp(files, journal)
  else undo(files, journal)
  places.state.removeDurably(JOURNAL.name)
  const count = plural(journal.entries.length, 'file')
  return journal.phase === 'committed'
    ? `completed an earlier commit of ${count} that was interrupted`
    : `undid an earlier commit of ${count} that was interrupted: everything is as it was before`
}

/** Restores everything to the state before the first step. */
export function undo(files: Files, journal: Journal): void {
  for (const entry of journal.entries.toReversed()) undoEntry(files, entry)
  for (const folder of new Set(journal.entries.map(({ real }) => dirname(real))))
    if (files.state(folder) !== undefined) files.syncFolder(folder)
  for (const folder of journal.folders.toReversed()) removeEmptyFolder(files, folder)
}

/** The last step of a commit: removes what kept the old files, and the folders that are empty then. */
export function cleanUp(files: Files, journal: Journal): void {
  removeBackups(files, journal)
  for (const folder of journal.emptied ?? []) removeEmptyFolder(files, folder)
}

/** Removes the backups of the old files. */
export function removeBackups(files: Files, journal: Journal): void {
  for (const { backup } of journal.entries) if (backup !== undefined) files.remove(backup)
}

function undoEntry(files: Files, entry: JournalEntry): void {
  if (entry.attributes !== undefined && files.state(entry.real) !== undefined)
    files.setAttributes(entry.real, entry.attributes)
  const staged = exists(files, entry.staged)
  if (exists(files, entry.backup)) {
    // While the new file is staged, the old one is still in place, and the backup is its second name or an unfinished
    // copy. (Renaming one name of a file to its other one would do nothing.)
    if (staged) files.remove(entry.backup)
    else files.rename(entry.backup, entry.real)
  } else if (entry.made !== undefined && !staged && isMade(files, entry.real, entry.made)) {
    // There was no file before, and the staged file has become the target.
    files.remove(entry.real)
  }
  if (staged) files.remove(entry.staged)
}

function exists(files: Files, path: string | undefined): path is string {
  return path !== undefined && files.state(path) !== undefined
}

/** If somebody else put something there since a crash, that is not ours to remove. */
function isMade(files: Files, path: string, made: string): boolean {
  const kind = files.state(path)?.kind
  return (kind === 'link' && files.readLink(path) === made) || (kind === 'file' && sha256(files.read(path)) === made)
}

function removeEmptyFolder(files: Files, folder: string): void {
  if (files.state(folder)?.kind !== 'folder') return
  try {
    files.removeFolder(folder)
  } catch (error) {
    // Somebody has put something into it, or mounted something there: keep it.
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EBUSY')) throw error
  }
}

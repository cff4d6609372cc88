import { dirname, join } from 'node:path'
import { messageOf, refusal } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import type { Places } from '../system/places.ts'
import type { Attributes, System } from '../system/system.ts'

/** One step of a commit, as recorded in the journal. All names are real paths. */
export interface JournalEntry {
  readonly real: string
  /** The new file or link, created next to the target before the first rename. */
  readonly staged?: string
  /** The name under which the old file is kept until the commit is complete. */
  readonly backup?: string
  /** Identifies the new file if there was none before: SHA-256 of a file, or target of a link. */
  readonly made?: string
  /** Attributes to restore, for a step that changes nothing else. */
  readonly attributes?: Attributes
}

export interface Journal {
  /** `prepared`: undo it. `committed`: only the backups still have to be removed. */
  readonly phase: 'prepared' | 'committed'
  readonly entries: readonly JournalEntry[]
  /** Folders that were created, outermost first. */
  readonly folders: readonly string[]
  /** Folders to remove if they are empty when all files are in place. Absent: none. */
  readonly emptied?: readonly string[]
}

/** The journal's file. */
export function journalFile(places: Places): string {
  return join(places.state, 'journal.json')
}

/** Writes the journal durably, replacing the previous one. */
export function writeJournal(places: Places, system: System, journal: Journal): void {
  const file = journalFile(places)
  const staged = `${file}.new`
  system.remove(staged)
  try {
    system.writeNew(staged, JSON.stringify(journal), { mode: 0o600, uid: 0, gid: 0 })
    system.rename(staged, file)
  } catch (error) {
    system.remove(staged)
    throw error
  }
  system.syncFolder(dirname(file))
}

/**
 * Completes or undoes an interrupted commit. Can itself be interrupted and repeated.
 * The caller holds the event lock.
 * @returns what was done, in words; undefined if there was nothing to do
 */
export function recover(places: Places, system: System): string | undefined {
  const file = journalFile(places)
  if (system.state(file) === undefined) return undefined
  const journal = parse(file, system)
  if (journal.phase === 'committed') cleanUp(system, journal)
  else undo(system, journal)
  system.remove(file)
  system.syncFolder(dirname(file))
  const count = `${journal.entries.length} file${journal.entries.length === 1 ? '' : 's'}`
  return journal.phase === 'committed'
    ? `completed an earlier commit of ${count} that was interrupted`
    : `undid an earlier commit of ${count} that was interrupted: everything is as it was before`
}

/** Restores everything to the state before the first step. */
export function undo(system: System, journal: Journal): void {
  for (const entry of journal.entries.toReversed()) undoEntry(system, entry)
  for (const folder of new Set(journal.entries.map(({ real }) => dirname(real))))
    if (system.state(folder) !== undefined) system.syncFolder(folder)
  for (const folder of journal.folders.toReversed()) removeEmptyFolder(system, folder)
}

/** The last step of a commit: removes what kept the old files, and the folders that are empty then. */
export function cleanUp(system: System, journal: Journal): void {
  removeBackups(system, journal)
  for (const folder of journal.emptied ?? []) removeEmptyFolder(system, folder)
}

/** Removes the backups of the old files. */
export function removeBackups(system: System, journal: Journal): void {
  for (const { backup } of journal.entries) if (backup !== undefined) system.remove(backup)
}

function undoEntry(system: System, entry: JournalEntry): void {
  if (entry.attributes !== undefined && system.state(entry.real) !== undefined)
    system.setAttributes(entry.real, entry.attributes)
  const staged = exists(system, entry.staged)
  if (exists(system, entry.backup)) {
    // While the new file is staged, the old one is still in place, and the backup is its second name or an unfinished
    // copy. (Renaming one name of a file to its other one would do nothing.)
    if (staged) system.remove(entry.backup)
    else system.rename(entry.backup, entry.real)
  } else if (entry.made !== undefined && !staged && isMade(system, entry.real, entry.made)) {
    // There was no file before, and the staged file has become the target.
    system.remove(entry.real)
  }
  if (staged) system.remove(entry.staged)
}

function exists(system: System, path: string | undefined): path is string {
  return path !== undefined && system.state(path) !== undefined
}

/** If somebody else put something there since a crash, that is not ours to remove. */
function isMade(system: System, path: string, made: string): boolean {
  const kind = system.state(path)?.kind
  return (kind === 'link' && system.readLink(path) === made) || (kind === 'file' && sha256(system.read(path)) === made)
}

function removeEmptyFolder(system: System, folder: string): void {
  if (system.state(folder)?.kind !== 'folder') return
  try {
    system.removeFolder(folder)
  } catch {
    // Somebody has put something into it: keep it.
  }
}

function parse(file: string, system: System): Journal {
  try {
    const journal: Journal = JSON.parse(system.read(file).toString('utf8'))
    if (!Array.isArray(journal.entries) || !Array.isArray(journal.folders)) throw new Error('it has no entries')
    return journal
  } catch (error) {
    throw refusal(`the journal of an earlier commit is damaged: ${messageOf(error)}`, {
      where: file,
      hint: 'Look for files named .*.gabarit-before (old content) and .*.gabarit-new next to the targets, then move the journal away.',
    })
  }
}

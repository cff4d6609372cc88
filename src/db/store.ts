import { basename, dirname, join } from 'node:path'
import { LowSync } from 'lowdb'
import { Failure } from '../base/failure.ts'
import { makeFolder, type StagedFile, stageFile, systemReason, writeFileAtomically } from '../system/atomic-write.ts'
import { acquireLock } from '../system/lock.ts'
import { bytesOf, exists, kindOf, linkText, realPath, statOf } from '../system/read-files.ts'
import { decodeDatabase, lastGoodPath, lostDatabase } from './damage.ts'
import { Draft } from './draft.ts'
import { serialize } from './json.ts'
import type { Records } from './record.ts'

export interface TransactionOptions {
  /** The command that locks the database, without values: `config setprop`. */
  readonly command: string
  /** Creates the folder of the file if it is missing (only gabarit's own state folder). */
  readonly makeFolder?: boolean
  /** Writes the file even if the database is empty. */
  readonly create?: boolean
}

/**
 * Reads a database; undefined if there is none: neither the file nor a last good copy.
 * No lock is needed, because a file is only ever replaced as a whole. Symbolic links are followed (the administrator made them).
 * @throws Failure if it is lost, damaged, unreadable or not a file; it never counts as empty
 */
export function readDatabase(file: string): Records | undefined {
  const real = realFile(file)
  let bytes = readIfThere(real)
  if (bytes === undefined) {
    const lost = lostDatabase(real)
    if (lost === undefined) return undefined
    // Another command may just have written both for the first time, the file before its copy.
    bytes = readIfThere(real)
    if (bytes === undefined) throw lost
  }
  return decodeDatabase(real, bytes)
}

/** As {@link readDatabase}, but a damaged database counts as absent: for callers where another check reports it. */
export function readableDatabase(file: string): Records | undefined {
  try {
    return readDatabase(file)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

function readIfThere(file: string): Buffer | undefined {
  const kind = kindOf(file)
  // Checked before opening: reading a named pipe would block forever.
  if (kind === 'folder') throw new Failure('this is a folder, not a database', { where: file })
  if (kind === 'other') throw new Failure('this is not a regular file, so it cannot be a database', { where: file })
  return bytesOf(file)
}

/** A change written next to its database. The database stays locked until it is committed or aborted. */
export interface PreparedTransaction<Result> {
  /** What the change returned. */
  readonly result: Result
  /** Puts the change into effect. Needs no more disk space, except for the copy. */
  commit(): void
  /** Leaves the database as it was. */
  abort(): void
}

/**
 * Changes a database in one transaction: lock, read, change, write if something changed. If the function throws or the write
 * fails, the database is unchanged.
 * @param change works on the draft; its result is returned
 */
export function writeTransaction<Result>(
  file: string,
  options: TransactionOptions,
  change: (draft: Draft) => Result,
): Result {
  const prepared = prepareTransaction(file, options, change)
  prepared.commit()
  return prepared.result
}

/** As {@link writeTransaction}, but stops just before the new database replaces the old one. */
export function prepareTransaction<Result>(
  file: string,
  options: TransactionOptions,
  change: (draft: Draft) => Result,
): PreparedTransaction<Result> {
  const real = realFile(file)
  if (options.makeFolder === true) makeDatabaseFolder(dirname(real))
  checkFolder(dirname(real), file)
  const lock = acquireLock(besides(real, 'lock'), { what: `the database ${file}`, command: options.command })
  try {
    let staged: StagedFile | undefined
    const write = (records: Records) => {
      staged = stage(real, records)
    }
    const database = new LowSync<Records>({ read: () => readDatabase(real) ?? null, write }, new Map())
    database.read()
    const draft = new Draft(database.data)
    const result = change(draft)
    const created = options.create === true && !exists(real)
    if (created || draft.changedKeys().length > 0) {
      database.data = draft.records()
      database.write()
    }
    const end = (act: () => void) => {
      try {
        act()
      } finally {
        lock.release()
      }
    }
    return { result, commit: () => end(() => staged?.commit()), abort: () => end(() => staged?.discard()) }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** The real file of a database: links are followed, so that both names share one lock. */
function realFile(file: string): string {
  const real = realPath(file)
  const target = real === undefined ? linkText(file) : undefined
  if (target === undefined) return real ?? file
  throw new Failure(`the database is a symbolic link to "${target}", which does not exist`, { where: file })
}

function stage(file: string, records: Records): StagedFile {
  const text = serialize(records)
  const old = statOf(file)
  const mode = old === undefined ? 0o640 & ~process.umask() : old.mode & 0o7777
  const owner = old === undefined ? {} : { uid: old.uid, gid: old.gid }
  const options = { mode, ...owner, locked: true }
  const orFailure = <Result>(act: () => Result): Result => {
    try {
      return act()
    } catch (error) {
      const hint = 'Nothing was changed.'
      throw new Failure(`cannot write the database: ${systemReason(error)}`, { where: file, hint, cause: error })
    }
  }
  const { commit, discard } = orFailure(() => stageFile(file, text, options))
  return {
    discard,
    commit() {
      orFailure(commit)
      keepLastGood(file, text, options)
    },
  }
}

/** The change itself is already safe on disk, so a copy that cannot be written is a warning, not a failed command. */
function keepLastGood(file: string, text: string, options: { mode: number; locked: boolean }): void {
  try {
    writeFileAtomically(lastGoodPath(file), text, options)
  } catch (error) {
    process.stderr.write(
      `warning: ${file} was written, but not its copy ${lastGoodPath(file)}: ${systemReason(error)}\n`,
    )
  }
}

function makeDatabaseFolder(folder: string): void {
  if (exists(folder)) return
  try {
    // Databases hold passwords, so others have no access.
    makeFolder(folder, 0o750)
  } catch (error) {
    throw new Failure(`cannot create the database folder: ${systemReason(error)}`, { where: folder, cause: error })
  }
}

function checkFolder(folder: string, file: string): void {
  if (kindOf(folder) === 'folder') return
  throw new Failure(`the folder ${folder} does not exist, and gabarit does not create it`, { where: file })
}

/** One of our files next to the database; the leading dot keeps it out of listings. */
function besides(file: string, kind: 'lock'): string {
  return join(dirname(file), `.${basename(file)}.${kind}`)
}

import { basename, dirname, join } from 'node:path'
import { LowSync } from 'lowdb'
import { defined } from '../base/defined.ts'
import { Failure, unlessFailed } from '../base/failure.ts'
import { type NewAttributes, type NewFile, systemReason } from '../system/atomic-write.ts'
import type { Files } from '../system/files.ts'
import { type DatabaseFile, databaseFile, type Paths } from '../system/places.ts'
import { RealFiles } from '../system/real-files.ts'
import { decodeDatabase, lastGoodPath, lostDatabase } from './damage.ts'
import { Draft } from './draft.ts'
import { serializeStored } from './json.ts'
import type { Records } from './record.ts'
import { inStoredForm, openingOf, type StoredForm } from './sealing.ts'

export interface TransactionOptions {
  /** The command that locks the database, without values: `config setprop`. */
  readonly command: string
  /** Creates the folder of the file if it is missing (only gabarit's own state folder). */
  readonly makeFolder?: boolean
  /** Writes the file even if the database is empty. */
  readonly create?: boolean
  /** Writes it and its last good copy anew, and stores all secrets so. */
  readonly storeAll?: StoredForm
}

/**
 * Reads a database; undefined if there is none: neither the file nor a last good copy.
 * No lock is needed, because a file is only ever replaced as a whole. Symbolic links are followed (the administrator made them).
 * @throws Failure if it is lost, damaged, unreadable or not a file; it never counts as empty
 */
export function readDatabase(file: DatabaseFile | string): Records | undefined {
  const { files, real, of } = located(file)
  let bytes = readIfThere(files, real)
  if (bytes === undefined) {
    const lost = lostDatabase(real)
    if (lost === undefined) return undefined
    // Another command may just have written both for the first time, the file before its copy.
    bytes = readIfThere(files, real)
    if (bytes === undefined) throw lost
  }
  return decodeDatabase(real, bytes, openingOf(of))
}

/** As {@link readDatabase}, by name. A database that does not exist is empty. */
export function recordsOf(places: Paths, name: string): Records {
  return readDatabase(databaseFile(places, name)) ?? new Map()
}

/** As {@link readDatabase}, but a damaged database counts as absent: for callers where another check reports it. */
export function readableDatabase(file: DatabaseFile | string): Records | undefined {
  return unlessFailed(() => readDatabase(file))
}

function readIfThere(files: Files, file: string): Buffer | undefined {
  const kind = files.state(file)?.kind
  if (kind === undefined) return undefined
  // Checked before opening: reading a named pipe would block forever.
  if (kind === 'folder') throw new Failure('this is a folder, not a database', { where: file })
  if (kind === 'other') throw new Failure('this is not a regular file, so it cannot be a database', { where: file })
  try {
    return files.read(file)
  } catch (error) {
    throw new Failure(`cannot be read: ${systemReason(error)}`, { where: file, cause: error })
  }
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
  file: DatabaseFile | string,
  options: TransactionOptions,
  change: (draft: Draft) => Result,
): Result {
  const prepared = prepareTransaction(file, options, change)
  prepared.commit()
  return prepared.result
}

/** Creates an empty database, if there is none. */
export function createDatabase(file: DatabaseFile, command: string): void {
  if (readDatabase(file) === undefined)
    writeTransaction(file, { command, makeFolder: true, create: true }, () => undefined)
}

/** As {@link writeTransaction}, but stops just before the new database replaces the old one. */
export function prepareTransaction<Result>(
  file: DatabaseFile | string,
  options: TransactionOptions,
  change: (draft: Draft) => Result,
): PreparedTransaction<Result> {
  const { path, files, real, of } = located(file)
  const { storeAll } = options
  if (options.makeFolder === true) makeDatabaseFolder(files, dirname(real))
  checkFolder(files, dirname(real), path)
  const lock = files.lock(besides(real, 'lock'), { what: `the database ${path}`, command: options.command })
  try {
    let staged: StagedDatabase | undefined
    const write = (records: Records) => {
      staged = stage(files, real, inStoredForm(of, draft.before, records, storeAll))
    }
    const read = () => readDatabase({ path: real, files, ...defined({ of }) }) ?? null
    const database = new LowSync<Records>({ read, write }, new Map())
    database.read()
    const draft = new Draft(database.data)
    const result = change(draft)
    const created = options.create === true && files.state(real) === undefined
    if (created || storeAll !== undefined || draft.changedKeys().length > 0) {
      database.data = draft.records()
      database.write()
    }
    const end = (act: (() => void) | undefined) => {
      try {
        act?.()
      } finally {
        lock.release()
      }
    }
    return { result, commit: () => end(staged?.commit), abort: () => end(staged?.abort) }
  } catch (error) {
    lock.release()
    throw error
  }
}

const DISK = new RealFiles()

/** The real file of a database: links are followed, so that both names share one lock. A path alone is on the disk. */
function located(file: DatabaseFile | string): DatabaseFile & { real: string } {
  const found = typeof file === 'string' ? { path: file, files: DISK } : file
  const { path, files } = found
  const real = files.realPath(path)
  if (real !== undefined || files.state(path)?.kind !== 'link') return { ...found, real: real ?? path }
  const target = files.readLink(path)
  throw new Failure(`the database is a symbolic link to "${target}", which does not exist`, { where: path })
}

/** New content, written next to its database. */
type StagedDatabase = Omit<PreparedTransaction<never>, 'result'>

function stage(files: Files, file: string, records: Records): StagedDatabase {
  const text = serializeStored(records)
  const old = files.state(file)
  const attributes = old ?? { mode: 0o640 & ~process.umask() }
  const orFailure = <Result>(act: () => Result): Result => {
    try {
      return act()
    } catch (error) {
      const hint = 'Nothing was changed.'
      throw new Failure(`cannot write the database: ${systemReason(error)}`, { where: file, hint, cause: error })
    }
  }
  const { commit, abort } = orFailure(() => {
    // Whoever may not give a file away would take it over.
    if (old !== undefined && ![0, old.uid].includes(process.geteuid?.() ?? 0))
      throw new Error('it belongs to somebody else')
    return stageText(files, file, text, attributes)
  })
  return {
    abort,
    commit() {
      const sync = () => files.syncFolder(dirname(file))
      orFailure(commit)
      // Otherwise a power cut could leave only the copy of a new database, which would count as lost.
      if (old === undefined) orFailure(sync)
      keepLastGood(files, file, text, attributes)
      orFailure(sync)
    },
  }
}

/** The lock is held, so a file left by a killed writer is removed. What is committed survives a power cut once its folder is synced. */
function stageText(files: Files, file: string, text: string, attributes: NewFile): StagedDatabase {
  const { mode, uid, gid, synced } = attributes
  const staged = besides(file, 'new')
  const abort = () => files.remove(staged)
  const orAbort = (act: () => void) => {
    try {
      act()
    } catch (error) {
      abort()
      throw error
    }
  }
  abort()
  orAbort(() => files.writeNew(staged, text, { mode, ...defined({ uid, gid, synced }) }))
  return { commit: () => orAbort(() => files.rename(staged, file)), abort }
}

/** The change itself is in place already, so a copy that cannot be written is a warning, not a failed command. */
function keepLastGood(files: Files, file: string, text: string, attributes: NewAttributes): void {
  try {
    // Not synced: one that a power cut damages counts as damaged, and the database itself is whole then.
    stageText(files, lastGoodPath(file), text, { ...attributes, synced: false }).commit()
  } catch (error) {
    process.stderr.write(
      `warning: ${file} was written, but not its copy ${lastGoodPath(file)}: ${systemReason(error)}\n`,
    )
  }
}

function makeDatabaseFolder(files: Files, folder: string): void {
  if (files.realPath(folder) !== undefined) return
  try {
    files.makeFolder(dirname(folder))
    // Databases hold passwords, so others have no access.
    files.makeFolder(folder, 0o750)
    files.syncFolder(dirname(folder))
  } catch (error) {
    const hint = files.state(folder) && 'Is it a link whose disk is not mounted?'
    throw new Failure(`cannot create the database folder: ${systemReason(error)}`, {
      where: folder,
      hint,
      cause: error,
    })
  }
}

function checkFolder(files: Files, folder: string, file: string): void {
  const real = files.realPath(folder)
  if (real !== undefined && files.state(real)?.kind === 'folder') return
  const why = files.state(folder) === undefined ? 'does not exist, and gabarit does not create it' : 'is not a folder'
  throw new Failure(`the folder ${folder} ${why}`, { where: file })
}

/** One of our files next to the database; the leading dot keeps it out of listings. */
function besides(file: string, kind: 'lock' | 'new'): string {
  return join(dirname(file), `.${basename(file)}.${kind}`)
}

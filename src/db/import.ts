import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { Failure } from '../base/failure.ts'
import { DATABASE_NAME, databaseFile, type Paths } from '../system/places.ts'
import { kindOf, namesIn, readBytes, readGiven } from '../system/read-files.ts'
import { changeDatabase, ownsFolder } from './change.ts'
import { type FlatFile, flatLine, readFlatFile } from './flat-file.ts'
import type { Remark } from './old-server/remark.ts'
import { convert, takeOver } from './old-server/take-over.ts'
import { fragmentsToCopy } from './perl-fragments.ts'
import { describeProblem, type Problem } from './problem.ts'
import type { DbRecord, Records } from './record.ts'
import { createDatabase } from './store.ts'

/** The result of importing one flat file. */
export interface ImportReport {
  readonly database: string
  /** How many records were imported. */
  readonly records: number
  /** Unusual lines (`file:line: …`), and values that were imported although a description would refuse them. */
  readonly notes: readonly string[]
}

/**
 * Imports one flat file of SME Server into a database, in one transaction. A record of the file replaces the one with its
 * key; other records are kept.
 * @param bytes if they do not come from the file: `path` then only names them
 */
export function importFlatFile(
  places: Paths,
  database: string,
  path: string,
  command: string,
  bytes = readGiven(path),
): ImportReport {
  const file = load(path, bytes)
  const { databases, remarks } = convert(places, new Map([[database, file.records]]))
  const notes = [...notesOf(path, file), ...remarks.map(remark => noteOn(path, remark))]
  for (const [name, records] of databases)
    putRecords(places, name, command, records.values(), problems => {
      notes.push(...problems.map(problem => `${name}: imported, but ${describeProblem(problem)}`))
    })
  const [name = database] = databases.keys()
  return { database: name, records: file.records.size, notes }
}

/**
 * Imports a whole folder of flat files, each into the database of the same name. All are read before the first is written,
 * so one unreadable file stops everything.
 */
export function importTree(places: Paths, folder: string, command: string): ImportReport[] {
  if (kindOf(folder) !== 'folder') throw new Failure('this is not a folder', { where: folder })
  const bytesOf = (path: string) => (kindOf(path) === 'file' ? readBytes(path) : undefined)
  const { files, skipped } = readFolder(folder, namesIn(folder).sort(compareBytes), bytesOf)
  if (files.size === 0) throw new Failure('this folder contains no database files', { where: folder })
  const there = new Map([...files].map(([name, { records }]) => [name, records]))
  const { databases, counts, remarks } = takeOver(places, there)
  for (const [name, records] of databases) putRecords(places, name, command, records.values())
  const reports = [...files].map(([name, file]) => {
    const path = join(folder, name)
    const said = (remark: Remark) =>
      files.has(remark.database) ? remark.database === name : remark.database === counts.get(name)?.database
    const notes = [...notesOf(path, file), ...remarks.filter(said).map(remark => noteOn(path, remark))]
    return { database: name, records: 0, ...counts.get(name), notes }
  })
  const first = [...skipped, ...fragmentsToCopy(places)]
  return reports.map((report, index) => (index === 0 ? { ...report, notes: [...first, ...report.notes] } : report))
}

/**
 * The databases of an old server.
 * @param names in the folder
 * @param read the bytes of a file; undefined: it is none
 * @returns each by its name, and what is said of the other files
 */
export function readFolder(
  folder: string,
  names: readonly string[],
  read: (path: string) => Buffer | undefined,
): { files: ReadonlyMap<string, FlatFile>; skipped: readonly string[] } {
  const files = new Map<string, FlatFile>()
  const skipped: string[] = []
  for (const name of names) {
    const path = join(folder, name)
    const bytes = DATABASE_NAME.test(name) && !NO_DATABASE.test(name) ? read(path) : undefined
    if (bytes !== undefined) files.set(name, load(path, bytes))
    else if (!name.startsWith('.')) skipped.push(`${path}: skipped: this is not a database file`)
  }
  return { files, skipped }
}

/** Locks, former versions and unfinished writes of databases. */
const NO_DATABASE = /\.(lock|previous|\d+)$/

/**
 * The text of a flat file with these records.
 * @throws Failure that lists the records that the format cannot represent
 */
export function exportFlat(database: string, records: Records): string {
  const lines = [`# database ${database}, exported by gabarit`]
  const refused: string[] = []
  for (const record of records.values()) {
    const line = flatLine(record)
    if (line === undefined) refused.push(record.key)
    else lines.push(line)
  }
  if (refused.length === 0) return `${lines.join('\n')}\n`
  throw new Failure(`the SME Server format cannot represent ${refused.map(key => JSON.stringify(key)).join(', ')}`, {
    hint: [
      'It cannot write these exactly: "=", "#" or spaces around a key, a backslash before an "n" or at the end of',
      'a value, spaces around a whole record, an empty type with properties. Nothing was exported.',
    ].join('\n'),
  })
}

function load(path: string, bytes: Buffer): FlatFile {
  const file = readFlatFile(bytes)
  const [line] = file.undecodable
  if (line === undefined) return file
  const { length } = file.undecodable
  throw new Failure(`${length === 1 ? 'this line is' : `${length} lines, from here on, are`} not valid UTF-8`, {
    where: `${path}:${line}`,
    hint: 'Nothing was imported. Convert the file first: iconv -f ISO-8859-1 -t UTF-8 FILE > NEWFILE',
  })
}

function noteOn(path: string, { key, how }: Remark): string {
  return `${path}: record ${JSON.stringify(key)}: ${how}`
}

function notesOf(path: string, { notes }: FlatFile): string[] {
  return notes.map(({ line, message }) => `${path}:${line}: ${message}`)
}

function putRecords(
  places: Paths,
  database: string,
  command: string,
  records: Iterable<DbRecord>,
  report: (problems: readonly Problem[]) => void = () => undefined,
): void {
  if (ownsFolder(places, database)) createDatabase(databaseFile(places, database), command)
  changeDatabase(places, database, { command, report }, draft => {
    for (const { key, type, properties } of records) draft.set(key, type, properties)
  })
}

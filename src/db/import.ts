import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { Failure } from '../base/failure.ts'
import { DATABASE_NAME, type Paths } from '../system/places.ts'
import { kindOf, namesIn, readBytes, readGiven } from '../system/read-files.ts'
import { changeDatabase } from './change.ts'
import { type FlatFile, flatLine, readFlatFile } from './flat-file.ts'
import { fragmentsToCopy } from './perl-fragments.ts'
import { describeProblem, type Problem } from './problem.ts'
import type { Records } from './record.ts'
import { recordsOf } from './store.ts'
import { takeOver } from './taken-over.ts'

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
  return store(places, database, path, load(path, bytes), command)
}

/**
 * Imports a whole folder of flat files, each into the database of the same name. All are read before the first is written,
 * so one unreadable file stops everything.
 */
export function importTree(places: Paths, folder: string, command: string): ImportReport[] {
  if (kindOf(folder) !== 'folder') throw new Failure('this is not a folder', { where: folder })
  const loaded: { name: string; path: string; file: FlatFile }[] = []
  const skipped: string[] = []
  for (const name of namesIn(folder).sort(compareBytes)) {
    const path = join(folder, name)
    if (DATABASE_NAME.test(name) && kindOf(path) === 'file')
      loaded.push({ name, path, file: load(path, readBytes(path)) })
    else if (!name.startsWith('.')) skipped.push(`${path}: skipped: this is not a database file`)
  }
  skipped.push(...fragmentsToCopy(places))
  if (loaded.length === 0) throw new Failure('this folder contains no database files', { where: folder })
  const reports = loaded.map(({ name, path, file }) => store(places, name, path, file, command))
  return reports.map((report, index) => (index === 0 ? { ...report, notes: [...skipped, ...report.notes] } : report))
}

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

function store(places: Paths, name: string, path: string, read: FlatFile, command: string): ImportReport {
  const { database, records, notes: converted } = takeOver(name, read, other => recordsOf(places, other))
  const notes = read.notes.map(({ line, message }) => `${path}:${line}: ${message}`)
  notes.push(...converted.map(message => `${path}: ${message}`))
  const report = (problems: readonly Problem[]) => {
    notes.push(...problems.map(problem => `${database}: imported, but ${describeProblem(problem)}`))
  }
  changeDatabase(places, database, { command, report }, draft => {
    for (const { key, type, properties } of records.values()) draft.set(key, type, properties)
  })
  return { database, records: records.size, notes }
}

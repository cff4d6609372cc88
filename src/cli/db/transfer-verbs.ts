import { EXIT, Failure } from '../../base/failure.ts'
import { plural } from '../../base/plural.ts'
import { exportFlat, type ImportReport, importFlatFile, importTree } from '../../db/import.ts'
import type { Paths } from '../../system/places.ts'
import { type Call, type CallOutput, readRecords } from './call.ts'
import { secretsOf } from './secrets.ts'

/** `import FILE`: imports a flat file of SME Server into this database. */
export function runImport(call: Call, [path = '']: readonly string[]): number {
  const { program, places, database, io } = call
  const [source, bytes] = path === '-' ? (['standard input', io.readInput()] as const) : [path]
  return printReports([importFlatFile(places, database, source, `${program} import`, bytes)], call)
}

/** `db import --tree FOLDER` and `gabarit import --tree FOLDER`: imports each flat file of a folder into the database of its name. */
export function runImportTree(program: string, places: Paths, folder: string, printer: CallOutput): number {
  return printReports(importTree(places, folder, `${program} import --tree`), printer)
}

function printReports(reports: readonly ImportReport[], { printError, print }: CallOutput): number {
  for (const { notes } of reports) for (const note of notes) printError(`warning: ${note}`)
  for (const { database, records } of reports) print(`${database}: ${plural(records, 'record')} imported\n`)
  return EXIT.done
}

/** `export`: prints this database as a flat file. It would be useless with masked values, so secrets require `--reveal`. */
export function runExport(call: Call): number {
  const records = readRecords(call)
  const isSecret = secretsOf(call)
  const closed = [...records.values()].flatMap(record => [
    ...(isSecret(record) ? [record.key] : []),
    ...[...record.properties.keys()].filter(name => isSecret(record, name)).map(name => `${record.key} ${name}`),
  ])
  if (closed.length > 0) {
    const hint = `Put --reveal before ${call.program === 'db' ? 'the database' : 'the verb'} to export them in clear.`
    throw new Failure(`this database contains secrets: ${closed.join(', ')}`, { hint })
  }
  call.print(exportFlat(call.database, records))
  return EXIT.done
}

import { EXIT, Failure } from '../../base/failure.ts'
import { exportFlat, type ImportReport, importFlatBytes, importFlatFile, importTree } from '../../db/import.ts'
import type { Paths } from '../../system/places.ts'
import { type Context, type Printer, readRecords } from './context.ts'
import { secretsOf } from './secrets.ts'

/** `import FILE`: imports a flat file of SME Server into this database. */
export function runImport(context: Context, [path = '']: readonly string[]): number {
  const { program, places, database, io } = context
  const command = `${program} import`
  const report =
    path === '-'
      ? importFlatBytes(places, database, io.readInput(), command)
      : importFlatFile(places, database, path, command)
  return printReports([report], context)
}

/** `db import --tree FOLDER` and `gabarit import --tree FOLDER`: imports each flat file of a folder into the database of its name. */
export function runImportTree(program: string, places: Paths, folder: string, printer: Printer): number {
  return printReports(importTree(places, folder, `${program} import --tree`), printer)
}

function printReports(reports: readonly ImportReport[], { printError, printLines }: Printer): number {
  for (const { notes } of reports) for (const note of notes) printError(`warning: ${note}`)
  printLines(
    reports.map(({ database, records }) => `${database}: ${records} record${records === 1 ? '' : 's'} imported`),
  )
  return EXIT.done
}

/** `export`: prints this database as a flat file. It would be useless with masked values, so secrets require `--reveal`. */
export function runExport(context: Context): number {
  const records = readRecords(context)
  const secrets = secretsOf(context)
  const closed = [...records.values()].flatMap(record => [
    ...(secrets.covers(record) ? [record.key] : []),
    ...[...record.properties.keys()].filter(name => secrets.covers(record, name)).map(name => `${record.key} ${name}`),
  ])
  if (closed.length > 0) {
    const hint = `Put --reveal before ${context.program === 'db' ? 'the database' : 'the verb'} to export them in clear.`
    throw new Failure(`this database contains secrets: ${closed.join(', ')}`, { hint })
  }
  context.print(exportFlat(context.database, records))
  return EXIT.done
}

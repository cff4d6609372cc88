import { unlessFailed } from '../base/failure.ts'
import { type Finding, findingsOf } from '../base/finding.ts'
import { databaseFile, type Paths } from '../system/places.ts'
import { allDatabases } from './all-databases.ts'
import { Descriptions, danglingDescriptions, descriptionFiles } from './describe.ts'
import { readDescription } from './description-file.ts'
import { describeProblem, propertyTypos } from './problem.ts'
import type { DbRecord, Records } from './record.ts'
import { readDatabase } from './store.ts'
import { makeValidator } from './validate.ts'

/**
 * Malformed descriptions, damaged databases, values (however old) that no longer match their description, and property
 * names that look like typos. One problem does not hide the others.
 */
export function lintDatabases(places: Paths): Finding[] {
  return allDatabases(places).flatMap(name => [
    ...descriptionFiles(places, name).flatMap(path => findingsOf(() => readDescription(path))),
    ...danglingDescriptions(places, name).map(
      (path): Finding => ({ level: 'error', message: `${path}: links to a file that does not exist` }),
    ),
    ...lintRecords(places, name),
  ])
}

function lintRecords(places: Paths, name: string): Finding[] {
  let records: Records = new Map()
  const damage = findingsOf(() => {
    records = readDatabase(databaseFile(places, name)) ?? records
  })
  const descriptions = new Descriptions(places)
  const check = makeValidator(descriptions, name, records)
  const lintRecord = (record: DbRecord): Finding[] => {
    const problems = check(record, undefined).map(problem => `${name}: ${describeProblem(problem)}`)
    const typos = propertyTypos(descriptions, name, record).map(typo => `${name}: ${typo}`)
    return [
      ...problems.map((message): Finding => ({ level: 'error', message })),
      ...typos.map((message): Finding => ({ level: 'warning', message })),
    ]
  }
  // If a description is malformed, or a database referred to is damaged, that is a separate finding.
  return [...damage, ...[...records.values()].flatMap(record => unlessFailed(() => lintRecord(record)) ?? [])]
}

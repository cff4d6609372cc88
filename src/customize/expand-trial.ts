import { refusal } from '../base/failure.ts'
import { initializeDatabases } from '../db/initialize.ts'
import { serialize } from '../db/json.ts'
import type { Records } from '../db/record.ts'
import { survey } from '../event/survey.ts'
import type { Context } from '../plan/context.ts'
import { type Snapshot, takeSnapshot } from '../state/history/snapshot.ts'
import { databaseFile } from '../system/places.ts'
import type { Output } from '../template/output.ts'

/** What the templates make of other databases. */
export interface TrialOutputs {
  /** All databases, brought up to date: with migrations and the defaults of new records. */
  readonly databases: Snapshot
  readonly outputs: readonly Output[]
  /** The templates that were expanded, and those that are gone: files that they no longer make are removed. */
  readonly templates: readonly string[]
}

/**
 * What the templates of a trial make of these databases; others are as on the disk.
 * @param trial whose databases can be changed without an effect
 * @param files of the server that will be there, by path
 * @throws Failure (refused) if one cannot be expanded, or a value is not valid
 */
export function expandTrial(
  databases: ReadonlyMap<string, Records>,
  files: ReadonlyMap<string, unknown>,
  trial: Context,
): TrialOutputs {
  const { places } = trial
  places.files.makeFolder(places.databases, 0o700)
  for (const [name, records] of databases)
    places.files.replace(databaseFile(places, name).path, serialize(records), { mode: 0o600, uid: 0, gid: 0 })
  const failures = initializeDatabases(places).flatMap(({ failure }) => failure ?? [])
  if (failures.length > 0) throw refusal(failures.map(failure => failure.describe()).join('\n'))
  const now = takeSnapshot(places)
  const { outputs, problems, gone } = survey({ ...trial, replaced: now, made: files })
  if (problems.length > 0) throw refusal(problems.join('\n'), { hint: 'Nothing was changed.' })
  return { databases: now, outputs, templates: [...new Set(outputs.map(({ template }) => template)), ...gone] }
}

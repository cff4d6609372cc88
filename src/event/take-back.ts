import { commit } from '../apply/commit.ts'
import type { Context } from '../apply/context.ts'
import { databaseLoader } from '../apply/run.ts'
import type { Arming } from '../confirm/arming.ts'
import { databaseChanges, type PreparedChanges, prepareChanges, reversed } from '../history/databases.ts'
import type { PropertyChange } from '../history/entry.ts'
import type { Recorder } from '../history/record.ts'
import { revealLastApplied } from '../history/restore.ts'
import type { Snapshot } from '../history/snapshot.ts'
import { restorePlan } from '../plan/restore.ts'
import { cannotGoBack, EXIT, Failure } from '../system/failure.ts'
import { moveDatabases } from './cut-off.ts'
import type { Deed, Done } from './deed.ts'
import { writePending } from './pending.ts'
import type { RunLog } from './run-log.ts'
import type { ServiceRun } from './service-run.ts'

/** A run whose files are in place, and that must not stay. */
export interface RunToTakeBack {
  readonly context: Context
  readonly deed: Deed
  readonly done: Done
  readonly services: ServiceRun
  readonly log: RunLog
  /** The databases that the files were made from. */
  readonly snapshot: Snapshot | undefined
  readonly recorder: Recorder | undefined
  readonly arming: Arming | undefined
}

/**
 * Files, databases and services back to where they were.
 * @throws Failure always: `why`, and how it is now
 */
export async function takeBack(run: RunToTakeBack, why: string): Promise<never> {
  const { context, deed, done, services, log, snapshot, recorder, arming } = run
  const { places, system } = context
  const changes = done.changes.length > 0 ? reversed(done.changes) : changesSinceLast(run)
  let databases: PreparedChanges | undefined
  const prepare = () => {
    databases = prepareChanges(places, changes, deed.command)
    return Promise.resolve(undefined)
  }
  const outcome = { outcome: 'rolled back', problems: [...log.problems, why], changes } as const
  const note = recorder?.unfinished({ ...deed, ...outcome, closes: arming?.token ?? null }, snapshot)
  try {
    const files = restorePlan(places, system, done.former, done.manifest, done.plan.manifest)
    await commit(files, places, system, prepare, note === undefined ? [] : [note])
  } catch (error) {
    databases?.abort()
    throw cannotGoBack(why, error, 'The new files are in force. When that is mended: gabarit rollback')
  }
  moveDatabases(databases)
  arming?.disarm()
  const { still, again } = await services.adjustBack(() => databaseLoader(context)('configuration'))
  writePending(places, again)
  if (again.length > 0) log.report({ kind: 'remembered', services: [...new Set(again.map(({ service }) => service))] })
  const hint =
    still === undefined
      ? 'Everything is back as it was before: files, databases and services. The history keeps what was tried.'
      : `Files and databases are back as they were before, and still ${still}. See to it by hand.`
  throw new Failure(why, { status: EXIT.rolledBack, hint })
}

/** What the properties were after the last entry that stands, against what this run has found. */
function changesSinceLast({ context, log, snapshot }: RunToTakeBack): PropertyChange[] {
  const last = revealLastApplied(context.places, name =>
    log.report({
      kind: 'warning',
      message: `${name} is secret, so its former value is not known: it stays as it is`,
    }),
  )
  return last === undefined || snapshot === undefined ? [] : databaseChanges(snapshot, last)
}

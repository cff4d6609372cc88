import { EXIT, Failure, rollbackFailure } from '../base/failure.ts'
import { commit } from '../commit/commit.ts'
import type { Context } from '../plan/context.ts'
import { databaseLoader } from '../plan/expand.ts'
import { foldersToEmpty, restorePlan } from '../plan/restore.ts'
import { revealLastApplied } from '../plan/restore-entry.ts'
import { databaseChanges, type PreparedChanges, prepareChanges, reversed } from '../state/history/databases.ts'
import type { HistoryEntry, PropertyChange } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import type { Snapshot } from '../state/history/snapshot.ts'
import { type Manifest, readManifest, sameManifest } from '../state/manifest.ts'
import type { Arming } from './arming.ts'
import type { Recorder } from './history-record.ts'
import { commitDatabases } from './interrupted.ts'
import { writePending } from './pending.ts'
import { distinct } from './requests.ts'
import type { RunLog } from './run-log.ts'
import type { CommittedPlan, RunRequest } from './run-request.ts'
import type { ServiceRun } from './service-run.ts'

/** A run whose files are in place and must be rolled back. */
export interface RunToRollBack {
  readonly context: Context
  readonly runRequest: RunRequest
  readonly done: CommittedPlan
  /** All adjusted services: they have read the files that are rolled back. */
  readonly services: readonly ServiceRun[]
  readonly log: RunLog
  /** The number of the first entry of this run. */
  readonly first: number
  /** The databases that the files were generated from. */
  readonly snapshot: Snapshot | undefined
  readonly recorder: Recorder
  readonly arming: Arming | undefined
}

/**
 * Rolls back files, databases and services. The result of an event that an action signalled is kept, with the databases of that
 * time; if it was waiting for confirmation, it still is.
 * @throws Failure always: `why`, and the state now
 */
export async function rollBackRun(run: RunToRollBack, why: string): Promise<never> {
  const { context, runRequest, done, services, log, snapshot, recorder, arming } = run
  const { places, system } = context
  const inner = signalledWithin(run)
  const ended = inner === undefined ? arming : undefined
  const changes = done.changes.length > 0 ? reversed(done.changes) : changesSinceLast(run)
  let databases: PreparedChanges | undefined
  const prepare = () => {
    databases = prepareChanges(places, changes, runRequest.asked.command)
    return Promise.resolve(undefined)
  }
  const problems = [...log.problems, why]
  const facts = { outcome: 'rolled back', problems, changes, closes: ended?.token ?? null } as const
  const note = recorder.unfinished(runRequest.asked, facts, snapshot)
  try {
    const present = readManifest(places)
    const files = restorePlan(places, system, done.former, ownedWithout(done, present), present)
    const emptied = foldersToEmpty(
      done.plan.folders.map(({ path }) => path),
      places,
      system,
    )
    await commit({ ...files, emptied }, places, system, prepare, [note])
  } catch (error) {
    databases?.abort()
    throw rollbackFailure(why, error, 'The new files are in effect. Once the problem is fixed: gabarit rollback')
  }
  commitDatabases(databases)
  ended?.disarm()
  const after = []
  for (const one of services) after.push(await one.adjustBack(() => databaseLoader(context)('configuration')))
  const again = distinct(after.flatMap(one => one.again))
  writePending(places, again)
  if (again.length > 0) log.report({ kind: 'remembered', services: [...new Set(again.map(({ service }) => service))] })
  const still = after.flatMap(one => one.still ?? []).at(0)
  throw new Failure(why, { status: EXIT.rolledBack, hint: howItIs(still, inner) })
}

/** What gabarit owns without this run, but with what events signalled by its actions have written since. */
function ownedWithout({ manifest, plan }: CommittedPlan, present: Manifest): Manifest {
  const owned = new Map(present)
  for (const path of new Set([...manifest.keys(), ...plan.manifest.keys()])) {
    const before = only(path, manifest)
    if (sameManifest(before, only(path, plan.manifest))) continue
    owned.delete(path)
    for (const [name, entry] of before) owned.set(name, entry)
  }
  return owned
}

function only(path: string, manifest: Manifest): Manifest {
  const entry = manifest.get(path)
  return new Map(entry === undefined ? [] : [[path, entry]])
}

/** The newest entry of an event that an action of this run signalled; undefined if there is none. */
function signalledWithin({ context, first }: RunToRollBack): HistoryEntry | undefined {
  const last = new History(context.places).lastApplied()
  return last !== undefined && last.id >= first ? last : undefined
}

function howItIs(still: string | undefined, inner: HistoryEntry | undefined): string {
  if (inner !== undefined) {
    const ill = still === undefined ? '' : `, and still ${still}`
    return `The files of this event were rolled back${ill}. Events signalled by its actions are kept, with their properties: gabarit show ${inner.id}`
  }
  if (still === undefined) return 'Files, databases and services were rolled back. The history shows what was tried.'
  return `Files and databases were rolled back, but still ${still}. This needs manual attention.`
}

/** The property changes from the last entry that was not rolled back to what this run found. */
function changesSinceLast({ context, log, snapshot }: RunToRollBack): PropertyChange[] {
  const last = revealLastApplied(context.places, name =>
    log.report({
      kind: 'warning',
      message: `${name} is secret, so its previous value is unknown; it keeps the current one`,
    }),
  )
  return last === undefined || snapshot === undefined ? [] : databaseChanges(snapshot, last)
}

import { cannotGoBack, EXIT, Failure } from '../base/failure.ts'
import { commit } from '../commit/commit.ts'
import type { Context } from '../plan/context.ts'
import { restorePlan } from '../plan/restore.ts'
import { revealLastApplied } from '../plan/restore-entry.ts'
import { databaseLoader } from '../plan/run.ts'
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
import type { Done, RunRequest } from './run-request.ts'
import type { ServiceRun } from './service-run.ts'

/** A run whose files are in place, and that must not stay. */
export interface RunToTakeBack {
  readonly context: Context
  readonly runRequest: RunRequest
  readonly done: Done
  /** All that were adjusted: they have read the files that go back. */
  readonly services: readonly ServiceRun[]
  readonly log: RunLog
  /** The number that the first entry of this run got, or gets. */
  readonly first: number
  /** The databases that the files were made from. */
  readonly snapshot: Snapshot | undefined
  readonly recorder: Recorder | undefined
  readonly arming: Arming | undefined
}

/**
 * Files, databases and services back to where they were. What an event has made that an action signalled stays, with the
 * databases as they were then; it goes on waiting for a confirmation that was asked for.
 * @throws Failure always: `why`, and how it is now
 */
export async function takeBack(run: RunToTakeBack, why: string): Promise<never> {
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
  const note = recorder?.unfinished(runRequest.asked, facts, snapshot)
  try {
    const present = readManifest(places, system)
    const files = restorePlan(places, system, done.former, ownedWithout(done, present), present)
    await commit(files, places, system, prepare, note === undefined ? [] : [note])
  } catch (error) {
    databases?.abort()
    throw cannotGoBack(why, error, 'The new files are in force. When that is mended: gabarit rollback')
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

/** What gabarit owns without this run: what the events that its actions signalled have written since stays theirs. */
function ownedWithout({ manifest, plan }: Done, present: Manifest): Manifest {
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

/** The newest entry of an event that an action of this run signalled; undefined: there is none. */
function signalledWithin({ context, first }: RunToTakeBack): HistoryEntry | undefined {
  const last = new History(context.places).lastApplied()
  return last !== undefined && last.id >= first ? last : undefined
}

function howItIs(still: string | undefined, inner: HistoryEntry | undefined): string {
  if (inner !== undefined) {
    const ill = still === undefined ? '' : `, and still ${still}`
    return `The files of this event are back as they were before${ill}. What its actions signalled stays, and the properties that belong to it: gabarit show ${inner.id}`
  }
  if (still === undefined)
    return 'Everything is back as it was before: files, databases and services. The history keeps what was tried.'
  return `Files and databases are back as they were before, and still ${still}. See to it by hand.`
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

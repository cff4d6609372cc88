import { isDeepStrictEqual } from 'node:util'
import { EXIT, Failure, messageOf, unlessFailed } from '../base/failure.ts'
import { commit } from '../commit/commit.ts'
import { restorePlan } from '../plan/restore.ts'
import { keepsSecret, revealLastApplied } from '../plan/restore-entry.ts'
import { databaseChanges, type PreparedChanges, prepareChanges, reversed } from '../state/history/databases.ts'
import type { HistoryEntry, PropertyChange } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { type Manifest, readManifest } from '../state/manifest.ts'
import { ownState } from './own-state.ts'
import { distinct, writePending } from './requests.ts'
import type { CommittedPlan, Run } from './run.ts'
import { commitDatabases } from './run-commit.ts'
import type { RunHistory } from './run-history.ts'
import type { RunWindow } from './run-window.ts'
import type { ServiceRun } from './service-run.ts'

/** A run whose files are in place and must be rolled back. */
interface RunToRollBack {
  readonly run: Run
  readonly done: CommittedPlan
  /** All adjusted services: they have read the files that are rolled back. */
  readonly services: readonly ServiceRun[]
  readonly history: RunHistory
  readonly window: RunWindow
}

/**
 * Rolls back files, databases and services. The result of an event that an action signalled is kept, with the databases of that
 * time; if it was waiting for confirmation, it still is.
 * @throws Failure always: `why`, and the state now
 */
export async function rollBackRun(whole: RunToRollBack, why: string): Promise<never> {
  const { run, done, services, history, window } = whole
  const { context, request, log } = run
  const { places, system } = context
  const inner = signalledWithin(whole)
  const changes = done.changes.length > 0 ? reversed(done.changes) : changesSinceLast(whole)
  let databases: PreparedChanges | undefined
  const prepare = () => {
    databases = prepareChanges(places, changes, request.asked.command)
    return Promise.resolve(undefined)
  }
  const closes = inner === undefined ? (window.token ?? null) : null
  const note = history.note({ outcome: 'rolled back', problems: [...log.problems, why], changes, closes })
  try {
    const present = readManifest(places)
    const made = done.plan.folders.map(({ path }) => path)
    const files = restorePlan(places, system, done.former, made, ownedWithout(done, present), present)
    await commit(files, places, system, prepare, [note, ...ownState(request, places, 'before')])
  } catch (error) {
    databases?.abort()
    const where = error instanceof Failure && error.where !== undefined ? `${error.where}: ` : ''
    throw new Failure(`${why}\nand the rollback failed: ${where}${messageOf(error)}`, {
      hint: 'The new files are in effect. Once the problem is fixed: gabarit rollback',
      cause: error,
    })
  }
  commitDatabases(databases)
  if (inner === undefined) window.disarm()
  const after = []
  for (const one of services) after.push(await one.adjustBack())
  const again = distinct(after.flatMap(one => one.again))
  writePending(places, again)
  if (again.length > 0) run.report({ kind: 'remembered', services: [...new Set(again.map(({ service }) => service))] })
  const still = after.flatMap(one => one.still ?? []).at(0)
  throw new Failure(why, { status: EXIT.rolledBack, hint: howItIs(still, inner) })
}

/** What gabarit owns without this run, but with what events signalled by its actions have written since. */
function ownedWithout({ manifest, plan }: CommittedPlan, present: Manifest): Manifest {
  const owned = new Map(present)
  for (const path of new Set([...manifest.keys(), ...plan.manifest.keys()])) {
    const before = manifest.get(path)
    if (isDeepStrictEqual(before, plan.manifest.get(path))) continue
    if (before === undefined) owned.delete(path)
    else owned.set(path, before)
  }
  return owned
}

/** The newest entry of an event that an action of this run signalled; undefined if there is none. */
function signalledWithin({ run, history }: RunToRollBack): HistoryEntry | undefined {
  const last = new History(run.context.places).lastApplied()
  return last !== undefined && last.id >= history.first ? last : undefined
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
function changesSinceLast({ run, history: { snapshot } }: RunToRollBack): PropertyChange[] {
  const lost = (name: string) => run.report({ kind: 'warning', message: keepsSecret(name) })
  const last = unlessFailed(() => revealLastApplied(run.context.places, lost))
  return last === undefined || snapshot === undefined ? [] : databaseChanges(snapshot, last)
}

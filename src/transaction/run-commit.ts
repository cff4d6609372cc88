import { Failure, isOfSystem, messageOf } from '../base/failure.ts'
import { applyPlan } from '../commit/barrier.ts'
import { writeFailure } from '../commit/commit.ts'
import type { Change, Plan } from '../plan/plan.ts'
import type { Restored } from '../plan/restore.ts'
import { type PreparedChanges, prepareChanges } from '../state/history/databases.ts'
import type { PropertyChange } from '../state/history/entry.ts'
import { readManifest } from '../state/manifest.ts'
import { finishDespiteSignals } from '../system/interruption.ts'
import type { Request } from '../system/service/adjustment.ts'
import type { Companion } from '../system/state-file.ts'
import type { System } from '../system/system.ts'
import { ownState } from './own-state.ts'
import { distinct, PENDING, readPending, restorePending } from './requests.ts'
import type { CommittedPlan, Run } from './run.ts'
import type { RunHistory } from './run-history.ts'
import type { RunWindow } from './run-window.ts'

/** A run that ended between its files and its databases. The note says what is missing, and the next command does it. */
export class Interrupted extends Failure {}

/** Files that are in place, and the changes of properties that belong to them, which follow now. */
interface Committed {
  readonly done: CommittedPlan
  readonly databases: PreparedChanges | undefined
  /** The checks that were made. */
  readonly validators: readonly string[]
}

/**
 * Commits the files of one run, with everything that belongs to them.
 * @param asked of services
 * @param changes of properties that belong to the files: both are made, or neither
 */
export async function commitFiles(
  { context, request, report }: Run,
  plan: Plan,
  asked: readonly Request[],
  changes: readonly PropertyChange[],
  history: RunHistory,
  window: RunWindow,
): Promise<Committed> {
  const { places, system } = context
  const former = plan.changes.map(change => previousState(change, system))
  const done = { plan, former, manifest: readManifest(places), changes }
  const pending = readPending(places)
  let databases: PreparedChanges | undefined
  const prepare = () => {
    databases = prepareChanges(places, changes, request.asked.command)
  }
  /** The note for the history, the adjustments that a crash must not lose, the pending confirmation. */
  const companions = (): Companion[] => {
    const armed = window.companions(plan, changes, () => history.lostFiles())
    const own = ownState(request, places, 'after')
    if (plan.changes.length + plan.folders.length + changes.length + armed.length === 0) return own
    const note = history.note({ outcome: 'failed', problems: [], changes, closes: request.closes?.token ?? null })
    const waiting = distinct([...pending, ...asked])
    return [
      note,
      ...(plan.changes.length > 0 && waiting.length > 0 ? [PENDING.companion(places, waiting)] : []),
      ...armed,
      ...own,
    ]
  }
  report({ kind: 'planned', plan })
  report({ kind: 'step', step: 'checking and writing the files' })
  try {
    history.keepFiles(plan, former)
    const validators = await applyPlan(context, plan, companions(), prepare)
    // No signal can be heard between the last rename and here.
    finishDespiteSignals()
    return { done, databases, validators }
  } catch (error) {
    databases?.abort()
    restorePending(places, pending)
    window.disarm()
    history.forgetFiles()
    throw isOfSystem(error) ? writeFailure(error) : error
  }
}

/** The file of a change before it is committed. */
function previousState({ path, real, template }: Change, system: System): Restored {
  const state = system.state(real)
  if (state?.kind === 'link') return { path, template, version: { link: system.readLink(real) } }
  if (state?.kind !== 'file') return { path, template, version: null }
  const { mode, uid, gid } = state
  return { path, template, version: { content: system.read(real), attributes: { mode, uid, gid } } }
}

/**
 * The files are in place. Changes the properties that belong to them, or leaves that to the next command.
 * @throws Interrupted
 */
export function commitDatabases(databases: PreparedChanges | undefined): void {
  try {
    databases?.commit()
  } catch (error) {
    const why = messageOf(error)
    throw new Interrupted(`the files are in place, but not yet the properties that belong to them: ${why}`, {
      hint: 'The next gabarit command that changes files sets them.',
      cause: error,
    })
  }
}

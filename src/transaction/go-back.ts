import { EXIT, Failure, isOfSystem, messageOf, orFailure } from '../base/failure.ts'
import { makeContext } from '../plan/context.ts'
import { databasesAfter, restorationTo } from '../plan/restore-entry.ts'
import { CONFIRMATION, type Confirmation, describeConfirmation, readConfirmation } from '../state/confirmation.ts'
import { databaseChanges } from '../state/history/databases.ts'
import { tookEffect } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { type Snapshot, takeSnapshot } from '../state/history/snapshot.ts'
import { caller } from '../system/accounts.ts'
import { LockIsHeld } from '../system/lock.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'
import { announce } from './announce.ts'
import type { Turn } from './event-lock.ts'
import type { Reporter } from './report.ts'
import { restoreState } from './restore-state.ts'
import { Transaction } from './transaction.ts'

/** Everybody has been told. */
export class CouldNotGoBack extends Failure {}

/** What is needed to go back. */
interface Means {
  readonly places: Places
  readonly system: System
  readonly turn: Turn
  readonly report: Reporter
}

/**
 * Takes a change back that was not confirmed: an ordinary rollback with its entry in the history. When it cannot be done,
 * nothing is touched, the confirmation stays open, and everybody is told.
 * @param why for the history
 * @returns the exit status
 * @throws CouldNotGoBack when it cannot be done
 */
export async function goBack(open: Confirmation, why: string, means: Means): Promise<number> {
  const { places, system } = means
  try {
    const status = await restore(open, why, means)
    await announce(`${why}. ${howItWent(open, status)}.`, places, system)
    return status
  } catch (error) {
    // Somebody is at a database: that passes, and the guard tries again.
    if (error instanceof LockIsHeld) throw error
    const waits = orFailure(() => readConfirmation(places))
    // It has gone back, and what failed came afterwards.
    if (!(waits instanceof Failure) && waits?.token !== open.token) throw error
    const problem = error instanceof Failure ? error.describe() : messageOf(error)
    noteProblem({ ...open, problem }, places)
    // Each command that changes files tries again: everybody is told once.
    const text = `COULD NOT GO BACK: ${describeConfirmation(open)}. ${problem}\nThe change is still in force. See gabarit status.`
    if (problem !== open.problem) await announce(text, places, system)
    if (!(error instanceof Failure || isOfSystem(error))) throw error
    throw new CouldNotGoBack(`the change that was not confirmed could not be taken back: ${problem}`, {
      status: EXIT.refused,
      hint: 'It is still in force. gabarit confirm keeps it, gabarit confirm cancel tries again.',
      cause: error,
    })
  }
}

/** How a change went back, in words. */
export function howItWent({ base }: Confirmation, status: number): string {
  if (status === EXIT.done) return `Everything is as it was after entry ${base}`
  return `Files and databases are as they were after entry ${base}, but not every service could be adjusted: see gabarit history`
}

/** A full disk may be why it could not be done. Nothing can be noted then, and everybody is told all the same. */
function noteProblem(open: Confirmation, places: Places): void {
  try {
    CONFIRMATION.write(places, open)
  } catch {
    // It stays as it was, and the next command tries again.
  }
}

async function restore(open: Confirmation, why: string, means: Means): Promise<number> {
  const { places, system, turn, report } = means
  const history = new History(places)
  const base = history.entry(open.base)
  const lost = (name: string) =>
    report({ kind: 'warning', message: `${name} is secret, so its former value is not known: it stays as it is` })
  const restoration = restorationTo(base, history, places, system, open.secrets, lost)
  const from = changedState(open, history, places)
  const context = {
    ...makeContext(places, system, message => report({ kind: 'warning', message })),
    // A copy of what was edited by hand is kept; a server that cannot be reached is worse.
    mayOverwrite: () => true,
    judge: 'never' as const,
  }
  const { user } = caller(system.env)
  const asked = { user, via: 'confirmation', command: 'rollback', args: [String(base.id)], comment: why }
  const transaction = new Transaction({ asked, secrets: open.secrets, closes: open }, context, turn, report)
  const requests = open.requests.map(request => ({ ...request, source: 'confirmation' }))
  return restoreState(restoration.plan, databaseChanges(from, restoration.databases), transaction, requests)
}

/** The databases as the change left them: what people have set since is theirs, and stays. */
function changedState(open: Confirmation, history: History, places: Places): Snapshot {
  const armed = history
    .ids()
    .filter(id => id > open.base)
    .map(id => history.entry(id))
    .findLast(tookEffect)
  if (armed === undefined) return takeSnapshot(places)
  const databases = databasesAfter(armed, history, places, open.secrets, () => undefined)
  return new Map([...databases].flatMap(([name, records]) => (records === undefined ? [] : [[name, records] as const])))
}

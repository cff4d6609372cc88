import { EXIT, Failure, isOfSystem, messageOf, orFailure, orUndefined } from '../base/failure.ts'
import { makeContext } from '../plan/context.ts'
import { databasesAfter, keepsSecret, restorationTo } from '../plan/restore-entry.ts'
import type { Alongside } from '../state/alongside.ts'
import { CONFIRMATION, type Confirmation, describeConfirmation, secretsOf } from '../state/confirmation.ts'
import { databaseChanges } from '../state/history/databases.ts'
import { tookEffect } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { type Snapshot, takeSnapshot } from '../state/history/snapshot.ts'
import { readPins, withFormerPins } from '../state/pins.ts'
import { caller } from '../system/accounts.ts'
import { LockIsHeld } from '../system/lock.ts'
import type { Places } from '../system/places.ts'
import { announce } from './announce.ts'
import type { Means } from './event-lock.ts'
import { Transaction } from './transaction.ts'
import { withCertificate } from './way-back.ts'

/** A failed rollback of which everybody has been told. */
export class RollbackFailed extends Failure {}

/**
 * Rolls back an unconfirmed change: an ordinary rollback with a history entry. If that is not possible, nothing is touched, the
 * confirmation stays open, and everybody is told.
 * @param why for the history
 * @returns the exit status
 * @throws RollbackFailed if it is not possible
 */
export async function rollBackUnconfirmed(open: Confirmation, why: string, means: Means): Promise<number> {
  const { places, system } = means
  try {
    const status = await restore(open, why, means)
    await announce(`${why}. ${rollbackResult(open, status)}.`, places, system)
    return status
  } catch (error) {
    // Somebody is using a database: that passes, and the guard tries again.
    if (error instanceof LockIsHeld) throw error
    const waits = orFailure(() => CONFIRMATION.read(places))
    // It was rolled back, and something failed afterwards.
    if (!(waits instanceof Failure) && waits?.token !== open.token) throw error
    const problem = error instanceof Failure ? error.describe() : messageOf(error)
    // The reason may be a full disk. Then nothing can be recorded, but everybody is still told.
    orUndefined(() => CONFIRMATION.write(places, { ...open, problem }))
    // Each command that changes files tries again, but everybody is only told once.
    const text = `ROLLBACK FAILED: ${describeConfirmation(open)}. ${problem}\nThe change is still in effect. See gabarit status.`
    if (problem !== open.problem) await announce(text, places, system)
    if (!(error instanceof Failure || isOfSystem(error))) throw error
    throw new RollbackFailed(`the unconfirmed change could not be rolled back: ${problem}`, {
      status: EXIT.refused,
      hint: 'It is still in effect. To keep it: gabarit confirm. To try again: gabarit confirm cancel.',
      cause: error,
    })
  }
}

/** The result of a rollback, in words. */
export function rollbackResult({ base }: Confirmation, status: number): string {
  if (status === EXIT.done) return `Everything is as it was after entry ${base}`
  return `Files and databases are as they were after entry ${base}, but not every service could be adjusted: see gabarit history`
}

async function restore(open: Confirmation, why: string, means: Means): Promise<number> {
  const { places, system, lock, report } = means
  const history = new History(places)
  const base = history.entry(open.base)
  const warn = (message: string) => report({ kind: 'warning', message })
  const lost = (name: string) => warn(keepsSecret(name))
  const secrets = secretsOf(open, places)
  const before = readPins(places)
  const pins = { before, after: withFormerPins(before, open.pins ?? {}) }
  const unconfirmed = { known: secrets, pins: pins.after, lost }
  const restoration = restorationTo(base, history, places, system, unconfirmed)
  const from = changedState(open, history, places)
  const context = {
    ...makeContext(places, system, warn),
    // A copy of manually edited files is kept; an unreachable server is worse.
    mayOverwrite: () => true,
    judge: 'never' as const,
  }
  const { user } = caller(system.env)
  const asked = { user, via: 'confirmation', command: 'rollback', args: [String(base.id)], comment: why }
  const databases = new Map([...restoration.databases].map(([name, records]) => [name, records ?? new Map()]))
  // What people have set since is pending again.
  const request = { asked, secrets, pins, closes: open, alongside: wayBack(open, places), databases }
  const transaction = new Transaction(request, { context, lock, report })
  const { plan, requests } = await withCertificate(restoration.plan, { ...context, replaced: databases })
  const all = [...requests, ...open.requests.map(request => ({ ...request, source: 'confirmation' }))]
  const changes = databaseChanges(from, restoration.databases)
  // In this order: what somebody had set follows what was in effect.
  return transaction.applyWith(plan, [...changes, ...(open.replaced ?? [])], all)
}

/** The files of gabarit's own state as they were. */
function wayBack({ alongside = [] }: Confirmation, { state }: Places): Alongside[] {
  return alongside.map(({ name, before }) => ({
    name,
    before: state.read(name)?.toString('utf8') ?? '',
    after: before,
  }))
}

/** The databases as the change left them: what people have set since is kept. */
function changedState(open: Confirmation, history: History, places: Places): Snapshot {
  const armed = history.after(open.base).findLast(tookEffect)
  if (armed === undefined) return takeSnapshot(places)
  const databases = databasesAfter(armed, history, places, secretsOf(open, places), () => undefined)
  return new Map([...databases].flatMap(([name, records]) => (records === undefined ? [] : [[name, records] as const])))
}

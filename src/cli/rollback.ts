import { Failure } from '../base/failure.ts'
import { planId } from '../plan/data.ts'
import { makeRedact } from '../plan/redact.ts'
import { restorationTo } from '../plan/restore-entry.ts'
import { databaseChanges } from '../state/history/databases.ts'
import { type HistoryEntry, type PropertyChange, tookEffect } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { takeSnapshot } from '../state/history/snapshot.ts'
import type { Places } from '../system/places.ts'
import { askFirst, type CommandResult, confirmWithin } from '../terminal/ask-first.ts'
import type { Invocation } from '../terminal/command.ts'
import { askedBy, withEventLock } from '../terminal/run-context.ts'
import { Transaction } from '../transaction/transaction.ts'
import { refuseOutdatedPlan } from './apply.ts'
import { changeLines, numberOf, summary } from './history.ts'

/** `gabarit rollback [ID]`: returns to the state after entry ID, or before the last entry. */
export function run(invocation: Invocation): Promise<number> {
  return askFirst(invocation, rollback)
}

async function rollback(invocation: Invocation, shown: string | undefined): Promise<CommandResult> {
  const { args, places, print } = invocation
  return withEventLock(invocation, 'gabarit rollback', async work => {
    const history = new History(places)
    const entry = wantedEntry(history, args[0])
    const restoration = restorationTo(entry, history, places, work.context.system)
    const changes = databaseChanges(takeSnapshot(places), restoration.databases)
    const plan = planId(restoration.plan, changes)
    refuseOutdatedPlan(plan, shown)
    print(`back to: ${summary(entry)}`)
    for (const what of restoration.lasting) print(`this stays: ${what}`)
    if (changes.length > 0) print(changeLines(withoutSecrets(changes, places)).join('\n'))
    const asked = askedBy(invocation, 'rollback', [String(entry.id)])
    const transaction = new Transaction({ asked, ...confirmWithin(invocation) }, work)
    return { status: await transaction.restore(restoration.plan, changes), plan }
  })
}

/** A record that was added with a secret is removed with it, and the secret must not be shown. */
function withoutSecrets(changes: readonly PropertyChange[], places: Places): PropertyChange[] {
  const show = makeRedact(places)
  const hide = (value: string | null) => (value === null ? null : show(value))
  return changes.map(change => ({ ...change, old: hide(change.old), new: hide(change.new) }))
}

function wantedEntry(history: History, id: string | undefined): HistoryEntry {
  if (id !== undefined) return history.entry(numberOf(id, 'the number of an entry'))
  const before = history.after(0).filter(tookEffect).at(-2)
  if (before === undefined) throw new Failure('there is nothing to roll back', { hint: 'See gabarit history.' })
  return before
}
